# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step is on the disk as it ends; what a killed run left is read by the next; others are refused."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import files, spool
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from tests.unit.captured import step
from tests.unit.collecting import collector

OWNER = {"entry": "a1-x-0", "attempt": "a1", "staging": "staging:/app", "ticket": "PSP-1", "module": "x"}
NEXT = {**OWNER, "entry": "a2-x-0", "attempt": "a2"}


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(spool, "PARENT", str(tmp_path))
    return tmp_path


def _dead(entry: Path) -> None:
    """Make of an entry one whose process is gone."""
    owner = entry / "owner.json"
    owner.write_text(json.dumps({**json.loads(owner.read_text("utf-8")), "start": "another boot 1"}), "utf-8")


def test_a_step_is_on_the_disk_and_a_large_stream_beside_it() -> None:
    own = spool.Spool(OWNER)
    large = "x" * (spool.LARGE + 1)
    small, big = own.add(step("one", stdout="out")), own.add(step("two", stdout=large, stderr="err"))
    assert small == step("one", stdout="out").as_dict()
    assert json.loads((own.folder / "0002-two.json").read_text("utf-8")) == big
    assert (big["stderr"], big["stdout"]["bytes"]) == ("err", len(large))
    file = Path(big["stdout"]["file"])
    assert file.read_text("utf-8") == large
    assert big["stdout"]["sha256"] == hashlib.sha256(large.encode()).hexdigest()
    assert [oct(path.stat().st_mode & 0o777) for path in (own.folder.parent, own.folder, file)] == [
        "0o700",
        "0o700",
        "0o600",
    ]


def test_a_full_disk_costs_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    own = spool.Spool(OWNER)

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write", full)
    large = step("one", stdout="x" * (spool.LARGE + 1))
    assert own.add(large) == large.as_dict()


def test_what_another_attempt_left_is_read_and_a_file_that_was_cut_off_is_said() -> None:
    own = spool.Spool(OWNER)
    own.add(step("one"))
    own.add(step("two"))
    cut = own.folder / "0002-two.json"
    cut.write_bytes(cut.read_bytes()[:-9])
    (own.folder / "running-1.json").write_text(
        json.dumps({"what": "alembic upgrade head", "pid": 1}), "utf-8"
    )
    _dead(own.folder)
    (found,) = spool.left(NEXT)
    assert [one["name"] for one in found["steps"]] == ["one"]
    assert (found["broken"], found["begun"], found["running"]) == (
        ["0002-two.json"],
        ["alembic upgrade head"],
        [],
    )
    assert found["owner"]["ticket"] == "PSP-1"
    assert spool.left(OWNER) == []
    assert spool.left({**NEXT, "staging": "staging:/other"}) == []
    assert spool.fetched("a1-x-0") == found


def test_a_process_that_still_runs_is_found_and_no_other_of_its_number() -> None:
    own = spool.Spool(OWNER)
    own.add(step("one"))
    _dead(own.folder)
    with (
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process,
        own.running(process.pid, "backfill --real"),
    ):
        (found,) = spool.left(NEXT)
        assert (found["running"], found["steps"]) == ([f"backfill --real (process {process.pid})"], [])
        later = collector({}, attempt=NEXT)
        with pytest.raises(
            CollectError, match=rf"backfill --real \(process {process.pid}\) of the earlier attempt a1"
        ):
            later.use_spool()
        assert later.spool is None
        process.communicate()
    assert list(own.folder.glob("running-*")) == []
    (found,) = spool.left(NEXT)
    assert (found["running"], len(found["steps"])) == ([], 1)


def test_a_collector_puts_its_steps_down() -> None:
    own = collector({}, attempt=OWNER, limit=9, directory=None)
    own.use_spool()
    assert own.spool
    script = "import pathlib, sys; print(*(p.name for p in pathlib.Path(sys.argv[1]).glob('running-*')))"
    seen = own.run([sys.executable, "-c", script, str(own.spool.folder)], StepName("ls"))
    own.add(seen)
    assert seen.stdout.startswith("running-")
    assert [path.name for path in sorted(own.spool.folder.glob("0*"))] == ["0001-ls.json"]
    assert own.records == [seen.as_dict()]


def _open_to_all(path: Path) -> None:
    path.mkdir()
    path.chmod(0o777)


def _link(path: Path) -> None:
    path.symlink_to(path.parent)


def _file(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (_open_to_all, "its mode 0777 opens it to others"),
        (_link, "it is a link"),
        (_file, "it is no directory"),
    ],
)
def test_a_directory_that_is_not_ours_is_refused(
    parent: Path, make: t.Callable[[Path], None], why: str
) -> None:
    make(parent / f"psp.rc_closure-{os.geteuid()}")
    with pytest.raises(spool.SpoolError, match=why):
        spool.directory()


def test_one_of_another_user_is_refused(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = os.geteuid()
    (parent / f"psp.rc_closure-{mine + 1}").mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    with pytest.raises(spool.SpoolError, match=f"it belongs to the user {mine}: remove it"):
        spool.directory()


def test_space_is_asked_for_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "NEEDED_MIB", 2**40)
    with pytest.raises(
        spool.SpoolError, match=r"psp\.rc_closure-\d+ has \d+ MiB free, and 1099511627776 MiB are needed"
    ):
        spool.Spool(OWNER)


def test_an_entry_does_not_lead_out_of_the_directory() -> None:
    with pytest.raises(spool.SpoolError, match="is not the name of an entry"):
        spool.Spool({**OWNER, "entry": "../x"})
