# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive has what it should and nothing else, its links hold, and its metadata says what is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import typing as t
from pathlib import Path, PurePosixPath
from posixpath import normpath

import pytest
import yaml

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import invocation

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)")
# A module by its name in a task, or a connection that an inventory or its draft names.
USED = re.compile(
    r"\b((?:ansible|awx|community|kubernetes)\.(?!builtin|module_utils|parsing|plugins|utils)\w+)\.[a-z]"
)
SHIPPED = {
    *("CHANGELOG.md", "CONTRIBUTING.md", "FILES.json", "LICENSE", "MANIFEST.json", "README.md"),
    *("docs", "inventories", "meta", "playbooks", "plugins", "requirements", "roles"),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[tarfile.TarFile]:
    folder = tmp_path_factory.mktemp("archive")
    command = [sys.executable, str(ROOT / "tests" / "archive.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(done.stdout.strip()) as opened:
        yield opened


def names(archive: tarfile.TarFile) -> set[str]:
    return {member.name for member in archive if member.isfile()}


def test_it_has_what_ships_and_no_stray_file(archive: tarfile.TarFile) -> None:
    # antsibull-changelog's own file comes with the first release.
    found = {name.split("/")[0] for name in names(archive)} - {"changelogs"}
    assert found == SHIPPED
    assert all(member.isfile() or member.isdir() for member in archive)
    suffixes = {PurePosixPath(name).suffix for name in names(archive)}
    page = {".css", ".j2", ".js"}
    assert suffixes == page | {"", ".in", ".json", ".md", ".py", ".service", ".sh", ".timer", ".txt", ".yml"}
    assert [name for name in names(archive) if "/." in f"/{name}" or "__pycache__" in name] == []
    assert {PurePosixPath(name).parts[1] for name in names(archive) if name.startswith("inventories/")} == {
        *("containers", "pods", "staging"),
    }


def test_the_links_of_its_pages_hold(archive: tarfile.TarFile) -> None:
    held = names(archive) | {member.name for member in archive if member.isdir()}
    pages = [name for name in names(archive) if name.endswith(".md")]
    broken, found = [], 0
    for page in pages:
        opened = archive.extractfile(page)
        assert opened is not None
        for target in LINK.findall(opened.read().decode("utf-8")):
            if "://" in target:
                continue
            found += 1
            if normpath(f"{PurePosixPath(page).parent}/{target}") not in held:
                broken.append(f"{page}: {target}")
    assert found > 10
    assert broken == []


def test_the_collections_that_it_uses_are_its_dependencies() -> None:
    ways = (
        "roles/*/tasks/*.yml",
        "playbooks/**/*.yml",
        "inventories/**/*.yml",
        "plugins/plugin_utils/**/*.py",
    )
    files = {path for way in ways for path in ROOT.glob(way) if "collections" not in path.parts}
    used = {name for path in files for name in USED.findall(path.read_text("utf-8"))}
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text("utf-8"))
    assert used == set(galaxy["dependencies"])
    assert all(re.fullmatch(r">=\d+\.\d+\.\d+,<\d+\.0\.0", span) for span in galaxy["dependencies"].values())


def test_the_oldest_core_is_the_one_that_the_first_play_refuses_below() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text("utf-8"))
    oldest = ".".join(map(str, invocation.OLDEST_CORE))
    assert runtime["requires_ansible"] == f">={oldest}.0"
    for path in ROOT.glob("roles/*/meta/main.yml"):
        assert yaml.safe_load(path.read_text("utf-8"))["galaxy_info"]["min_ansible_version"] == oldest
