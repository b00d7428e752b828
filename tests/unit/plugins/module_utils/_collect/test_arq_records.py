# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a real Redis has of jobs, before a run and since."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import redis
from arq.jobs import serialize_job, serialize_result

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import arq_records
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import Collector
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import ENDED, FAILED
from ansible_collections.psp.rc_closure.plugins.module_utils._text import arq_record
from ansible_collections.psp.rc_closure.plugins.modules.recon_run_lifecycle import ARGUMENT_SPEC
from tests.unit import redis_server
from tests.unit.collecting import collector

RUN = "7f3e0c9a-4d0e-4f5f-9f3e-0c9a4d0e4f5f"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[int]:
    with redis_server.serve(tmp_path_factory.mktemp("redis")) as server:
        yield server.port


@pytest.fixture
def client(port: int, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[redis.Redis]:
    monkeypatch.setattr(arq_records, "RESULT_SECONDS", 0.0)
    with redis.Redis(port=port) as own:
        own.flushall()
        yield own


def made(port: int, tmp_path: Path, text: str = "", **options: t.Any) -> Collector:
    env_file = tmp_path / "worker.env"
    env_file.write_text(text or f"REDIS_URL=redis://127.0.0.1:{port}/0\nSECRET_KEY=s3cret-value\n", "utf-8")
    given = {"url": "http://h/", "process": ["arq"], "env_file": str(env_file), **options}
    return collector(ARGUMENT_SPEC, **given)


def put(client: redis.Redis, job: str, *arguments: str) -> None:
    raw = serialize_result("f", arguments, {}, 1, 1, True, 0, 2, 3, "r", "arq:queue", job)
    client.set(f"arq:result:{job}", raw or b"")


def test_of_all_jobs_the_runs_is_kept_from_its_beginning_to_its_end(
    client: redis.Redis, port: int, tmp_path: Path
) -> None:
    taken = made(port, tmp_path)
    records = arq_records.ArqRecords(taken)
    put(client, "old", "another")
    records.mark()
    put(client, "other", f"{RUN}0")
    client.set("arq:job:6df4", serialize_job("f", (RUN, "s3cret-value"), {}, None, 1))
    client.set("arq:in-progress:6df4", b"1")
    records.look(RUN)
    client.delete("arq:job:6df4")
    put(client, "6df4", RUN)
    records.read(RUN)
    before, after = taken.steps
    assert (before.name, before.stdout) == ("recon_records_before", "1 jobs\n")
    found = arq_record.parse(after.stdout)
    assert [(one.key, one.success, one.before) for one in found] == [
        ("arq:job:6df4", None, False),
        ("arq:result:6df4", True, False),
    ]
    assert "s3cret-value" not in after.stdout


def test_a_job_that_was_there_before_is_said_to_be(client: redis.Redis, port: int, tmp_path: Path) -> None:
    taken = made(port, tmp_path)
    records = arq_records.ArqRecords(taken)
    put(client, "6df4", RUN)
    records.mark()
    records.read(RUN)
    assert [one.before for one in arq_record.parse(taken.steps[-1].stdout)] == [True]


@pytest.mark.parametrize(
    ("text", "reason"),
    [("A=b\n", "the environment sets no REDIS_URL"), ("REDIS_URL=http://h\n", "Redis URL must specify")],
)
def test_what_cannot_be_asked_says_why(
    client: redis.Redis, port: int, tmp_path: Path, text: str, reason: str
) -> None:
    taken = made(port, tmp_path, text)
    records = arq_records.ArqRecords(taken)
    records.mark()
    records.read(RUN)
    (step,) = taken.steps
    assert (step.outcome, reason in step.reason) == (FAILED, True)


def test_too_many_are_not_looked_through(
    client: redis.Redis, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arq_records, "MOST_KEYS", 1)
    put(client, "a")
    put(client, "b")
    taken = made(port, tmp_path)
    arq_records.ArqRecords(taken).mark()
    assert taken.steps[0].reason == "Redis has more than 1 jobs and results"


def test_a_redis_that_does_not_answer_any_more(client: redis.Redis, port: int, tmp_path: Path) -> None:
    taken = made(port, tmp_path)
    records = arq_records.ArqRecords(taken)
    records.mark()
    records._url = f"redis://127.0.0.1:{redis_server.free_port()}/0"
    records.read(RUN)
    before, after = taken.steps
    assert (before.outcome, after.outcome) == (ENDED, FAILED)
    assert after.reason.startswith("ConnectionError: ")


def test_without_a_worker_to_look_for_nothing_is_asked(port: int, tmp_path: Path) -> None:
    taken = made(port, tmp_path, process=[])
    records = arq_records.ArqRecords(taken)
    records.mark()
    records.look(RUN)
    records.read(RUN)
    assert taken.steps == []
