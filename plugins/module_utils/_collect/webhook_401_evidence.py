# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether webhooks are refused: counts before and since the flags, and a probe.

The probe comes after the counts, so that it is not among them. Its own line in the log is the proof
that the log would have shown any other refusal.
"""

from __future__ import annotations

import secrets
import typing as t
from datetime import timedelta

from .._core import libraries
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.deadline import Deadline
from .._core.evidence import parse_time, rfc3339, utc_now
from .._core.step_names import StepName
from .._text import webhook_log
from . import webhook_sources
from .webhook_sources import INTERVAL_SECONDS, Seen

# What a count or lines are of: from when, to when and how they were read.
Head = t.Mapping[str, t.Any]

POLL_SECONDS = 1.0
PROBE_SECONDS = 10.0
MOST_LINES = 40
# A log that is written through a buffer shows a request a little later.
PROBE_LOG_SECONDS = 5.0
# So much later its own line may come than another's.
MARK_SECONDS = 0.5


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps of before or after the flags are set, as C(window) says, and return their counts."""
    params = collector.params
    # Not to be imported where nothing is asked: that takes longer than to read a log.
    asks = params["window"] == "after" or params["access_log"].get("metrics")
    lacking = libraries.ensure(["requests"], params["python"], params["path"]) if asks else ""
    if lacking:
        raise CollectError(lacking)
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
        self._source = webhook_sources.chosen(collector)

    def before(self) -> tuple[dict[str, t.Any], webhook_log.Count]:
        """Count what came until now, and return the mark at which the count ends."""
        mark = self._source.mark()
        end = parse_time(mark["time"])
        start = end - timedelta(minutes=self._params["baseline_minutes"])
        try:
            found = self._source.before(mark, start)
        except OSError as exc:
            self._cannot_read(steps.WEBHOOK_BASELINE, exc)
            return mark, webhook_log.Count()
        covered = found.first or end
        self._keep_counts(steps.WEBHOOK_BASELINE, found, {"from": rfc3339(covered), "to": mark["time"]})
        return mark, found.total

    def since(self, mark: t.Mapping[str, t.Any] | None) -> webhook_log.Count:
        """Wait for enough webhooks, and count what came since the mark."""
        if not mark:
            reason = "where the access log stood before the flags were set is not known"
            self._collector.failed(steps.WEBHOOK_WINDOW, self._source.name, reason)
            return webhook_log.Count()
        started, asked = utc_now(), webhook_sources.enforced_from(self._collector) or mark["time"]
        try:
            enforced = self._wait(mark, asked)
            found, note, gap = self._source.since(mark)
        except OSError as exc:
            self._cannot_read(steps.WEBHOOK_WINDOW, exc)
            return webhook_log.Count()
        span = {"from": mark["time"], "to": utc_now()}
        head = {"read": note, "gap": gap, **span, "enforced_from": asked, "enforced": enforced}
        self._keep_counts(steps.WEBHOOK_WINDOW, found, head, started=started)
        self._keep_lines(steps.WEBHOOK_401_LINES, found.refused, head)
        return found.total

    def _wait(self, mark: t.Mapping[str, t.Any], asked: str) -> int:
        """Return how many signatures were checked with the flags on, when they are enough or time is up."""
        moment, most = parse_time(asked), int(self._params["minimum_requests"])

        def enough(seen: Seen) -> bool:
            return seen.tally.total.checked >= most

        deadline = Deadline(0 if self._collector.check_mode else self._params["limit"])
        seen = deadline.watch(lambda: self._source.since(mark, moment), enough, POLL_SECONDS)
        return seen.tally.total.checked

    def probe(self) -> None:
        """Send a webhook without a signature, and find it in the log: by its mark, if the log shows that."""
        mark, own = self._source.mark(), f"{webhook_log.PROBE}{secrets.token_hex(8)}"
        url, step = f"{self._params['probe_url']}?{own}", steps.WEBHOOK_PROBE
        agent = {"User-Agent": f"psp.rc_closure ({own})"}
        from .._clients import http  # noqa: PLC0415 (requests is slow to import, and most windows need none)

        answer = http.ask(self._collector, "POST", url, step, headers=agent, body="{}", limit=PROBE_SECONDS)
        if self._collector.add(answer.step).exit_status != 401:
            return

        def marked(lines: t.Sequence[str]) -> list[str]:
            return [line for line in lines if own in line]

        try:
            refused: list[str] = []
            for seconds, enough in ((PROBE_LOG_SECONDS, bool), (MARK_SECONDS, marked)):
                refused = Deadline(seconds).watch(
                    lambda: self._source.since(mark).tally.refused, enough, POLL_SECONDS / 10
                )
            refused = marked(refused) or refused
        except OSError as exc:
            self._cannot_read(steps.WEBHOOK_PROBE_LOG, exc)
            return
        self._keep_lines(steps.WEBHOOK_PROBE_LOG, refused, {"from": mark["time"], "to": utc_now()})

    def _keep_counts(self, step: StepName, found: webhook_log.Tally, head: Head, started: str = "") -> None:
        whole = {"source": self._source.name, **head, "interval_seconds": INTERVAL_SECONDS}
        self._keep(step, webhook_log.render(found, whole), head, started)

    def _keep_lines(self, step: StepName, lines: t.Sequence[str], head: Head) -> None:
        """Keep the first of these lines, and say how many there are more."""
        text = "".join(f"{line}\n" for line in lines[:MOST_LINES])
        if len(lines) > MOST_LINES:
            text += f"… {len(lines) - MOST_LINES} more of these lines are left out\n"
        self._keep(step, text, head)

    def _keep(self, step: StepName, text: str, head: Head, started: str = "") -> None:
        what = f"POST {self._params['prefix']}… in {self._source.name} from {head['from']} to {head['to']}"
        self._collector.ended(step, what, text, at=started)

    def _cannot_read(self, step: StepName, exc: OSError) -> None:
        reason = f"the access log {self._source.name} cannot be read: {exc.strerror or exc}"
        self._collector.failed(step, self._source.name, reason)
