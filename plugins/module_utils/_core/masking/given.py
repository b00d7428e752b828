# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a command that reads a password is given to read: by a pipe, a here-string, a heredoc, a substitution.

C(echo PASSWORD | sudo -S ls), C(chpasswd <<< USER:PASSWORD), C(gh auth login --with-token < <(echo TOKEN)).
"""

from __future__ import annotations

import re

from .lazy import pattern
from .positional import told
from .span import Span

LINE = 1024  # as far as a command goes, before and behind
_COMMAND = pattern(rb"[^\n|;&]*")
# Commands that read one, by their names or by an option of theirs.
_READS = pattern(
    rb"\bsudo\b[^\n]*?\s-[A-Za-z]*S\b|--(?:password-stdin|with-token|stdin(?:-name)?|passphrase-fd)\b"
    rb"|\b(?:chpasswd|smbpasswd|kinit|cryptsetup|secret-tool\s+store|pass\s+insert|keyring\s+set|mysql_config_editor"
    rb"|ipa\s+user-\w+|vault\s+login|bw\s+unlock|htpasswd\s+-\w*i|(?:\w+\s+)?secrets?\s+(?:create|set|put|add)"
    rb"|env\s+add\s+\w*(?:PASS|SECRET|TOKEN|KEY)\w*)(?![\w-])|(?<![\w-])passwd(?:\s|$)"
)
# The first words of those, as far as is needed to pass over the lines of a table.
PIPE = pattern(
    rb"\|(?=[ \t]{0,4}(?:/[a-z/]{1,32}/)?(?:sudo|su|docker|podman|nerdctl|buildah|skopeo|crane|oras|helm|gh"
    rb"|glab|vault|chpasswd|passwd|smbpasswd|htpasswd|kinit|cryptsetup|gpg2?|ansible-vault|secret-tool|pass|keyring|ipa|gcloud"
    rb"|mysql_config_editor|bw|wrangler|vercel|fly|flyctl|az|aws|kubectl|oc|argocd)(?![\w.-]))"
)
HERE = pattern(rb"<(?<!<<)(?=<|\()")
_QUOTED = rb"(?P<quote>\\{0,8}[\"']?)"
_VALUE = _QUOTED + rb"(?P<secret>(?<=[\"'])[^\"'\n]+?|[^\s\"'|;)\\]+)(?P=quote)"
_SAID = pattern(
    rb"(?:\b(?:echo|printf|yes)\s+(?:-\w+\s+|(?P<format>\\{0,8}[\"']?)[^\s\"'|]*%s[^\s\"'|]*(?P=format)\s+)*"
    rb"|<<<\s*)" + _VALUE + rb"(?=\s*(?:[;)}|\"']|\\n|&&|$))"
)
_HEREDOC = pattern(
    rb"<<-?\s*\\*[\"']?(?P<end>\w{1,32})\\*[\"']?[^\n\\]{0,256}(?P<line>\r?\n|(?:\\r)?\\n)"
    rb"(?P<lines>.{1,4096}?)(?P=line)\s*(?P=end)\b",
    re.S,
)
_LINE = pattern(rb"(?:(?!\\[nr])[^\r\n])+")
_WITH_USER = pattern(rb"\bchpasswd\b")
_TRACED = pattern(rb"\n(?P<mark>\++ )[^\n]*$")


def piped(data: bytes, at: int) -> list[Span]:
    """Return what the command behind a pipe is given."""
    reader = _segment(data, at + 1)
    if not _READS.search(reader):
        return []
    low = max(0, at - LINE)
    return _said(data, max(low, data.rfind(b"\n", low, at) + 1), at, reader)


def traced(data: bytes, at: int) -> list[Span]:
    """Return what the line before shows to be given, where a shell traces its commands."""
    low = max(0, at - LINE)
    line = _TRACED.search(data, low, at)
    if not line:
        return []
    before = data.rfind(b"\n", low, line.start()) + 1
    reader = data[line.end("mark") : at] + _segment(data, at)
    if before < low or not data.startswith(line["mark"], before) or not _READS.search(reader):
        return []
    return _said(data, before, line.start(), reader)


def here(data: bytes, at: int) -> list[Span]:
    """Return what stands in a here-string, a heredoc or a substitution of a command's input."""
    low = max(0, at - LINE)
    low = max(low, *(data.rfind(mark, low, at) + 1 for mark in (b"\n", b"|", b";")))
    reader = data[low:at]
    if not _READS.search(reader + b" "):
        return []
    if data.startswith(b"<(", at):
        end = data.find(b")", at, at + LINE)
        return _said(data, at, end, reader) if end > 0 else []
    if data.startswith(b"<<<", at):
        said = _SAID.match(data, at, at + LINE)
        return _span(data, *said.span("secret"), reader) if said else []
    document = _HEREDOC.match(data, at)
    if not document:
        return []
    lines = _LINE.finditer(data, *document.span("lines"))
    return [span for line in lines for span in _span(data, *line.span(), reader)]


def _segment(data: bytes, at: int) -> bytes:
    """Return a command's line from here on, up to the next pipe."""
    found = _COMMAND.match(data, at, at + LINE)
    return found[0] if found else b""


def _said(data: bytes, low: int, stop: int, reader: bytes) -> list[Span]:
    """Return what the command before says, or all those in its brackets."""
    end = low + len(data[low:stop].rstrip())
    grouped = data[end - 1 : end] in (b")", b"}")
    if grouped:
        low = max(low, data.rfind(b"(", low, end), data.rfind(b"{", low, end))
    found = [one for one in _SAID.finditer(data, low, stop) if grouped or one.end() >= end]
    return [span for one in found for span in _span(data, *one.span("secret"), reader)]


def _span(data: bytes, start: int, stop: int, reader: bytes) -> list[Span]:
    if _WITH_USER.search(reader):
        start = data.find(b":", start, stop) + 1 or start
    return told(data, start, stop)
