# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the evidence stands on, and what wins over a short or common secret that happens to match there."""

from __future__ import annotations

import re
import typing as t

from . import names
from .lazy import pattern, text_pattern

LEAST = 4  # a shorter secret is everywhere
_LONGEST_ORDINARY = 32
_SHORT = 8  # a secret of letters or digits alone that is shorter has to stand by itself
_REACH = 160

# Words of the tools, of what criteria compare and of verdicts: a secret that equals one cannot be masked.
_COMMON_TEXT = (
    "pass passed fail failed failure met error warning success succeeded green skipped cancelled neutral "
    "queued running run runs completed complete pending in_progress started ended timed_out not_run "
    "deferred retry retried received processed updated accepted refused true false none null enabled "
    "disabled active inactive queue staging stage production prod test tests testing development develop "
    "local default public private main master head base release version current history upgrade downgrade "
    "alembic migration migrations postgres postgresql psql redis valkey rediss arq worker workers backend "
    "frontend api app application service services server client database db data table tables column "
    "columns index constraint unique key value values name type status state host hostname localhost port "
    "user users username root admin administrator guest password passwd secret token login welcome "
    "changeme example sample demo wallet wallets ledger balance balances provider finding findings "
    "reconciliation background inline thread sync async auto manual info debug trace critical notice "
    "verdict package step steps evidence report ticket attempt commit branch workflow job jobs action "
    "actions github docker container pod systemd journal python node yarn playwright pytest http https "
    "get post put patch delete content json text html yes no on off ok pong ping noeviction select insert "
    "update from where create alter drop webhook webhooks adyen stripe signature event events request "
    "response message time date timestamp memory system process task tasks batch size limit count total "
    "rows row dry finance withdrawals smoke chromium utf8 utf-8 en_us.utf-8 unicode ascii psp psp03d foo "
    "bar abcd qwerty"
)
_COMMON = frozenset(_COMMON_TEXT.split())
_SPANS = pattern(
    rb"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    rb"|\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b"
    rb"|\b\d{4}[-/]\d\d[-/]\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z| ?[+-]\d\d:?\d\d)?)?"
    rb"|\b\d{8}T\d{6}(?:[.,]\d{1,9})?Z?\b|\b\d{14}\b"
    rb"|\b\d{1,2}[/ -][A-Z][a-z]{2}[/ -]\d{4}(?:[: ]\d\d:\d\d:\d\d(?: ?[+-]\d{4}| GMT| UTC)?)?"
    rb"|\b[A-Z][a-z]{2} {1,2}\d{1,2}(?: \d{4})? \d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: \d{4})?"
    rb"|\b\d\d:\d\d:\d\d(?:[.,]\d{1,9})?\b|\b1[0-9]{9}(?:\.\d{1,9}|\d{3})?\b"
    rb"|\b(?:sha(?:1|224|256|384|512)|md5)[:-][0-9A-Za-z+/=]{16,128}"
    rb"|\b(?=[0-9a-f]{0,127}[0-9])(?:[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})\b"
    rb"|\b(?i:commit|revision|revises|rev|head|sha|digest|upgrade|downgrade|->)"
    rb" {0,2}[:=,]? {0,2}[0-9a-f]{4,64}\b"
    rb"|(?i:\b(?:run|job|attempt|workflow|step|task|event|request|check|suite|pid|port|line|row|try|rows|count|id|n)"
    rb"s?(?:_?id|_?number)?[\"']?[ =:/#(]{1,3}[\"']?|#)\d{1,20}\b"
    rb"|\b(?i:\w{0,32}_?id|job|revision|attempt)[\"']?[ =:/]{1,3}[\"']?[0-9A-Za-z][0-9A-Za-z-]{0,63}\b"
    rb"|\b(?:uq|pk|fk|ix|ck|idx)_\w{1,63}\b"
    rb"|\b[\w-]{1,128}\.(?:py|ts|js|json|ya?ml|toml|ini|cfg|conf|log|sql|md|txt|service|sock|pid|env|rdb)\b"
)

# What stands in none of them ends where one can begin or end.
_WITHIN = pattern(rb"[\w \t:.,+/\"'=#(>-]*")

_TIME_OR_NUMBER = text_pattern(
    r"\d{4}-\d\d-\d\d(?:[T ][\d:.,]{5,18}(?:Z|[+-][\d:]{4,5})?)?|\d\d:\d\d:\d\d|\d{8}T\d{6}\S{0,12}"
)


def weakness(value: str, plain: t.Collection[str]) -> str:
    """Return why a secret cannot be masked wherever it matches, or C('')."""
    if len(value) < LEAST:
        return f"it has fewer than {LEAST} characters"
    if value in plain or value.lower() in _COMMON:
        return "it is a word that the evidence contains anyway"
    if len(value) <= _LONGEST_ORDINARY and names.is_ordinary(value):
        return "it is a number, a switch, a path or a reference"
    if _TIME_OR_NUMBER.fullmatch(value):
        return "it is what a time or a number is"
    return ""


def wins(data: bytes, start: int, stop: int, value: bytes) -> bool:
    """Return whether a short secret that matches here is only a part of something else."""
    if len(value) < _SHORT and not _stands_alone(data, start, stop, value):
        return True
    before = _WITHIN.match(data[max(0, start - _REACH) : start][::-1])
    behind = _WITHIN.match(data, stop, stop + _REACH)
    low = start - (before.end() if before else 0)
    around = data[low : behind.end() if behind else stop]
    for found in _SPANS.finditer(around):
        if low + found.start() > start:
            break
        if stop <= low + found.end() and (found.start() + low, found.end() + low) != (start, stop):
            return True
    return False


def _stands_alone(data: bytes, start: int, stop: int, value: bytes) -> bool:
    """Return whether letters are not within a word or name, nor digits within a number."""
    before, after = data[max(0, start - 12) : start], data[stop : stop + 1]
    if value.isalpha():
        # The end of an escape or of a colour is no part of the word.
        escape = rb"\\[nrtbf]|%[0-9A-Fa-f]{2}|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}|\x1b\[[0-9;]{0,8}m"
        apart = rb"(?:^|[^A-Za-z_]|" + escape + rb")$"
        return bool(re.search(apart, before)) and not (after.isalpha() or after == b"_")
    if value.isdigit():
        apart = rb"(?:^|[^0-9.]|%[0-9A-Fa-f]{2})$"
        return bool(re.search(apart, before)) and not after.isdigit()
    return True
