# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timeline, the run's life and the webhooks: what is drawn is what was kept, where it was."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from itertools import pairwise

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Evidence, Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.judge.base import MissingStepError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html import (
    run_life,
    timeline,
    view,
    webhooks,
)
from tests.unit import documents
from tests.unit.captured import evidence, step

START = "2026-11-24T03:55:19.231Z"  # of the POST, in the evidence of a good run


def _timeline(*steps: Step) -> timeline.Timeline | None:
    package = {
        "title": "",
        "status": "PASS",
        "criteria": [{"id": "one", "result": "not_met", "steps": ["c"]}],
        "steps": [one.as_dict() for one in steps],
    }
    packages = view.packages({"packages": {"package_2": package}})
    return timeline.build(packages, {2: evidence(2, steps)})


def _at(name: str, first: int, last: int, host: str = "backend (vm)", **more: t.Any) -> Step:
    times = {"started": f"2026-11-24T03:00:{first:02}.000Z", "ended": f"2026-11-24T03:00:{last:02}.000Z"}
    return step(name, host=host, **times, **more)


def test_the_timeline_has_each_step_once_by_host_and_bars_do_not_overlap() -> None:
    drawn = _timeline(
        _at("a", 0, 4), _at("b", 2, 6), _at("c", 6, 10), _at("d", 5, 5, "worker"), _at("e", 0, 0, "backend")
    )
    assert drawn is not None
    assert {row.host: sorted(block.step.of["name"] for block in row.bars) for row in drawn.rows} == {
        "backend": ["a", "b", "c", "e"],
        "worker": ["d"],
    }
    assert [block.step.of["name"] for row in drawn.rows for block in row.bars if block.step.blamed] == ["c"]
    for row in drawn.rows:
        assert all(row.y < block.y < drawn.height for block in row.bars)
        for y in {block.y for block in row.bars}:
            lane = sorted(block.span for block in row.bars if block.y == y)
            assert all(one.right <= then.x for one, then in pairwise(lane))
    assert drawn.start == "2026-11-24T03:00:00.000Z"


def test_the_timeline_is_on_the_controllers_clock() -> None:
    ahead = "the host's clock is at least 4.0 s ahead of the controller's, at most 6.0 s"
    drawn = _timeline(
        _at("a", 0, 10), _at("b", 10, 15, "worker"), _at("host_clock", 5, 5, "worker", stdout=ahead)
    )
    assert drawn is not None
    (block,) = [block for row in drawn.rows for block in row.bars if block.step.of["name"] == "b"]
    assert (block.span.x, block.span.right) == (50, 100)


def test_without_a_step_there_is_no_timeline() -> None:
    assert _timeline() is None


def _life(fault: str = "pass", *more: Step, **stdout: str) -> run_life.Life:
    steps = [replace(one, stdout=stdout.get(one.name, one.stdout)) for one in documents.queue(fault)]
    return run_life.build(evidence(3, [*steps, *more]), documents.QUEUE)


def _of(life: run_life.Life, source: str) -> list[run_life.Event]:
    return [event for name, event in life.events if name == source]


def test_the_runs_life_has_the_states_in_the_order_of_the_answers() -> None:
    life = _life()
    assert life.run == "9cc35819-77aa-43aa-a760-ba96228490ba"
    assert life.start == START
    states = _of(life, "API")
    assert [event.kind for event in states] == ["POST", "queued", "running", "completed"]
    assert all(one.last <= then.first for one, then in pairwise(states))
    assert [row.name for row in life.rows] == ["API", "Worker log"]


def test_a_line_with_whole_seconds_is_drawn_as_wide_as_it_is_not_known() -> None:
    started, completed = _of(_life(), "Worker log")
    assert (started.kind, completed.kind) == ("started", "completed")
    assert started.is_vague
    # From the mark in the log until it was read, for both are in that second.
    assert (started.first.microsecond, started.last.microsecond) == (231000, 751000)
    assert started.said.startswith("03:55:19:   0.10s → e2fe669d06cd45e59ac3d423c9b386f5:reconcile_run(")


LINE = "{time}   0.10s → j1:reconcile_run('9cc35819-77aa-43aa-a760-ba96228490ba')\n"


@pytest.mark.parametrize(
    ("time", "milliseconds"),
    [
        ("2026-11-24T03:55:19.500Z arq.worker:", 500),
        ("2026-11-24 05:55:19,500+02:00 arq.worker:", 500),
        ("03:55:19.500 arq.worker:", 500),
        ("09:25:19,500 arq.worker:", 500),  # by India's clock
        ("Nov 24 03:55:19 vm arq[41]:", None),
        ("arq.worker:", -1),
        ("03:56:40 arq.worker:", -1),
        ("2026-99-24T03:55:19.500Z arq.worker:", 500),
        ("99:55:19 arq.worker:", -1),
    ],
)
def test_a_line_is_drawn_where_its_time_falls(time: str, milliseconds: int | None) -> None:
    life = _life(recon_worker_log=LINE.format(time=time))
    if milliseconds == -1:
        assert (_of(life, "Worker log"), len(life.unplaced)) == ([], 1)
        return
    (event,) = _of(life, "Worker log")
    assert event.is_vague == (milliseconds is None)
    assert event.first.microsecond == (231 if milliseconds is None else milliseconds) * 1000
    assert life.unplaced == []


def test_arqs_record_is_drawn_by_its_own_times() -> None:
    record = (
        '{"key": "arq:result:e2fe669d06cd45e59ac3d423c9b386f5", "enqueued": "2026-11-24T03:55:19.240Z", '
        '"started": "2026-11-24T03:55:19.340Z", "finished": "2026-11-24T03:55:19.680Z", "success": true}\n'
        '{"key": "arq:result:another", "started": "2026-11-24T03:55:19.340Z", "success": true}\n'
    )
    events = _of(_life("pass", step("recon_records", stdout=record)), "arq's record")
    assert [(event.kind, event.first.microsecond) for event in events] == [
        ("queued", 240000),
        ("started", 340000),
        ("completed", 680000),
    ]


def test_an_answer_without_a_state_is_drawn_by_its_status() -> None:
    assert "500" in {event.kind for event in _of(_life("api_500"), "API")}


def test_without_a_run_there_is_nothing_to_draw() -> None:
    with pytest.raises(MissingStepError):
        _life("api_500_post")


def _webhooks(name: str) -> webhooks.Webhooks:
    return webhooks.build(_kept(name), documents.ROLLOUT)


def _kept(name: str) -> Evidence:
    return evidence(2, documents.webhooks(name))


def test_webhooks_are_drawn_by_the_judges_counts_against_the_threshold() -> None:
    drawn = _webhooks("spike")
    assert [one.stretch for one in drawn.shares] == [(0, 23), (33, 36)]
    assert drawn.shares[1].width > drawn.limit > drawn.shares[0].width == 0
    assert max(one.width for one in drawn.shares) <= 100


def test_what_is_below_the_threshold_is_drawn_below_it() -> None:
    drawn = _webhooks("pass")
    assert drawn.limit == 80
    assert all(one.width < drawn.limit for one in drawn.shares)


def test_each_interval_has_its_column_and_both_of_one_are_stacked() -> None:
    drawn = _webhooks("pass")
    assert [(one.since, one.count.requests) for one in drawn.columns] == [
        *((False, 25), (False, 30), (False, 6)),
        *((True, 20), (True, 13)),
    ]
    assert drawn.most == 30
    before, since = (one for one in drawn.columns if one.at == "2026-11-24T03:23:50.000Z")
    assert (before.base, since.base) == (0, before.height)
    assert all(one.base + one.height <= webhooks.HEIGHT for one in drawn.columns)
