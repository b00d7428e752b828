# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module files_before on real files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.modules import files_before


class Site:
    """A configuration, a unit that is not there yet, and data that is not, either."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.configuration = folder / "redis.conf"
        self.unit = folder / "unit.d" / "psp.conf"
        self.data = folder / "appendonlydir"
        self._capsys = capsys
        self.configuration.write_text("one\n", "utf-8")
        self.configuration.chmod(0o640)

    def call(self, state: str, *, check: bool = False, **other: Any) -> dict[str, Any]:
        arguments = {
            "paths": [str(self.configuration), str(self.unit)],
            "made": [str(self.data)],
            "state": state,
            "_ansible_check_mode": check,
            **other,
        }
        with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
            files_before.main()
        result: dict[str, Any] = json.loads(self._capsys.readouterr().out)
        return {**result, "rc": ended.value.code}

    def change(self, text: str) -> None:
        """Write what a run writes, and have the service make its data."""
        # Replaced whole, as the roles do it.
        new = self.configuration.with_suffix(".new")
        new.write_text(text, "utf-8")
        new.chmod(0o600)
        new.replace(self.configuration)
        self.unit.write_text(text, "utf-8")
        self.data.mkdir(exist_ok=True)

    def left(self) -> list[str]:
        """Return the names of what was kept."""
        return sorted(path.name for path in self.configuration.parent.rglob("*.before"))


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Site:
    return Site(tmp_path, capsys)


def test_it_is_put_back_with_its_mode_and_times(site: Site) -> None:
    before = site.configuration.stat()
    kept = site.call("kept")
    assert (kept["rc"], kept["changed"], kept["owed"]) == (0, False, False)
    site.change("two\n")
    assert site.call("put_back")["changed"] is True
    after = site.configuration.stat()
    assert site.configuration.read_text("utf-8") == "one\n"
    assert (after.st_mode, after.st_uid, after.st_mtime_ns) == (
        before.st_mode,
        before.st_uid,
        before.st_mtime_ns,
    )
    assert not site.unit.exists()
    assert site.left() == []


def test_data_that_was_made_is_moved_aside_and_never_removed(site: Site) -> None:
    site.call("kept")
    site.change("two\n")
    (site.data / "appendonly.aof").write_text("data", "utf-8")
    site.call("put_back")
    assert not site.data.exists()
    (aside,) = site.data.parent.glob("appendonlydir.aside-*")
    assert (aside / "appendonly.aof").read_text("utf-8") == "data"


def test_data_that_was_there_stays(site: Site) -> None:
    site.data.mkdir()
    site.call("kept")
    site.change("two\n")
    site.call("put_back")
    assert site.data.is_dir()


def test_a_good_run_forgets(site: Site) -> None:
    site.call("kept")
    site.change("two\n")
    assert site.call("forgotten")["changed"] is False
    assert (site.configuration.read_text("utf-8"), site.left()) == ("two\n", [])
    assert site.call("kept")["owed"] is False


def test_a_run_that_was_broken_off_is_owed(site: Site) -> None:
    """What is put back is what last ran, not what the broken run wrote."""
    site.call("kept")
    site.change("two\n")
    assert site.call("kept")["owed"] is True
    site.change("three\n")
    site.call("put_back")
    assert site.configuration.read_text("utf-8") == "one\n"
    assert not site.unit.exists()


def test_nothing_was_kept_and_nothing_is_put_back(site: Site) -> None:
    assert site.call("put_back")["changed"] is False
    assert site.configuration.read_text("utf-8") == "one\n"


def test_check_mode_does_nothing(site: Site) -> None:
    assert site.call("kept", check=True)["owed"] is False
    assert site.left() == []


def test_a_place_that_is_not_there_is_left_to_whoever_writes(site: Site, tmp_path: Path) -> None:
    place = tmp_path / "no" / "such" / "redis.conf"
    assert site.call("kept", paths=[str(place)])["rc"] == 0
    assert not place.parent.exists()


def test_nobody_else_can_read_what_is_kept(site: Site) -> None:
    site.configuration.chmod(0o600)
    site.call("kept")
    assert site.configuration.with_name("redis.conf.before").stat().st_mode & 0o777 == 0o600
