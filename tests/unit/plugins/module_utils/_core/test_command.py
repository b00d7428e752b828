# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A command becomes a step whatever it does."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import streams
from ansible_collections.psp.rc_closure.plugins.module_utils._core.command import run
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    ENDED,
    FAILED,
    TIMED_OUT,
    Step,
    parse_time,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName


def _run(*argv: str, limit: float = 20, **more: object) -> Step:
    redact = Redactor({"TOKEN": "s3cr3t-token"})
    return run(argv, StepName("x", "X"), limit=limit, redact=redact, **more)  # type: ignore[arg-type]  # the tests vary them


def _python(code: str, **more: object) -> Step:
    return _run(sys.executable, "-c", code, **more)  # type: ignore[arg-type]  # passed on as they are


def test_both_streams_and_the_status_are_kept_apart() -> None:
    step = _python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (step.outcome, step.exit_status, step.stdout, step.stderr) == (ENDED, 3, "out\n", "err\n")
    assert parse_time(step.started) <= parse_time(step.ended)


def test_a_command_stopped_at_its_limit_leaves_all_it_wrote(tmp_path: Path) -> None:
    ready = tmp_path / "child"
    code = (
        "import subprocess, sys\n"
        f"child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(ready)!r}, 'w').write(str(child.pid))\n"
        "print('x' * 300000, flush=True); print('err', file=sys.stderr, flush=True)\n"
        "child.wait()\n"
    )
    step = _python(code, limit=2)
    assert step.outcome == TIMED_OUT
    assert step.exit_status == -15
    assert len(step.stdout) == 300001
    assert step.stderr == "err\n"
    assert "limit of 2 s" in step.reason
    assert not _runs(int(ready.read_text()))


def test_a_stream_that_is_cut_is_masked_by_any_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HELD", 400)
    code = "print('s3cr3t-token'); print('line\\n' * 400); print('s3cr3t-token')"
    step = run(
        [sys.executable, "-c", code], limit=20, redact=lambda text: text.replace("s3cr3t-token", "***")
    )
    assert step.bytes_left
    assert "left out here" in step.stdout
    assert step.stdout.startswith("***\n")
    assert step.stdout.endswith("***\n")


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_missing_binary_is_named() -> None:
    step = _run("no-such-binary", env={"PATH": "/nowhere"})
    assert (step.outcome, step.exit_status) == (FAILED, None)
    assert step.reason == "no-such-binary was not found (PATH=/nowhere)"


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    step = _run("true", directory=str(tmp_path / "gone"))
    assert step.outcome == FAILED
    assert step.reason == f"the directory {tmp_path}/gone does not exist"


def test_bytes_that_are_no_text_and_secrets() -> None:
    step = _python(
        r"import sys; sys.stdout.buffer.write(b'\xff s3cr3t-token'); print('s3cr3t-token', file=sys.stderr)"
    )
    assert step.stdout == "\\xff [masked:TOKEN]"
    assert step.stderr == "[masked:TOKEN]\n"
    assert "s3cr3t-token" not in step.command


def test_the_environment_is_what_is_given() -> None:
    env = {"PATH": os.environ["PATH"], "MARK": "here"}
    assert _run("env", env=env).stdout.count("MARK=here") == 1
