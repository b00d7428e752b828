# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make test`: one part that fails makes the whole fail, and the last line names it."""

from __future__ import annotations

import importlib
import typing as t
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> t.Any:
    monkeypatch.syspath_prepend(str(TESTS))
    parts = importlib.import_module("parts")
    monkeypatch.setattr(parts, "HOME", tmp_path)
    commands = {"good": "echo all well", "bad": "echo wrong >&2; exit 3", "slow": "sleep 60"}
    monkeypatch.setattr(
        parts, "PARTS", tuple(parts.Part(name, ("/bin/sh", "-c", text)) for name, text in commands.items())
    )
    monkeypatch.setattr(parts, "LIMIT_SECONDS", 3)
    monkeypatch.setattr(parts, "GRACE_SECONDS", 1)
    return parts


def test_what_passes_is_shown_in_one_piece(parts: t.Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert parts.main(["good"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("===== ok     good")
    assert lines[1] == "all well"
    assert lines[-1].startswith("all passed")


def test_what_fails_or_does_not_end_is_named_last(
    parts: t.Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert parts.main([]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith(f"failed: bad, slow; the logs are in {tmp_path}")
    assert "wrong\n" in out
    assert "no end after 3 s\n" in out


def test_an_unknown_part_is_refused(parts: t.Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parts.main(["linters"])
    assert "no part linters; there are good, bad, slow" in capsys.readouterr().err
