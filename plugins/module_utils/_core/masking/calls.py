# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is given to a call whose name says that it takes a secret: C(SecretStr('…')), C(login(user, '…'))."""

from __future__ import annotations

import re

from . import names
from .lazy import pattern
from .positional import told
from .span import Span

# A bracket and a quote behind a name that ends as one of those below do.
BRACKET = pattern(
    rb"\((?<=(?:ig|nv|rd|wd|se|et|tr|es|en|ey|ue|th|in|pw|ew|pt|de|on)\()"
    rb"(?=[ ]?[bru]?\\{0,8}[\"'][^\"'\\]|[\w.]{1,40}, ?)"
)
_NAME = pattern(rb"[A-Za-z_][\w.]{0,80}$")
_ITEM = pattern(
    rb"[ ]?(?:\w{1,20}=)?(?:[bru]?(?P<quote>\\{0,8}[\"'])(?P<text>[^\"'\\\n]{0,512})(?P=quote)"
    rb"(?:\.encode\(\))?|(?P<other>[\w.]{1,64}))[ ]?(?P<more>,)?"
)
_VERB = rb"(?:set|with|make|check|hash|verify|encrypt|change|add|create|new)?_?"
_DEFAULT = -1  # the second, where the first is a secret's name
# By which of its arguments, counted from 0; lower case.
_TAKES = (
    (
        pattern(_VERB + rb"(?:password|passwd|passphrase|secret|token|apikey|api_key)"),
        0,
    ),
    (pattern(rb"secret_?(?:str|bytes|string|value)|hashpw|fernet|(?:\w+\.)?hmac\.new|crypt"), 0),
    (pattern(rb"(?:\w+\.)?jwt\.(?:en|de)code|pgp_sym_(?:en|de)crypt"), 1),
    (pattern(rb"\w*(?:basic|digest)auth|login|db\.auth"), 1),
    (pattern(rb"getconnection"), 2),
    (pattern(rb"(?:\w+\.)?(?:config|env|getenv|get|str)"), _DEFAULT),
)
_MOST = 3
_RANDOM = 12


def arguments(data: bytes, at: int) -> list[Span]:
    """Return the argument of a call that is secret, where it is a text; its bracket is at C(at)."""
    name = _NAME.search(data, max(0, at - 81), at)
    number = _number(name[0].lower()) if name else None
    if name is None or number is None or data[max(0, name.start() - 4) : name.start()] == b"def ":
        return []
    at += 1
    for count in range(_MOST):
        item = _ITEM.match(data, at)
        if not item:
            return []
        if count == abs(number):
            return _span(data, item, alone=number == 0)
        named = names.kind(str(item["text"] or b"", "utf-8", "replace")) == names.SURELY
        if not item["more"] or (number == _DEFAULT and not named):
            return []
        at = item.end()
    return []


def _number(name: bytes) -> int | None:
    last = name.rpartition(b".")[2]
    return next((number for takes, number in _TAKES if takes.fullmatch(last) or takes.fullmatch(name)), None)


def _span(data: bytes, item: re.Match[bytes], *, alone: bool) -> list[Span]:
    """Return the argument, unless it is a sentence: what errors say to people."""
    if item["text"] is None:
        return []
    text = str(item["text"], "utf-8", "replace")
    words = text.isalpha() and not alone
    if not text or " " in text or (words and not names.is_random(text, _RANDOM)):
        return []
    return told(data, *item.span("text"))
