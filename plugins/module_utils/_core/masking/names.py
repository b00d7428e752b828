# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is secret by its name, and what under such a name is no secret after all."""

from __future__ import annotations

import re

from .lazy import text_pattern

NO, PERHAPS, SURELY = 0, 1, 2  # whether a name is a secret's; C(PERHAPS): the value decides

_WORD = text_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# Words, or the ends of run-together ones (C(dbpassword), C(requirepass), C(apikey)).
_ENDS = text_pattern(
    r"(?:passwords?|passwds?|passphrases?|passcodes?|secrets?|tokens?|credentials?|"
    r"(?:api|secret|private|access|signing|encryption|master|account|auth|shared|hmac|storage)keys?)$"
    r"|^(?:creds?|pwds?|hmac|salts?|signatures?|cookies?|authorization|psk|jwts?|parola|sifre)$"
    r"|^(?!(?:by|com|over|under|tres)pass)\w*pass$|\wpwd$|^(?:bind|root|user|admin|db|ldap|smtp|mail|ftp|ssh)pw$"
)
_LAST = {"auth", "dsn", "sig", "masterauth", "webhook", "webhooks", "bearer", "otp", "totp", "pepper", "pw"}
_QUALIFIED_TEXT = (
    "access account admin aes api app application auth aws azure backup card cipher client crypt crypto "
    "data decryption deploy django encrypt encryption fernet flask gpg hmac integration jwt kek license "
    "master mfa pem pgp private rsa secret security sendgrid server service session shared sign signature "
    "signing sse ssh ssl storage stripe tls totp twilio webhook adyen sentry datadog openai"
)
_QUALIFIED = frozenset(_QUALIFIED_TEXT.split())
# Such a key identifies something.
_IDENTIFIES_TEXT = (
    "cache composite cursor dedup dedupe digest feature foreign group hash host idempotency index issue "
    "item job lock map message natural object order partition primary project public publishable queue "
    "redis registry routing row shard sort surrogate ticket translation unique"
)
_IDENTIFIES = frozenset(_IDENTIFIES_TEXT.split())
# What ends so says something about a secret: where it is, how long it lives, whether it is required.
_ABOUT_TEXT = (
    "file files path paths dir directory name names ttl second seconds sec secs minute minutes hour hours "
    "day days expiry expires expire expired expiration enabled disabled required enforced enforce "
    "optional id ids type types length len size count max min limit limits url uri endpoint host hosts "
    "port header headers algorithm alg algo policy mode method scheme format prefix suffix version status "
    "state ref refs hint rotation provider issuer audience invalid missing error errors age label field "
    "fields column param params parameter scope scopes user username backend class kind timeout retries "
    "attempts set changed updated created at in valid verified usage used total bucket arn region index "
    "check checks stdin fd strategy domain secure samesite httponly verify validation verification tolerance "
    "hasher hashers validator validators"
)
_ABOUT = frozenset(_ABOUT_TEXT.split())
_QUALIFIER_ENDS = text_pattern(
    r"(?:\d+|v\d+|prod|production|staging|test|dev|live|old|new|current|previous)$"
)


_NO_NAMES_TEXT = (
    "PWD OLDPWD chpasswd chgpasswd htpasswd mkpasswd gpasswd smbpasswd ldappasswd mosquitto_passwd"
)
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())  # directories, and commands


def kind(name: str) -> int:
    """Return whether a variable, key or header of this name holds a secret."""
    words = [word.lower() for word in _WORD.findall(name)]
    whole = [word.lower() for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    if not words or name in _NO_NAMES or (words[-1] in _ABOUT and len(words) > 1):
        return NO
    ends = [word for word in words if not _QUALIFIER_ENDS.match(word)] or words
    if any(_ENDS.search(word) for word in (*words, *whole)) or ends[-1] in _LAST:
        return SURELY
    if "key" in ends or "keys" in ends:
        return _kind_of_key(ends)
    return PERHAPS if {"private", "auth", "webhook", "session", "secure", "license"} & set(words) else NO


def _kind_of_key(words: list[str]) -> int:
    at = words.index("key" if "key" in words else "keys")
    if at == 0 or words[at - 1] in _IDENTIFIES:
        return NO
    return SURELY if words[at - 1] in _QUALIFIED else PERHAPS


_ORDINARY_WORDS_TEXT = (
    "true false yes no on off none null nil undefined enabled disabled missing invalid expired required "
    "unset empty absent present set ok okay valid wrong incorrect mismatch unknown changed unchanged "
    "rejected accepted denied revoked hidden redacted masked filtered removed omitted optional str string "
    "bytes text int bool any object varchar not is was are bearer basic digest md5 scram-sha-256 peer "
    "trust await new async function lambda foobared "
    "[redacted] [masked] [filtered] [hidden] [secret] [removed] [protected] redacted"
)
_ORDINARY_WORDS = frozenset(_ORDINARY_WORDS_TEXT.split())
_ORDINARY = text_pattern(
    r"|[-+]?\d{1,6}(?:\.\d{1,6})?|\d{1,6}\s?(?:ms|[smhdw]|sec|min|days?|hours?|bytes|[kmg]i?b)"
    r"|\*+|[xX]{3,}|\.{3,}|<[^<>\s]{0,64}>|\[(?:m|ma|mas|mask|maske|masked(?::[^\]\s]{0,200})?)\]?"
    r"|\[(?:(?:Async)?Function|class|[GS]etter|Getter/Setter|Object|Array|Circular)\b[^\[\]]{0,64}\]?"
    r"|Some\((?:_|\w{1,64} \{ \.\. \})?\)?"
)
# A reference to where the secret is: a variable, a template, a bind parameter, a file.
_REFERENCE = text_pattern(
    r"\$\{?[A-Za-z_]\w*\}?|\$\{[A-Za-z_]\w*:?(?:\?[^}]*|-)\}?|!(?:vault|secret|env|ref|sub)\b.*|\$\d{1,3}"
    r"|\$\{\{.*\}\}|\{\{.*\}\}|\$\(.*|%\(\w+\)?s?|%[sr]|%\w+%|:[a-z_]\w*|\{[a-z_]\w*\}"
    r"|(?:/[a-z0-9._-]{1,64}){2,16}/?|[A-Z]:\\\S*|(?:self|cls|os|settings|config|conf|cfg|env|environ|request|kwargs"
    r"|options|args|params|secrets|vars|process|event|ctx|context)[.\[].*"
    r"|[A-Za-z_][A-Za-z_.]*\((?:[a-z_.\"' ,=]|['\"][A-Z_]*['\"])*\)?"
    r"|(?:Optional|Union|List|Dict|SecretStr)\b(?!\([bru]?['\"]).*|(?:fileb?|op)://\S*|arn:aws:\S*"
)


def is_ordinary(value: str) -> bool:
    """Return whether this stands under such names and is no secret: a switch, a number, a reference."""
    return (
        value.lower() in _ORDINARY_WORDS
        or bool(_ORDINARY.fullmatch(value))
        or (not value.isalnum() and bool(_REFERENCE.fullmatch(value)))
    )


_SAID_TEXT = (
    "a the my your new old own current some user username users db database admin root account access api "
    "client login app application service server master here enter insert change it me repeat confirm "
    "set put placeholder value auth "
    "pass passwd password passwords passphrase passcode pwd pw secret secrets token tokens key credentials"
)
_SAID = frozenset(_SAID_TEXT.split())


def is_said(value: str) -> bool:
    """Return whether a value only says what would stand there, as in a usage text: C(PASSWORD)."""
    words = [word.lower() for word in _WORD.findall(value)]
    letters = value.replace("-", "").replace("_", "")
    return letters.isalpha() and _SAID.issuperset(words) and (kind(value) != NO or words == ["value"])


def is_random(value: str, least: int = 16) -> bool:
    """Return whether a value looks as if it was drawn: long, of many characters, of letters and digits."""
    return (
        len(value) >= least
        and not re.search(r"\s", value)
        and len(set(value)) >= min(10, least // 2 + 1)
        and bool(re.search(r"\d", value))
        and bool(re.search(r"[A-Za-z]", value))
    )
