# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A name, its separator, and whether a value under that name is a secret."""

from __future__ import annotations

import re
import typing as t

from . import names
from .lazy import pattern, text_pattern
from .span import MASKED

# What may stand before a name that begins its line: indentation, a list's dash, the arrows of C(curl -v).
_LEAD = pattern(rb"[ \t]*(?:[-*<>+#|] ?|export |set |env |ENV |\d+[:.] ?){0,2}")
_OPENED = pattern(rb"[^\n]*[\"']" + _LEAD.pattern)
# Words that stand before a colon in prose and log lines, too, the second set not at a line's beginning.
_PROSE = {
    "auth",
    "webhook",
    "webhooks",
    "signature",
    "signatures",
    "pass",
    "tokens",
    "credentials",
    "secrets",
}
_PROSE |= {"keys", "creds", "bearer", "session", "parola", "sifre"}
_PROSE_INSIDE = _PROSE | {"cookie", "cookies", "key", "token", "secret", "salt"}
_PASSWORD = text_pattern(r"(?:pass(?:word|wd|phrase)?|pwd|secret|otp)$", re.IGNORECASE)
_IDENTIFIED = {"webhook", "webhooks", "session"}
_UUID = text_pattern(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_IDENTIFIER = text_pattern(r"[A-Za-z_][\w.]*")


class Told(t.NamedTuple):
    """What is known of a text: values that are secret, and names whose values are none though they say so.

    C(looked), of one number, is the last item of the cookies that were looked at before.
    """

    known: t.Container[bytes]
    shown: t.Container[str]
    looked: list[int]


class Pair(t.NamedTuple):
    """What is before a value; C(head) is before the name, C(blanks) are behind the separator.

    C(looked), of one number, is the last item of the cookies that were looked at before.
    """

    name: str
    kind: int
    separator: bytes
    name_is_quoted: bool
    head: bytes
    blanks: int
    known: t.Container[bytes]
    looked: list[int]

    @property
    def begins_line(self) -> bool:
        """Return whether nothing but a mark is before the name in its line, or in one that JSON escaped."""
        inner = self._line[-1]
        return len(inner) < 64 and bool(_LEAD.fullmatch(inner))

    @property
    def is_escaped(self) -> bool:
        """Return whether its line is one of a quoted text: it ends at an escape, or with the quotes."""
        before, inner = self._line
        return bool(before) or bool(_OPENED.fullmatch(inner))

    @property
    def margin(self) -> int:
        """Return how far in its line of a quoted text the name is."""
        inner = self._line[-1].rpartition(b'"')[2]
        return len(inner) - len(inner.lstrip(b" -"))

    @property
    def _line(self) -> tuple[bytes, bytes]:
        """Return what is before the name in its line, and of lines that were escaped in the last."""
        line = self.head[self.head.rfind(b"\n") + 1 :]
        before, escape, inner = line.rpartition(b"\\n")
        return before + escape, inner

    @property
    def label(self) -> str:
        return self.name.lower().strip("-_.$")

    def is_secret(self, value: bytes, *, quoted: bool) -> bool:
        """Return whether a value under this name is one, and no switch, reference or piece of code."""
        text = value.decode("utf-8", "replace")
        pin = (
            text.isdigit() and len(text) >= 4 and _PASSWORD.search(self.name) and self.name.lower() != "pass"
        )
        if value in self.known or pin:
            return True
        masked = MASKED.search(value) and len(MASKED.sub(b"", value)) < 4
        said = text.strip() if quoted else text.strip(" \t\r\n,")
        by_key = self.label.endswith(("key", "keys"))
        identified = (self.kind != names.SURELY and not by_key) or self.label in _IDENTIFIED
        if masked or names.is_ordinary(said) or (identified and _UUID.fullmatch(said)):
            return False
        # A connection string: what is secret in it has a place of its own.
        if self.kind != names.SURELY or self.label.endswith("dsn"):
            return "=" not in text and names.is_random(text, 12)
        return quoted or self._is_bare_secret(text)

    def _is_bare_secret(self, text: str) -> bool:
        if _IDENTIFIER.fullmatch(text) and names.kind(text.rpartition(".")[2]) and not re.search(r"\d", text):
            return False
        if self.separator == b":":
            if self.label == "passwd" and " " in text:
                return False  # what the command of that name says
            prose = self.label in (_PROSE if self.begins_line else _PROSE_INSIDE) and not self.name_is_quoted
            return len(text) >= 4 and (not prose or names.is_random(text, 6))
        return True
