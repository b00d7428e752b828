# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""GitHub's filter `created`: a date or a time, one side open (`>=…`, `*..…`), or a range (`a..b`)."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ci_api.errors import GitHubError

# The longer ones first.
COMPARISONS: dict[str, Callable[[datetime, datetime], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
DATE_LENGTH = len("2026-11-24")


def matches(wanted: str, created: datetime) -> bool:
    """Does the filter let a run of that time through? Seconds count, fractions do not."""
    moment = created.replace(microsecond=0)
    if ".." in wanted:
        start, end = wanted.split("..", 1)
        return (start == "*" or moment >= _first(start)) and (end == "*" or moment <= _last(end))
    for sign, compare in COMPARISONS.items():
        if wanted.startswith(sign):
            given = wanted.removeprefix(sign)
            return compare(moment, _last(given) if sign in {"<=", ">"} else _first(given))
    return _first(wanted) <= moment <= _last(wanted)


def _first(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise GitHubError(422, f"Invalid value for created: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _last(text: str) -> datetime:
    """A date stands for the whole day."""
    day = timedelta(days=1, seconds=-1) if len(text) == DATE_LENGTH else timedelta()
    return _first(text) + day
