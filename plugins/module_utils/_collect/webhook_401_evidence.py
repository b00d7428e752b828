# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether webhooks are refused: counts before and since the flags, and a probe.

The probe comes after the counts, so that it is not among them. Its own line in the log is the proof
that the log would have shown any other refusal.
"""

from __future__ import annotations

import secrets
import typing as t
from datetime import timedelta, tzinfo
from zoneinfo import ZoneInfo

from .._clients import http
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.deadline import Deadline
from .._core.evidence import parse_time, rfc3339, utc_now
from .._core.step_names import StepName
from .._logs import sources
from .._logs.log import Reading
from .._text import webhook_log

# What a count or lines are of: from when, to when and how they were read.
Head = t.Mapping[str, t.Any]

INTERVAL_SECONDS = 10
POLL_SECONDS = 1.0
PROBE_SECONDS = 10.0
BASELINE_BYTES = 16 * 1024**2
MOST_LINES = 40
# A log that is written through a buffer shows a request a little later.
PROBE_LOG_SECONDS = 5.0
# So much later its own line may come than another's.
MARK_SECONDS = 0.5


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps of before or after the flags are set, as C(window) says, and return their counts."""
    webhooks = _Webhooks(collector)
    if collector.params["window"] == "before":
        mark, total = webhooks.before()
        return {"mark": mark, **vars(total)}
    total = webhooks.since(collector.params["mark"])
    if collector.check_mode:
        what, reason = f"POST {collector.params['probe_url']} {{}}", "check mode: no POST is sent"
        collector.not_run(steps.WEBHOOK_PROBE, what, reason)
    else:
        webhooks.probe()
    return {"changed": not collector.check_mode, **vars(total)}


class _Webhooks:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._params = collector.params
        self._log = sources.chosen(self._params["access_log"])
        zone = _zone(self._params["access_log"].get("zone"))
        self._webhook = webhook_log.Webhook(self._params["prefix"], self._params["code"], zone)

    def before(self) -> tuple[dict[str, t.Any], webhook_log.Count]:
        """Count what came until now, and return the mark at which the count ends."""
        mark = self._mark()
        end = parse_time(mark["time"])
        start = end - timedelta(minutes=self._params["baseline_minutes"])
        try:
            raw = self._log.before(mark, start, BASELINE_BYTES)
        except OSError as exc:
            self._cannot_read(steps.WEBHOOK_BASELINE, exc)
            return mark, webhook_log.Count()
        found = self._tally(raw, rfc3339(start))
        covered = max(start, found.first or end)
        self._keep_counts(steps.WEBHOOK_BASELINE, found, {"from": rfc3339(covered), "to": mark["time"]})
        return mark, found.total

    def since(self, mark: t.Mapping[str, t.Any] | None) -> webhook_log.Count:
        """Wait for enough webhooks, and count what came since the mark."""
        if not mark:
            reason = "where the access log stood before the flags were set is not known"
            self._collector.failed(steps.WEBHOOK_WINDOW, self._log.name, reason)
            return webhook_log.Count()
        started, asked = utc_now(), self._params["enforced_from"] or mark["time"]
        try:
            reading, enforced = self._wait(mark, asked)
        except OSError as exc:
            self._cannot_read(steps.WEBHOOK_WINDOW, exc)
            return webhook_log.Count()
        found = self._tally(reading.data)
        span = {"from": mark["time"], "to": utc_now()}
        head = {
            "read": reading.note,
            "gap": reading.gap,
            **span,
            "enforced_from": asked,
            "enforced": enforced,
        }
        self._keep_counts(steps.WEBHOOK_WINDOW, found, head, started=started)
        self._keep_lines(steps.WEBHOOK_401_LINES, found.refused, head)
        return found.total

    def _wait(self, mark: t.Mapping[str, t.Any], asked: str) -> tuple[Reading, int]:
        """Return what was logged since the mark, and how many signatures were checked with the flags on."""

        def look() -> tuple[Reading, int]:
            reading = self._read(mark)
            return reading, self._tally(reading.data, asked).total.checked

        deadline = Deadline(0 if self._collector.check_mode else self._params["limit"])
        return deadline.watch(look, lambda seen: seen[1] >= self._params["minimum_requests"], POLL_SECONDS)

    def probe(self) -> None:
        """Send a webhook without a signature, and find it in the log: by its mark, if the log shows that."""
        mark, own = self._mark(), f"{webhook_log.PROBE}{secrets.token_hex(8)}"
        url, step = f"{self._params['probe_url']}?{own}", steps.WEBHOOK_PROBE
        agent = {"User-Agent": f"psp.rc_closure ({own})"}
        answer = http.ask(self._collector, "POST", url, step, headers=agent, body="{}", limit=PROBE_SECONDS)
        if self._collector.add(answer.step).exit_status != 401:
            return

        def marked(lines: t.Sequence[str]) -> list[str]:
            return [line for line in lines if own in line]

        try:
            refused: list[str] = []
            for seconds, enough in ((PROBE_LOG_SECONDS, bool), (MARK_SECONDS, marked)):
                refused = Deadline(seconds).watch(
                    lambda: self._tally(self._read(mark).data).refused, enough, POLL_SECONDS / 10
                )
            refused = marked(refused) or refused
        except OSError as exc:
            self._cannot_read(steps.WEBHOOK_PROBE_LOG, exc)
            return
        self._keep_lines(steps.WEBHOOK_PROBE_LOG, refused, {"from": mark["time"], "to": utc_now()})

    def _mark(self) -> dict[str, t.Any]:
        """Return where the log ends; a log that cannot be looked at is read from its beginning on."""
        try:
            return self._log.mark()
        except OSError:
            return {"time": utc_now(), "inode": None, "offset": 0}

    def _read(self, mark: t.Mapping[str, t.Any]) -> Reading:
        # A log that is not there any more is not one in which nothing was written.
        self._log.written()
        return self._log.read_since(mark)

    def _tally(self, raw: bytes, since: str | None = None) -> webhook_log.Tally:
        moment = parse_time(since) if since else None
        return webhook_log.tally(raw, self._webhook, interval=INTERVAL_SECONDS, since=moment)

    def _keep_counts(self, step: StepName, found: webhook_log.Tally, head: Head, started: str = "") -> None:
        whole = {"source": self._log.name, **head, "interval_seconds": INTERVAL_SECONDS}
        self._keep(step, webhook_log.render(found, whole), head, started)

    def _keep_lines(self, step: StepName, lines: t.Sequence[str], head: Head) -> None:
        """Keep the first of these lines, and say how many there are more."""
        text = "".join(f"{line}\n" for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            text += f"… {len(lines) - MOST_LINES} more of these lines are left out\n"
        self._keep(step, text, head)

    def _keep(self, step: StepName, text: str, head: Head, started: str = "") -> None:
        what = f"POST {self._webhook.prefix}… in {self._log.name} from {head['from']} to {head['to']}"
        self._collector.ended(step, what, text, at=started)

    def _cannot_read(self, step: StepName, exc: OSError) -> None:
        reason = f"the access log {self._log.name} cannot be read: {exc.strerror or exc}"
        self._collector.failed(step, self._log.name, reason)


def _zone(name: str | None) -> tzinfo | None:
    """Return the zone of a name such as C(Europe/Istanbul) or C(UTC).

    Raises:
        CollectError: this machine knows no such zone.
    """
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as exc:
        raise CollectError(f"the access log's zone {name} is not known here: {exc}") from exc
