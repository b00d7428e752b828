# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every command that the READMEs and the guide print is understood as it is printed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
TURKISH = "docs/operators-guide.tr.md"
PAGES = (
    *(
        "README.md",
        "CONTRIBUTING.md",
        "docs/awx.md",
        "docs/closing-record.md",
        "docs/operators-guide.md",
        TURKISH,
    ),
    "tests/twin/README.md",
)
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
FILE = re.compile(r"`([a-z]+\.yml)`:\n\n```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)
# What has it say what it would do, and do nothing.
REHEARSED = {"ansible-playbook": ["--list-tasks"], "ansible-vault": ["--help"], "make": ["--dry-run"]}
GUIDE = (ROOT / "docs" / "operators-guide.md").read_text("utf-8")


def printed(text: str) -> list[str]:
    """Return the commands of a page's blocks, without what is said of them."""
    blocks = [block for kind, block in BLOCK.findall(text) if not kind]
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", "", block).splitlines()]
    return [line.split("  #")[0].split(" # ")[0].strip() for line in lines]


def commands() -> list[str]:
    """Return the commands of all pages that begin with a program of C(REHEARSED), each once."""
    found = dict.fromkeys(line for page in PAGES for line in printed((ROOT / page).read_text("utf-8")))
    return [line for line in found if line.split(" ")[0] in REHEARSED]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a checkout with the files that the guide has people write."""
    place = tmp_path_factory.mktemp("checkout")
    for name in ("playbooks", "inventories", "Makefile"):
        (place / name).symlink_to(ROOT / name)
    for name, text in FILE.findall(GUIDE):
        (place / name).write_text(text, "utf-8")
    # As if it were installed.
    installed = place / "installed" / "ansible_collections" / "psp"
    installed.mkdir(parents=True)
    (installed / "rc_closure").symlink_to(ROOT)
    return place


def test_there_are_some() -> None:
    found = commands()
    assert {line.split(" ")[0] for line in found} == set(REHEARSED)
    assert len(found) > 15


@pytest.mark.parametrize("command", commands())
def test_it_is_understood(folder: Path, command: str) -> None:
    program, *arguments = shlex.split(re.sub(r"<[^>]+>", "a" * 40, command))
    done = subprocess.run(
        [program, *arguments, *REHEARSED[program]],
        cwd=folder,
        env={
            **os.environ,
            "ANSIBLE_COLLECTIONS_PATH": str(folder / "installed"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if program == "ansible-playbook":
        assert "play #1" in done.stdout


def test_the_turkish_guide_has_the_commands_and_settings_of_the_english_one() -> None:
    turkish = (ROOT / TURKISH).read_text("utf-8")
    assert printed(turkish) == printed(GUIDE)
    ours, theirs = (
        [
            (kind, yaml.safe_load(block) if kind == "yaml" else block)
            for kind, block in BLOCK.findall(page)
            if kind
        ]
        for page in (turkish, GUIDE)
    )
    assert ours == theirs
    assert [name for name, _text in FILE.findall(turkish)] == [name for name, _text in FILE.findall(GUIDE)]
    sections = [page.count("\n## ") for page in (turkish, GUIDE)]
    assert sections[0] == sections[1] > 10


def test_the_turkish_guide_s_links_lead_to_its_sections() -> None:
    turkish = (ROOT / TURKISH).read_text("utf-8")
    headings = re.findall(r"^## (.+)$", turkish, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", turkish)) <= anchors


def test_the_files_of_the_guide_set_variables_that_exist() -> None:
    defaults = [yaml.safe_load(path.read_text("utf-8")) for path in ROOT.glob("roles/*/defaults/main.yml")]
    known = {name for file in defaults for name in file}
    files = FILE.findall(GUIDE)
    assert [name for name, _text in files] == ["release.yml", "decision.yml"]
    for _name, text in files:
        assert set(yaml.safe_load(text)) <= known
