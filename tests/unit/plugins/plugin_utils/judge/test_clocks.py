# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times of hosts whose clocks are off, compared by the controller's clock."""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step, parse_time, rfc3339
from ansible_collections.psp.rc_closure.plugins.module_utils._text import arq_record
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge import clocks
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import FAIL, PASS, Verdict
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.package_3 import judge
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.fetching import Clock
from tests.unit.captured import FIXTURES, evidence, step
from tests.unit.plugins.plugin_utils.judge.test_queue_job import POLICY, RESULT

TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
KEPT = [Step.from_dict(one) for one in json.loads((FIXTURES / "package_3" / "pass.json").read_text("utf-8"))]
REQUESTS = ("recon_post", "recon_lifecycle", "recon_get")


def _later(text: str, seconds: float) -> str:
    return TIME.sub(lambda found: rfc3339(parse_time(found[0]) + timedelta(seconds=seconds)), text)


def _shifted(kept: Step, seconds: float) -> Step:
    """The same step, by a clock that is so much ahead: its own times, and a process's start."""
    text = _later(kept.stdout, seconds) if kept.name.endswith("_environment") else kept.stdout
    moments = (_later(moment, seconds) for moment in (kept.started, kept.ended))
    return replace(kept, stdout=text, **dict(zip(("started", "ended"), moments, strict=True)))


def _clock(host: str, seconds: float) -> Step:
    """What the controller says of a host whose module took half a second to begin, and none to answer."""
    clock = Clock.measured(100.0, (100.5 + seconds, 110.0 + seconds), 110.0)
    return step("host_clock", kind="file", host=host, stdout=f"{clock.off}\n")


def _judged(off: t.Mapping[str, float], *more: Step) -> Verdict:
    """The verdict of a good run that asks the API from its own host, each host's clock off by so much."""
    at = [replace(one, host="api (api-1)") if one.name in REQUESTS else one for one in KEPT]
    return judge(evidence(3, [*(_shifted(one, off.get(one.host, 0.0)) for one in at), *more]), POLICY)


def _record(backend: float, worker: float, read: float) -> Step:
    told = replace(
        RESULT,
        enqueued=_later(RESULT.enqueued, backend),
        started=_later(RESULT.started, worker),
        finished=_later(RESULT.finished, worker),
    )
    kept = step("recon_records", host="worker", stdout=arq_record.render([told]))
    return _shifted(replace(kept, started="2026-11-24T03:55:19.800Z", ended="2026-11-24T03:55:19.810Z"), read)


@pytest.mark.parametrize("seconds", [300.0, -300.0, 4.0, -4.0])
@pytest.mark.parametrize("host", ["worker", "api (api-1)"])
def test_a_run_on_hosts_whose_clocks_differ_is_proven_where_that_was_measured(
    host: str, seconds: float
) -> None:
    measured = _judged({host: seconds}, _clock(host.partition(" ")[0], seconds))
    assert measured.status == PASS, measured.note
    assert "s ahead of the controller's" in measured.note or "s behind the controller's" in measured.note
    assert _judged({host: seconds}).status == FAIL


def test_clocks_that_are_right_need_no_measure() -> None:
    assert _judged({}).status == PASS


@pytest.mark.parametrize(
    ("backend", "worker", "measured", "status"),
    [
        (0.0, 0.0, {}, PASS),
        (0.0, 60.0, {"worker": 60.0}, PASS),
        (0.0, 60.0, {}, FAIL),
        (-60.0, 0.0, {"backend": -60.0}, PASS),
        (-60.0, 0.0, {}, FAIL),
        (90.0, -60.0, {"backend": 90.0, "worker": -60.0}, PASS),
        (90.0, -60.0, {"backend": -60.0, "worker": 90.0}, FAIL),
    ],
)
def test_arqs_times_are_the_backends_and_the_workers(
    backend: float, worker: float, measured: dict[str, float], status: str
) -> None:
    off = {"backend": backend, "worker": worker}
    told = [_clock(host, seconds) for host, seconds in measured.items()]
    assert _judged(off, _record(backend, worker, worker), *told).status == status


def test_of_several_measures_the_last_counts_and_of_a_span_the_middle() -> None:
    unreadable = step("host_clock", host="worker", stdout="the host's clock is off\n")
    kept = evidence(3, [_clock("worker", 60.0), _clock("worker", -8.0), _clock("other", 5.0), unreadable])
    give = timedelta(seconds=0.25)
    assert clocks.of(kept, "worker (worker-1)") == clocks.Off(timedelta(seconds=-7.75), give)
    assert clocks.of(kept, "other") == clocks.Off(timedelta(seconds=5.25), give)
    assert clocks.of(kept, "third") == clocks.Off()


def test_each_clock_of_a_steps_hosts_is_named_once() -> None:
    steps = [step("worker_environment", host=host) for host in ("a", "b", "c")]
    kept = evidence(3, [*steps, _clock("b", 5.0)])
    assert clocks.of_steps(kept, "worker_environment") == [clocks.Off(), clocks.of(kept, "b")]
    assert clocks.of_steps(kept, "backend_environment") == [clocks.Off()]


@pytest.mark.parametrize(
    ("one", "other", "want"),
    [
        (("a", "03.000"), ("a (machine)", "02.999"), True),
        (("a", "03.000"), ("a", "03.000"), False),
        (("a", "08.000"), ("", "03.000"), False),
        (("a", "08.500"), ("", "03.000"), False),
        (("a", "08.501"), ("", "03.000"), True),
        (("", "03.000"), ("a", "07.999"), True),
        (("", "03.000"), ("a", "08.000"), False),
        (("b", "03.000"), ("", "02.999"), True),
    ],
)
def test_what_is_certainly_later(one: tuple[str, str], other: tuple[str, str], want: bool) -> None:
    kept = evidence(3, [_clock("a", 5.0)])
    moments = (clocks.Moment(host, f"2026-11-24T03:55:{at}Z") for host, at in (one, other))
    assert clocks.is_after(kept, *moments) is want
