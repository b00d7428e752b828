# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API says of a run, how it is written down, and how long it is left in peace."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.recon import (
    Backoff,
    Poll,
    is_final,
    state_of,
    transcript,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text.run_api import RunApi

TIME = "2026-11-24T02:52:03.123Z"
RUN = "7f3e0c9a-4d0e-4f5f-9f3e-0c9a4d0e4f5f"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f'{{"id":"{RUN}","status":"queued"}}', RUN),
        ('{"id": 17}', "17"),
        (f'{{"run_id":"{RUN}","status":"queued"}}', RUN),
        (f'{{"runId":"{RUN}","status":"queued"}}', RUN),
        (f'{{"id":17,"run_id":"{RUN}","status":"queued"}}', "17"),
        (f'{{"data":{{"id":"{RUN}","status":"queued"}}}}', RUN),
        (f'{{"status":"success","result":{{"run_id":"{RUN}","status":"queued"}},"error":null}}', RUN),
        (f'{{"jsonrpc":"2.0","id":1,"result":{{"id":"{RUN}","status":"queued"}}}}', RUN),
        (f'{{"id":"{RUN}","status":"completed","result":{{"id":"f1","status":"failed"}}}}', RUN),
        ('{"data":{"id":"a","status":"queued"},"result":{"id":"b","status":"queued"}}', ""),
        ('{"data":[{"id":"a","status":"queued"}]}', ""),
        ('{"data":{"id":"a","status":"queued"},"result":{"seconds":1}}', "a"),
        ('{"status":"success","data":{"id":"a"}}', ""),
        ('{"id": ["a"]}', ""),
        ('{"id": true}', ""),
        ('{"id": null}', ""),
        ('["id"]', ""),
        ("<html>502</html>", ""),
        ("", ""),
    ],
)
def test_id(body: str, found: str) -> None:
    assert RunApi().id_of(body) == found


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, f'{{"id":"{RUN}","status":"running"}}', "running"),
        (200, '{"id":"another","status":"completed"}', ""),
        (200, f'{{"id":"{RUN}","status":"RUNNING"}}', "running"),
        (200, f'{{"id":17,"run_id":"{RUN}","status":"in-progress"}}', "running"),
        (200, f'{{"status":"success","data":{{"runId":"{RUN}","status":"PENDING"}}}}', "queued"),
        (200, '{"status":"success","data":{"runId":"another","status":"SUCCEEDED"}}', ""),
        (200, f'{{"id":"{RUN}","status":"cancelled"}}', "cancelled"),
        (200, f'{{"id":"{RUN}","status":"complete with errors"}}', "complete with errors"),
        (200, f'{{"id":"{RUN}","status":null}}', ""),
        (200, '{"id":"","status":"completed"}', ""),
        (500, f'{{"id":"{RUN}","status":"completed"}}', ""),
        (429, '{"error":"slow down"}', ""),
        (None, "connection refused", ""),
    ],
)
def test_only_a_good_answer_about_this_run_gives_a_state(status: int | None, body: str, state: str) -> None:
    assert Poll(TIME, status, body).state_of(RUN, RunApi(), "GET http://backend/runs/another") == state


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("queued PENDING Enqueued", "queued"),
        ("running IN_PROGRESS in-progress Started processing", "running"),
        ("completed SUCCEEDED success done Finished", "completed"),
        ("failed ERROR errored", "failed"),
    ],
)
def test_a_state_in_other_words(words: str, state: str) -> None:
    assert {state_of({"status": one}) for word in words.split() for one in (word, word.upper())} == {state}


def test_a_transcript_is_read_as_it_was_written() -> None:
    polls = [
        Poll(TIME, 200, '{"id":1,"status":"queued"}'),
        Poll(TIME, 429, ""),
        Poll(TIME, None, "127.0.0.1:1 refused the connection"),
    ]
    assert transcript("".join(f"{poll.line()}\n" for poll in polls)) == polls


def test_a_body_of_several_lines_is_one_line_of_the_transcript() -> None:
    poll = Poll(TIME, 200, '{\n  "id": 1,\n  "status": "queued"\n}')
    assert transcript(poll.line())[0].state_of("1", RunApi(), "") == "queued"


@pytest.mark.parametrize(
    ("status", "final"),
    [(404, True), (405, True), (422, True), (410, True), (401, True), (403, True), (400, True)]
    + [(status, False) for status in (None, 200, 202, 301, 408, 409, 423, 425, 429, 500, 503)],
)
def test_what_asking_again_does_not_mend(status: int | None, final: bool) -> None:
    assert is_final(status) is final


def test_it_begins_quick_and_slows_down() -> None:
    backoff = Backoff()
    waits = [backoff.after(200) for _poll in range(20)]
    assert waits[:3] == pytest.approx([0.1, 0.15, 0.225])
    assert waits == sorted(waits)
    assert waits[-1] == 5.0


@pytest.mark.parametrize(
    ("header", "wait"), [("7", 7.0), ("99999", Backoff.LONGEST), ("soon", 1.0), ("", 1.0)]
)
def test_429_says_how_long_to_wait(header: str, wait: float) -> None:
    assert Backoff().after(429, header) == wait


def test_429_without_a_time_doubles_the_wait() -> None:
    backoff = Backoff()
    assert [backoff.after(429) for _poll in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
