# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many webhooks came, and how many were refused, in a stretch of an access log.

A line counts only where it has a time and a status: a log without them shows nothing. The counts
leave the host as JSON lines, a head and then one line for each interval, and are read back from there.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, astuple, dataclass, field
from datetime import datetime, timezone, tzinfo

from .._core.evidence import rfc3339
from . import access_log

# What the probe's mark begins with, in its URL's query and in its user agent.
PROBE = "rc_closure_probe="


class Webhook(t.NamedTuple):
    """What to count: POSTs to paths that begin with C(prefix); C(code) is a refused signature's."""

    prefix: str
    code: str
    zone: tzinfo | None = None  # of times that do not say theirs


@dataclass(frozen=True)
class Count:
    """How many requests, and how many of them were answered how."""

    requests: int = 0
    checked: int = 0  # came to the check of their signature, for they were accepted (2xx) or refused
    status_401: int = 0  # were refused
    signature_invalid: int = 0  # were refused for their signature
    status_5xx: int = 0  # the backend failed on them

    def __add__(self, other: Count) -> Count:
        return Count(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other))))


@dataclass
class Tally:
    """What a stretch of a log says of the webhook."""

    lines: int = 0  # all lines read, of whatever request
    unreadable: int = 0  # webhook lines without a time or a status
    unzoned: int = 0  # webhook lines whose time may be of any zone
    intervals: dict[int, Count] = field(default_factory=dict)  # by their start, in seconds since 1970
    refused: list[str] = field(default_factory=list)  # the raw lines with status 401
    first: datetime | None = None  # the time of the first line, of whatever request, that has one

    @property
    def total(self) -> Count:
        """The sum of all intervals."""
        return sum(self.intervals.values(), Count())


class Window(t.NamedTuple):
    """What the counts of a stretch say, read back."""

    # Where and when it was counted: C(source), C(from), C(to), C(lines), C(unreadable) and more.
    head: t.Mapping[str, t.Any]
    total: Count  # the sum of its intervals
    intervals: tuple[tuple[str, Count], ...]  # with their starts, RFC 3339


def tally(raw: bytes, webhook: Webhook, *, interval: int, since: datetime | None = None) -> Tally:
    """Count the webhooks in whole lines of an access log, by interval.

    A last line without its end is left aside, and so are lines of a time before C(since). The
    C(interval) is in seconds.
    """
    found = Tally()
    for line in raw[: raw.rfind(b"\n") + 1].decode("utf-8", "backslashreplace").splitlines():
        found.lines += 1
        of_webhook = webhook.prefix in line
        # Reading a line costs, and one is enough to know where the stretch begins.
        if not of_webhook and found.first is not None:
            continue
        entry = access_log.parse(line, webhook.zone)
        if entry is not None and entry.time is not None:
            found.first = found.first or entry.time
            if since is not None and entry.time < since:
                continue
        if of_webhook:
            _take(found, entry, line, webhook, interval)
    return found


def render(found: Tally, head: t.Mapping[str, t.Any]) -> str:
    """Return the counts as JSON lines: the head, then each interval in which a request came."""
    whole = {"lines": found.lines, "unreadable": found.unreadable, "unzoned": found.unzoned}
    lines: list[dict[str, t.Any]] = [{**head, **whole}]
    for start, count in sorted(found.intervals.items()):
        lines.append({"at": rfc3339(datetime.fromtimestamp(start, timezone.utc)), **asdict(count)})
    return "".join(json.dumps(line) + "\n" for line in lines)


def read(text: str) -> Window:
    """Read back what C(render()) wrote.

    Raises:
        ValueError: it is something else.
    """
    try:
        head, *intervals = [json.loads(line) for line in text.splitlines()]
        counts = [Count(**{key: int(row[key]) for key in asdict(Count())}) for row in intervals]
        starts = [str(row.get("at", "")) for row in intervals]
        return Window(dict(head), sum(counts, Count()), tuple(zip(starts, counts)))
    except (KeyError, TypeError, ValueError) as exc:
        raise ValueError(f"these are no counts: {exc}") from exc


def _take(found: Tally, entry: access_log.Entry | None, line: str, webhook: Webhook, interval: int) -> None:
    if entry is None or entry.time is None or entry.status is None:
        found.unreadable += 1
        return
    if not entry.path.startswith(webhook.prefix) or entry.method not in ("POST", ""):
        return
    found.unzoned += not entry.zoned
    refused, passed = entry.status == 401, 200 <= entry.status < 300
    start = int(entry.time.timestamp()) // interval * interval
    count = Count(
        requests=1,
        checked=int(passed or refused),
        status_401=int(refused),
        signature_invalid=int(refused and webhook.code in line),
        status_5xx=int(entry.status >= 500),
    )
    found.intervals[start] = found.intervals.get(start, Count()) + count
    if refused:
        found.refused.append(line)
