# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Webhooks are counted on both sides of a mark, and the probe is found in the log."""

from __future__ import annotations

import functools
import json
import re
import threading
import typing as t
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import http
from ansible_collections.psp.rc_closure.plugins.module_utils._collect import (
    webhook_401_evidence,
    webhook_sources,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError
from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    ENDED,
    FAILED,
    NOT_RUN,
    Step,
    rfc3339,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text import webhook_log
from ansible_collections.psp.rc_closure.plugins.modules.webhook_401_evidence import ARGUMENT_SPEC
from tests.unit.collecting import collector

PATH = "/api/v1/payments/webhook/acmepay"
REFUSED = {"status": 401, "error_code": "WEBHOOK_SIGNATURE_INVALID"}


def _log(path: Path, count: int = 1, ago: timedelta = timedelta(0), **more: t.Any) -> None:
    time = rfc3339(datetime.now(UTC) - ago)
    line = {"time": time, "method": "POST", "path": PATH, "status": 200, **more}
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{json.dumps(line)}\n" * count)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "access.log"
    path.touch()
    return path


@pytest.fixture
def backend(log: Path) -> t.Iterator[str]:
    """A backend that refuses every webhook, as its access log says."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            _log(log, **REFUSED, agent=self.headers["User-Agent"])
            self.send_response(401)
            self.end_headers()
            self.wfile.write(b'{"error": {"code": "WEBHOOK_SIGNATURE_INVALID"}}')

        def log_message(self, format: str, *args: t.Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}{PATH}"
        server.shutdown()
        thread.join()


def _before(log: Path, **options: t.Any) -> tuple[dict[str, t.Any], list[Step]]:
    taken = collector(ARGUMENT_SPEC, window="before", access_log={"file": str(log)}, **options)
    return webhook_401_evidence.collect(taken), taken.steps


def _after(
    log: Path, mark: t.Any, *, check_mode: bool = False, **options: t.Any
) -> tuple[dict[str, t.Any], dict[str, Step]]:
    given = {"probe_url": "http://127.0.0.1:1/", "limit": 0.0, **options}
    taken = collector(
        ARGUMENT_SPEC,
        check_mode=check_mode,
        window="after",
        access_log={"file": str(log)},
        mark=mark,
        **given,
    )
    return webhook_401_evidence.collect(taken), {step.name: step for step in taken.steps}


def test_before_counts_as_far_back_as_it_is_asked_to(log: Path) -> None:
    _log(log, 5, timedelta(minutes=20), **REFUSED)
    _log(log, 3, timedelta(minutes=10))
    _log(log, 1, timedelta(minutes=1), **REFUSED)
    result, (step,) = _before(log)
    assert (result["requests"], result["signature_invalid"]) == (4, 1)
    assert step.command.startswith(f"POST /api/v1/payments/webhook/… in {log} from 20")
    window = webhook_log.read(step.stdout)
    covered = datetime.fromisoformat(window.head["to"]) - datetime.fromisoformat(window.head["from"])
    assert covered == timedelta(minutes=15)
    assert window.total == webhook_log.Count(4, 4, 1, 1)


def test_before_reads_no_more_than_it_may(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _log(log, 100)
    monkeypatch.setattr(webhook_sources, "BASELINE_BYTES", log.stat().st_size // 4)
    result = _before(log)[0]
    assert result["requests"] == 24


def test_before_without_a_log(tmp_path: Path) -> None:
    result, (step,) = _before(tmp_path / "none.log")
    assert (step.name, step.outcome) == ("webhook_baseline", FAILED)
    assert step.reason.endswith("none.log cannot be read: No such file or directory")
    assert result["mark"]["offset"] == 0


def test_after_counts_from_the_mark_on_and_then_probes(log: Path, backend: str) -> None:
    _log(log, 7, **REFUSED)
    mark = _before(log)[0]["mark"]
    _log(log, 4)
    _log(log, 2, **REFUSED)
    result, steps = _after(log, mark, probe_url=backend)
    assert (result["changed"], result["requests"], result["signature_invalid"]) == (True, 6, 2)
    assert webhook_log.read(steps["webhook_window"].stdout).head["enforced"] == 6
    assert steps["webhook_401_lines"].stdout.count("\n") == 2
    assert steps["webhook_probe"].exit_status == 401
    assert re.fullmatch(
        rf"POST {re.escape(backend)}\?rc_closure_probe=\w{{16}} {{}}", steps["webhook_probe"].command
    )
    assert steps["webhook_probe_log"].stdout.count("WEBHOOK_SIGNATURE_INVALID") == 1


@pytest.mark.parametrize(
    ("ahead", "enforced"),
    [
        pytest.param(None, 9, id="no measure"),
        pytest.param(300.0, 3, id="ahead"),
        pytest.param(-300.0, 9, id="behind"),
        pytest.param(1.0, 9, id="within what a module takes to begin"),
    ],
)
def test_since_when_the_flags_are_on_is_by_the_hosts_own_clock(
    log: Path, ahead: float | None, enforced: int
) -> None:
    mark = _before(log)[0]["mark"]
    _log(log, 6, timedelta(seconds=60), **REFUSED)
    _log(log, 3)
    now = datetime.now(UTC)
    # By the controller, whose clock shows less where the host's is ahead.
    options = {"enforced_from": rfc3339(now - timedelta(seconds=310))}
    if ahead is not None:
        options |= {"attempt": {"asked": now.timestamp() - ahead}}
    head = webhook_log.read(_after(log, mark, **options)[1]["webhook_window"].stdout).head
    assert head["enforced"] == enforced


def test_after_waits_for_enough_webhooks(log: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = _before(log)[0]["mark"]
    waits = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        _log(log, 2)

    monkeypatch.setattr(webhook_401_evidence, "Deadline", functools.partial(Deadline, sleep=wait))
    result = _after(log, mark, probe_url=backend, limit=60.0, minimum_requests=5)[0]
    assert result["requests"] == 6
    assert waits == [webhook_401_evidence.POLL_SECONDS] * 3


def test_webhooks_before_the_flags_were_seen_on_do_not_count_as_enough(log: Path) -> None:
    mark = _before(log)[0]["mark"]
    _log(log, 5, timedelta(seconds=30))
    _log(log, 2)
    begun = rfc3339(datetime.now(UTC) - timedelta(seconds=20))
    steps = _after(log, mark, enforced_from=begun)[1]
    window = webhook_log.read(steps["webhook_window"].stdout)
    assert (window.total.requests, window.head["enforced"]) == (7, 2)


def test_lines_beyond_the_bound_are_told(log: Path) -> None:
    mark = _before(log)[0]["mark"]
    _log(log, webhook_401_evidence.MOST_LINES + 7, **REFUSED)
    lines = _after(log, mark)[1]["webhook_401_lines"].stdout.splitlines()
    assert len(lines) == webhook_401_evidence.MOST_LINES + 1
    assert lines[-1] == "… 7 more of these lines are left out"


def test_a_log_that_does_not_show_the_probe(
    log: Path, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_401_evidence, "PROBE_LOG_SECONDS", 0.0)
    other = tmp_path / "other.log"
    other.touch()
    steps = _after(other, _before(other)[0]["mark"], probe_url=backend)[1]
    assert (steps["webhook_probe_log"].outcome, steps["webhook_probe_log"].stdout) == (ENDED, "")


def test_the_probe_is_told_from_others_by_its_mark(log: Path, backend: str) -> None:
    mark = _before(log)[0]["mark"]
    own = http.ask

    def beside_another(*arguments: t.Any, **options: t.Any) -> t.Any:
        _log(log, **REFUSED, agent="acmepay")
        return own(*arguments, **options)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(http, "ask", beside_another)
        shown = _after(log, mark, probe_url=backend)[1]["webhook_probe_log"].stdout
    assert shown.count("\n") == 1
    assert "rc_closure_probe=" in shown


def test_a_log_that_was_emptied_has_a_gap(log: Path) -> None:
    _log(log, 5)
    mark = _before(log)[0]["mark"]
    log.write_text("", "utf-8")
    _log(log, 2)
    head = webhook_log.read(_after(log, mark)[1]["webhook_window"].stdout).head
    assert (head["gap"], head["read"].partition(",")[0]) == (True, "rotated in between")


@pytest.mark.parametrize("dated", ["access.log-20261129", "access.log.1", "access-20261129.log"])
def test_a_log_that_was_rotated_has_none(log: Path, dated: str) -> None:
    _log(log, 5)
    mark = _before(log)[0]["mark"]
    _log(log, 2)
    log.rename(log.with_name(dated))
    _log(log, 1)
    window = webhook_log.read(_after(log, mark)[1]["webhook_window"].stdout)
    assert (window.head["gap"], window.total.requests) == (False, 3)


def test_a_zone_that_nobody_knows(log: Path) -> None:
    with pytest.raises(CollectError, match="zone Mars/Olympus is not known here"):
        webhook_401_evidence.collect(
            collector(ARGUMENT_SPEC, window="before", access_log={"file": str(log), "zone": "Mars/Olympus"})
        )


def test_a_log_that_is_gone(log: Path, backend: str) -> None:
    mark = _before(log)[0]["mark"]
    log.unlink()
    steps = _after(log, mark)[1]
    assert steps["webhook_window"].outcome == FAILED
    assert steps["webhook_window"].reason.endswith("cannot be read: No such file or directory")
    assert steps["webhook_probe"].reason == "127.0.0.1:1 refused the connection"


def test_without_a_mark_nothing_is_counted(log: Path) -> None:
    steps = _after(log, None)[1]
    assert steps["webhook_window"].reason == (
        "where the access log stood before the flags were set is not known"
    )


def test_check_mode_neither_waits_nor_sends(log: Path) -> None:
    mark = _before(log)[0]["mark"]
    _log(log, 3)
    result, steps = _after(log, mark, check_mode=True, limit=60.0)
    assert (result["changed"], result["requests"]) == (False, 3)
    assert steps["webhook_probe"].outcome == NOT_RUN
    assert "webhook_probe_log" not in steps
