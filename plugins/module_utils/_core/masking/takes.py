# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which options of which commands take a password, though their names do not say so."""

from __future__ import annotations

import re
import typing as t

from .lazy import pattern


class Option(t.NamedTuple):
    """A short option: what stands between a user and the password, where a user does; how it is written.

    C(attached): its value may stand right behind it; C(apart): or be the next word; C(bundled): it may be the
    last of several letters. C(needs) is a word of the command without which it is another option.
    """

    user: bytes = b""
    attached: bool = False
    apart: bool = True
    bundled: bool = False
    needs: bytes = b""


_APART, _ANY = Option(), Option(attached=True)
_LOGIN = Option(attached=True, needs=b"login")
_ROWS: tuple[tuple[str, dict[str, Option]], ...] = (
    (
        "curl",
        {
            "u": Option(b":", attached=True, bundled=True),
            "U": Option(b":", attached=True, bundled=True),
            "E": Option(b":"),
        },
    ),
    ("http https xh", {"a": Option(b":")}),
    ("ab", {"A": Option(b":"), "P": Option(b":")}),
    ("smbclient rpcclient winexe smbmap", {"U": Option(b"%", attached=True)}),
    ("lftp", {"u": Option(b",")}),
    ("mysql mariadb", {"p": Option(attached=True, apart=False)}),
    ("7z 7za 7zr rar unrar", {"p": Option(attached=True, apart=False)}),
    ("mongo sshpass", {"p": _ANY}),
    (
        "useradd usermod cqlsh rdesktop evil-winrm rabbitmqadmin supervisorctl twine esxcli racadm",
        {"p": _APART},
    ),
    ("ncftpput ncftpget add-user add-user.sh kcadm.sh keycloak", {"p": _APART}),
    ("docker podman nerdctl buildah skopeo helm crane oras az oc argocd", {"p": _LOGIN}),
    ("redis-cli redis-benchmark valkey-cli valkey-benchmark", {"a": _ANY}),
    ("ldap", {"w": _ANY, "s": Option(needs=b"ldappasswd"), "a": Option(needs=b"ldappasswd")}),
    ("openssl", {"k": Option(needs=b"enc"), "K": Option(needs=b"enc")}),
    ("swift", {"K": _APART}),
    ("nuget gem", {"k": Option(needs=b"push")}),
    ("zip unzip ipmitool sqlcmd bcp tsql mosquitto_pub mosquitto_sub mosquitto_rr", {"P": _ANY}),
    ("ssh-keygen", {"P": _APART, "N": _APART}),
    ("snmpwalk snmpget snmpset snmpbulkwalk snmpbulkget snmptrap", {"A": _APART, "X": _APART}),
    ("gitlab-runner", {"r": Option(needs=b"register")}),
    ("doctl", {"t": Option(needs=b"auth")}),
    ("gh", {"b": Option(needs=b"secret")}),
)
_TAKES = {command.encode(): options for commands, options in _ROWS for command in commands.split()}
_FAMILIES = (b"mysql", b"mariadb", b"mongo", b"ldap")  # of each its many tools: C(mysqldump), C(ldapsearch)
_WORDS = pattern(rb"(?<![\w.+-])[\w.+][\w.+-]{0,24}(?![\w.+:-])")  # but no scheme of a URL
_LETTERS = frozenset(letter for _commands, options in _ROWS for letter in options)

# Long options whose value is a secret with certain commands alone: what is before it,
# and what ends a user or a name.
_LONG: dict[str, tuple[re.Pattern[bytes], bytes]] = {
    "user": (pattern(rb"\b(?:curl|etcdctl|xh|https? )"), b":"),
    "proxy-user": (pattern(rb"\bcurl\b"), b":"),
    "cert": (pattern(rb"\bcurl\b"), b":"),
    "proxy-cert": (pattern(rb"\bcurl\b"), b":"),
    "auth": (pattern(rb"\b(?:https?|xh|jenkins-cli\S*)\s"), b":"),
    "creds": (pattern(b""), b":"),
    "src-creds": (pattern(b""), b":"),
    "dest-creds": (pattern(b""), b":"),
    "basic-auth": (pattern(b""), b":"),
    "basic_auth": (pattern(b""), b":"),
    "value": (
        pattern(rb"keyvault secret set\b|ssm put-parameter\b.*(?:SecureString|pass|secret|token)"),
        b"",
    ),
    "body": (pattern(rb"\bgh\s+secret\s+set\b"), b""),
    "plaintext": (pattern(rb"\bhash-password\b"), b""),
    "from-literal": (pattern(rb"\bcreate\s+secret\s+generic\b"), b"="),
    "encrypt": (pattern(rb"\bqpdf\b"), b""),
    "pw": (pattern(rb"\b(?:plink|pscp|psftp|putty)\b"), b""),
    "hmac": (pattern(rb"\bopenssl\b"), b""),
}


def short_option(letters: str, line: bytes) -> Option | None:
    """Return what the first of the letters is to the nearest command before it, or the last of a bundle."""
    if letters[0] not in _LETTERS and letters[-1] not in _LETTERS:
        return None
    for word in reversed(_WORDS.findall(line)):
        family = next(filter(word.startswith, _FAMILIES), word) if word.startswith(_FAMILIES) else word
        options = _TAKES.get(family)
        if options:
            found = options.get(letters[0]) or options.get(letters[-1])
            bundle = found and letters[0] not in options
            if not found or (bundle and not found.bundled) or (found.needs and found.needs not in line):
                return None
            return found._replace(attached=False) if bundle else found
    return None


def long_option(option: str, line: bytes) -> bytes | None:
    """Return what ends the user or the name before the secret in such an option, None where there is none."""
    found = _LONG.get(option)
    return found[1] if found and found[0].search(line) else None
