# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run, asked for, followed and found again in the worker's log, whatever the API answers."""

from __future__ import annotations

import functools
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._collect import recon_run_lifecycle
from ansible_collections.psp.rc_closure.plugins.module_utils._core import streams
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError, Collector
from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    ENDED,
    FAILED,
    NOT_RUN,
    TIMED_OUT,
    Step,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text import recon
from ansible_collections.psp.rc_closure.plugins.module_utils._text.run_api import RunApi
from ansible_collections.psp.rc_closure.plugins.modules.recon_run_lifecycle import ARGUMENT_SPEC
from tests.unit.collecting import collector
from tests.unit.plugins.module_utils._clients.fake_github import FakeGitHub, Reply, serve

RUN = "7f3e0c9a-4d0e-4f5f-9f3e-0c9a4d0e4f5f"
TOKEN = "tok-0123456789abcdef"
RUNS = "/runs"
START = f"03:25:14:   0.47s → 6df4:reconcile_run('{RUN}')\n"
END = "03:25:14:   0.34s ← 6df4:reconcile_run ● 155\n"


def state(name: str, status: int = 200, **headers: str) -> Reply:
    return Reply(status, {"id": RUN, "status": name}, headers)


TOO_MANY = Reply(429, {"error": "slow down"})


class Clock:
    """Time that passes only by waiting; what happens meanwhile can be told beforehand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.meanwhile: list[t.Callable[[], object]] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waits.append(seconds)
        if self.meanwhile:
            self.meanwhile.pop(0)()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    deadline = functools.partial(Deadline, clock=made.monotonic, sleep=made.sleep)
    monkeypatch.setattr(recon_run_lifecycle, "Deadline", deadline)
    return made


@pytest.fixture
def api() -> t.Iterator[FakeGitHub]:
    with serve() as server:
        server.on("POST", RUNS, state("queued", 202))
        server.on("GET", f"{RUNS}/{RUN}", state("queued"), state("running"), state("completed"))
        yield server


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "worker.log"
    path.write_text("03:20:00:   0.47s → old:reconcile_run('old')\n", "utf-8")
    return path


def made(server: FakeGitHub, log: Path, **options: t.Any) -> Collector:
    env_file = log.with_name("worker.env")
    env_file.write_text(f"API_TOKEN={TOKEN}\nDATABASE_URL=postgresql://psp:db-password@h/psp\n", "utf-8")
    given = {
        "url": server.url,
        "api": {"request": {"path": RUNS, "body": {"provider": "acmepay"}}},
        "worker_log": {"file": str(log)},
        "env_file": str(env_file),
        "token": {"variable": "API_TOKEN"},
        **options,
    }
    return collector(ARGUMENT_SPEC, **given)


def write(log: Path, text: str) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(text)


def take(made: Collector) -> tuple[dict[str, t.Any], dict[str, Step]]:
    result = recon_run_lifecycle.collect(made)
    return result, {step.name: step for step in made.steps}


def test_both_sides_of_a_run(api: FakeGitHub, log: Path, clock: Clock) -> None:
    clock.meanwhile = [lambda: write(log, START), lambda: write(log, END)]
    result, steps = take(made(api, log))
    assert result == {"changed": True, "run_id": RUN, "state": "completed"}
    assert list(steps) == ["recon_post", "recon_lifecycle", "recon_get", "recon_worker_log"]
    assert steps["recon_post"].exit_status == 202
    polls = recon.transcript(steps["recon_lifecycle"].stdout)
    assert [poll.state_of(RUN, RunApi(), "") for poll in polls] == ["queued", "running", "completed"]
    assert '"completed"' in steps["recon_get"].stdout
    assert steps["recon_worker_log"].stdout == START + END
    assert steps["recon_worker_log"].started <= steps["recon_post"].started
    assert {step.outcome for step in steps.values()} == {ENDED}


def test_the_api_is_asked_with_the_token_and_the_body_and_neither_secret_is_shown(
    api: FakeGitHub, log: Path, clock: Clock
) -> None:
    clock.meanwhile = [lambda: write(log, f"{START}{END}connect to psp:db-password@h with {TOKEN}\n")]
    _result, steps = take(made(api, log))
    post = api.asked("POST", RUNS)[0]
    assert post.headers["authorization"] == f"Bearer {TOKEN}"
    assert post.body == {"provider": "acmepay"}
    shown = "".join(str(step) for step in steps.values())
    assert TOKEN not in shown
    assert "db-password" not in shown
    assert RUN in shown


@pytest.mark.parametrize("after", [None, "7"])
def test_429_is_waited_out(api: FakeGitHub, log: Path, clock: Clock, after: str | None) -> None:
    slow = Reply(429, None, {"Retry-After": after} if after else {})
    api.on("POST", RUNS, slow, state("queued", 202))
    api.on("GET", f"{RUNS}/{RUN}", slow, state("completed"))
    clock.meanwhile = [lambda: write(log, START + END)]
    result, steps = take(made(api, log))
    assert result["state"] == "completed"
    assert clock.waits == [float(after or 1)] * 2
    assert [p.status for p in recon.transcript(steps["recon_lifecycle"].stdout)] == [429, 200]


def test_429_for_ever_reaches_the_limit(api: FakeGitHub, log: Path, clock: Clock) -> None:
    api.on("GET", f"{RUNS}/{RUN}", TOO_MANY)
    result, steps = take(made(api, log, limit=30))
    assert result["state"] == ""
    assert steps["recon_lifecycle"].outcome == TIMED_OUT
    assert clock.waits == [1, 2, 4, 8]
    assert steps["recon_get"].exit_status == 429


def test_a_post_that_is_never_taken(api: FakeGitHub, log: Path, clock: Clock) -> None:
    api.on("POST", RUNS, TOO_MANY)
    result, steps = take(made(api, log, limit=5))
    assert result == {"changed": False, "run_id": "", "state": ""}
    assert len(api.asked("POST", RUNS)) == 3
    assert steps["recon_post"].exit_status == 429
    assert steps["recon_lifecycle"].outcome == steps["recon_get"].outcome == NOT_RUN


@pytest.mark.parametrize(
    "answer", [Reply(500, {"id": RUN}), Reply(200, "<html>"), Reply(200, {"status": "queued"})]
)
def test_a_post_without_an_id_is_not_repeated(
    api: FakeGitHub, log: Path, clock: Clock, answer: Reply
) -> None:
    api.on("POST", RUNS, answer)
    result, steps = take(made(api, log))
    assert result["run_id"] == ""
    assert len(api.asked("POST", RUNS)) == 1
    assert api.asked("GET", f"{RUNS}/{RUN}") == []
    assert steps["recon_worker_log"].stdout == ""
    assert clock.waits == []


def test_a_run_that_does_not_end(api: FakeGitHub, log: Path, clock: Clock) -> None:
    api.on("GET", f"{RUNS}/{RUN}", state("queued"))
    result, steps = take(made(api, log, limit=60))
    assert result["state"] == "queued"
    assert steps["recon_lifecycle"].outcome == TIMED_OUT
    assert "within 60 s" in steps["recon_lifecycle"].reason
    assert clock.now == pytest.approx(60)
    assert len(api.asked("GET", f"{RUNS}/{RUN}")) < 30


def test_an_api_that_stumbles_is_asked_again(api: FakeGitHub, log: Path, clock: Clock) -> None:
    api.on("GET", f"{RUNS}/{RUN}", state("queued"), Reply(500, "no"), Reply(200, "<"), state("failed"))
    clock.meanwhile = [lambda: write(log, START + END)]
    result, steps = take(made(api, log))
    assert result["state"] == "failed"
    assert [p.status for p in recon.transcript(steps["recon_lifecycle"].stdout)] == [200, 500, 200, 200]
    assert '"failed"' in steps["recon_get"].stdout


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 422])
def test_what_asking_again_does_not_mend_ends_the_polling(
    api: FakeGitHub, log: Path, clock: Clock, status: int
) -> None:
    api.on("GET", f"{RUNS}/{RUN}", state("queued"), Reply(status, {"detail": "no"}), state("completed"))
    result, steps = take(made(api, log))
    assert result["state"] == "queued"
    assert len(api.asked("GET", f"{RUNS}/{RUN}")) == 2
    assert steps["recon_lifecycle"].outcome == FAILED
    assert steps["recon_lifecycle"].reason == f"the API answered {status}, which asking again does not mend"
    assert clock.now < 1


OTHER_API: dict[str, t.Any] = {
    "request": {
        "path": "/mutabakat",
        "query": {"kaynak": "kuzey"},
        "headers": {"Idempotency-Key": "{unique}"},
    },
    "id": "/mutabakat",
    "answer": {"path": "/mutabakat/{id}/sonuc"},
    "state": {
        "completed": {"pointer": "/sonuc/basarili", "values": [True]},
        "failed": {"pointer": "/sonuc/basarili", "values": [False]},
    },
    "queued": False,
}


@pytest.mark.parametrize(("success", "state"), [(True, "completed"), (False, "failed")])
def test_an_api_of_another_shape(api: FakeGitHub, log: Path, clock: Clock, success: bool, state: str) -> None:
    api.on("POST", "/mutabakat", Reply(201, {"mutabakat": RUN}))
    running, ended = Reply(200, {"sonuc": None}), Reply(200, {"sonuc": {"basarili": success}})
    api.on("GET", f"/mutabakat/{RUN}/sonuc", running, running, ended)
    clock.meanwhile = [lambda: write(log, START + END)]
    given = made(api, log, api=OTHER_API, process=["arq", "app.of-9d14.WorkerSettings"])
    result, steps = take(given)
    assert result == {"changed": True, "run_id": RUN, "state": state}
    (post,) = api.asked("POST", "/mutabakat")
    assert "?kaynak=kuzey" in steps["recon_post"].command
    assert len(post.headers["idempotency-key"]) == 32
    # It has no word for running: its connections are looked at while it has not ended.
    looks = [step.title.rpartition(", ")[2] for step in given.steps if step.name == "recon_connections"]
    assert looks == ["the run not seen", f"the run {state}"]


def test_the_workers_log_may_lag_behind(api: FakeGitHub, log: Path, clock: Clock) -> None:
    api.on("GET", f"{RUNS}/{RUN}", state("completed"))
    clock.meanwhile = [lambda: write(log, START), lambda: None, lambda: write(log, END)]
    _result, steps = take(made(api, log))
    assert steps["recon_worker_log"].stdout == START + END


def test_a_workers_log_that_was_cut_is_kept_and_proves_nothing(
    api: FakeGitHub, log: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "HELD", 2000)
    other = "03:20:01:   0.47s → other:reconcile_run('other')\n" * 200
    clock.meanwhile = [lambda: write(log, START + other + END)]
    _result, steps = take(made(api, log))
    kept = steps["recon_worker_log"]
    assert kept.stdout.startswith(START)
    assert kept.stdout.endswith(END)
    left = int(kept.reason.partition(" ")[0])
    assert (kept.outcome, kept.reason) == (FAILED, f"{left} bytes of the log were cut")
    assert left > len(other.encode()) - 2000
    assert f"[... {left} bytes of {len((START + other + END).encode())} are left out here" in kept.stdout


def test_the_workers_log_is_given_up_at_its_limit(api: FakeGitHub, log: Path, clock: Clock) -> None:
    api.on("GET", f"{RUNS}/{RUN}", state("completed"))
    _result, steps = take(made(api, log))
    assert steps["recon_worker_log"].stdout == ""
    assert steps["recon_worker_log"].outcome == ENDED
    assert 0 <= clock.now - recon_run_lifecycle.LOG_SECONDS < 1


def test_a_log_that_cannot_be_read_does_not_keep_the_run_from_being_asked_for(
    api: FakeGitHub, log: Path, clock: Clock
) -> None:
    result, steps = take(made(api, log, worker_log={"file": str(log / "below")}))
    assert result["state"] == "completed"
    assert "below" in steps["recon_worker_log"].command


def test_check_mode_asks_for_nothing(api: FakeGitHub, log: Path, clock: Clock) -> None:
    checked = made(api, log)
    checked.check_mode = True
    result, steps = take(checked)
    assert not result.get("changed")
    assert api.requests == []
    assert {step.outcome for step in steps.values()} == {NOT_RUN}
    assert steps["recon_post"].command.startswith(f"POST {api.url}{RUNS} {{")
    assert steps["recon_get"].command == f"GET {api.url}{RUNS}/{{id}}"
    assert str(log) in steps["recon_worker_log"].command


@pytest.mark.parametrize("status", [404, 401])
def test_check_mode_may_look_at_a_run_that_does_not_exist(
    api: FakeGitHub, log: Path, clock: Clock, status: int
) -> None:
    address = f"{RUNS}/{recon_run_lifecycle.NO_RUN}"
    api.on("GET", address, Reply(status, {"detail": "no"}))
    checked = made(api, log, probe=True)
    checked.check_mode = True
    _result, steps = take(checked)
    assert [(one.method, one.headers["authorization"]) for one in api.requests] == [
        ("GET", f"Bearer {TOKEN}")
    ]
    assert steps["recon_probe"].exit_status == status
    assert {step.outcome for name, step in steps.items() if name != "recon_probe"} == {NOT_RUN}


def test_a_run_is_not_preceded_by_a_probe(api: FakeGitHub, log: Path, clock: Clock) -> None:
    _result, steps = take(made(api, log, probe=True))
    assert "recon_probe" not in steps


@pytest.mark.parametrize(
    ("content", "variable"), [(f"{TOKEN}\n", ""), (f"OTHER=1\nexport ADMIN='{TOKEN}'\n", "ADMIN")]
)
def test_the_token_may_be_in_a_file_of_its_own(
    api: FakeGitHub, log: Path, clock: Clock, content: str, variable: str
) -> None:
    file = log.with_name("token")
    file.write_text(content, "utf-8")
    take(made(api, log, token={"file": str(file), "variable": variable}))
    assert api.asked("POST", RUNS)[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_without_a_token_none_is_sent(api: FakeGitHub, log: Path, clock: Clock) -> None:
    take(made(api, log, token={}))
    assert "authorization" not in api.asked("POST", RUNS)[0].headers


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"variable": "NO_SUCH"}, "holds no NO_SUCH"),
        ({"file": "/no/such/file"}, "/no/such/file cannot be read"),
    ],
)
def test_a_token_that_is_not_there_is_said(
    api: FakeGitHub, log: Path, clock: Clock, options: dict[str, str], told: str
) -> None:
    with pytest.raises(CollectError, match=told):
        take(made(api, log, token=options))
    assert api.requests == []


def test_connections_are_looked_at_while_it_runs_and_when_it_has_ended(
    api: FakeGitHub, log: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_collector: Collector, *_steps: str) -> None:
        clock.now += 1000

    monkeypatch.setattr(recon_run_lifecycle.servers, "look", slow)
    api.on("GET", f"{RUNS}/{RUN}", state("running"), state("running"), state("completed"))
    result, _steps = take(given := made(api, log, process=["arq", "app.of-9d13.WorkerSettings"], limit=10))
    assert result["state"] == "completed"
    looks = [step for step in given.steps if step.name == "recon_connections"]
    assert [step.title.rpartition(" ")[2] for step in looks] == ["running", "completed"]
    assert {step.stdout for step in looks} == {"[]\n"}


def test_connections_of_a_run_that_does_not_end_and_of_a_staging_that_cannot_be_asked(
    api: FakeGitHub, log: Path, clock: Clock
) -> None:
    api.on("GET", f"{RUNS}/{RUN}", state("queued"))
    _result, steps = take(made(api, log, process=["arq"], limit=1, variables={"database": "NO_SUCH_URL"}))
    assert steps["recon_connections"].title == "Connections of all workers, the run queued"
    assert steps["recon_redis_clients"].reason == "the environment sets no REDIS_URL"
    assert steps["recon_sessions"].reason == "no connection to Postgres: none of NO_SUCH_URL is set"
