# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What webhooks are counted from: the lines of an access log, or the backend's own Prometheus counters."""

from __future__ import annotations

import errno
import time
import typing as t
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.evidence import parse_time, rfc3339, utc_now
from .._logs import sources
from .._text import prometheus, webhook_log
from .._text.webhook_log import Count, Tally, Webhook

INTERVAL_SECONDS = 10
BASELINE_BYTES = 16 * 1024**2
METRICS_SECONDS = 10.0
# By less than this the clocks of two hosts may differ.
CLOCK_SECONDS = 2.0
Mark = t.Mapping[str, t.Any]


class Seen(t.NamedTuple):
    """What came since a mark, how that was read, and whether some of it is known to be lost."""

    tally: Tally
    note: str
    gap: bool


class FromLog:
    """An access log, whose lines have times."""

    def __init__(self, collector: Collector) -> None:
        place = collector.params["access_log"]
        self._log = sources.chosen(place)
        self._webhook = Webhook(
            collector.params["prefix"], collector.params["code"], _zone(place.get("zone"))
        )
        self._enforced_from = enforced_from(collector)
        self._most: dict[str, int] = {}  # by the mark's time, the bytes that were there since
        self.name = self._log.name

    def mark(self) -> dict[str, t.Any]:
        """Return where the log ends; a log that cannot be looked at is read from its beginning on."""
        try:
            return self._log.mark()
        except OSError:
            return {"time": utc_now(), "inode": None, "offset": 0}

    def before(self, mark: Mark, start: datetime) -> Tally:
        """Count what came from then until the mark; an C(OSError) where that cannot be read, as in all."""
        found = self._tally(self._log.before(mark, start, BASELINE_BYTES), start)
        found.first = max(start, found.first) if found.first else None
        return found

    def since(self, mark: Mark, moment: datetime | None = None) -> Seen:
        """Count what came since the mark, or since a later moment."""
        # A log that is not there any more is not one in which nothing was written.
        self._log.written()
        reading = self._log.read_since(mark)
        # Setting the flags may recreate the container: what is lost with it is of the time before them.
        unflagged = self._enforced_from and reading.until and reading.until <= parse_time(self._enforced_from)
        note, gap = reading.note, reading.gap and not unflagged
        size, most = len(reading.data), self._most.get(mark["time"], 0)
        if size < most and not reading.gap:
            note, gap = f"{note}; it was emptied in between", True
        self._most[mark["time"]] = max(size, most)
        return Seen(self._tally(reading.data, moment), note, gap)

    def _tally(self, raw: bytes, since: datetime | None) -> Tally:
        return webhook_log.tally(raw, self._webhook, interval=INTERVAL_SECONDS, since=since)


class FromCounters:
    """The counters of a process, which begin anew when it does: no times, and no error codes."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._url = str(collector.params["access_log"]["metrics"])
        self._births: set[float] = set()
        self.name = f"the counters of {self._url}"

    def mark(self) -> dict[str, t.Any]:
        """Return what is counted until now; counters that cannot be looked at were of no process."""
        moment = utc_now()
        try:
            counted, born = self._look()
        except OSError:
            return {"time": moment, "counted": {}, "born": None}
        return {"time": moment, "counted": counted, "born": born}

    def before(self, mark: Mark, start: datetime) -> Tally:
        """Count what came from the process's start until the mark."""
        found = self._tally(mark["counted"], {})
        found.first = datetime.fromtimestamp(mark["born"], timezone.utc) if mark["born"] else None
        return found

    def since(self, mark: Mark, moment: datetime | None = None) -> Seen:
        """Count what came since the mark, or where the process was restarted, since that."""
        counted, born = self._look()
        self._births.add(born)
        same = born == mark["born"]
        old = mark["counted"] if same else {}
        note = "since the mark" if same else f"since the process's start at {born:.0f}"
        gap = any(counted.get(series, 0.0) < value for series, value in old.items())
        if len(self._births) > 1 or (not same and born < parse_time(mark["time"]).timestamp()):
            # The counts of the other processes are not seen, and this one's are of before the mark, too.
            note, gap = f"{note}, of one of several processes", True
        elif old and not born:
            note, gap = f"{note}, of a process that does not tell whether it was restarted", True
        return Seen(self._tally(counted, old), note, gap)

    def _look(self) -> tuple[dict[str, float], float]:
        from .._clients import http  # noqa: PLC0415 (requests is slow to import, and most windows need none)

        answer = http.ask(
            self._collector, "GET", self._url, steps.WEBHOOK_WINDOW, limit=METRICS_SECONDS, kept=False
        )
        if answer.step.exit_status != 200:
            why = answer.step.reason or f"the answer's status is {answer.step.exit_status}"
            raise OSError(errno.EIO, why)
        text = answer.body.decode("utf-8", "backslashreplace")
        return prometheus.counters(text, self._collector.params["prefix"]), prometheus.born(text)

    def _tally(self, counted: t.Mapping[str, float], old: t.Mapping[str, float]) -> Tally:
        found, total = Tally(lines=len(counted)), Count()
        for series, value in sorted(counted.items()):
            more, status = int(value - old.get(series, 0.0)), prometheus.status_of(series)
            if more <= 0:
                continue
            if status is None:
                found.unreadable += 1
                continue
            refused, passed = status == 401, 200 <= status < 300
            total += Count(more, more * (passed or refused), more * refused, 0, more * (status >= 500))
            if refused:
                found.refused.append(f"{series} {value:g}, {more} more")
        if total.requests:
            found.intervals[int(time.time()) // INTERVAL_SECONDS * INTERVAL_SECONDS] = total
        return found


def chosen(collector: Collector) -> FromLog | FromCounters:
    """Return what the option C(access_log) names.

    Raises:
        CollectError: this machine does not know its C(zone).
    """
    return (FromCounters if collector.params["access_log"].get("metrics") else FromLog)(collector)


def enforced_from(collector: Collector) -> str:
    """Return since when the flags are on, by this host's clock, C('') where that is not known.

    The option is by the controller's. What it took to begin here counts as a difference of the clocks, too:
    that is rather too late than too early.
    """
    given, asked = collector.params["enforced_from"], (collector.params["attempt"] or {}).get("asked")
    ahead = time.time() - float(asked) if asked else 0.0
    if not given or abs(ahead) <= CLOCK_SECONDS:
        return str(given or "")
    return rfc3339(parse_time(given) + timedelta(seconds=ahead))


def _zone(name: str | None) -> tzinfo | None:
    try:
        # A host without tzdata knows no zone by name.
        return timezone.utc if name == "UTC" else ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as exc:
        raise CollectError(f"the access log's zone {name} is not known here: {exc}") from exc
