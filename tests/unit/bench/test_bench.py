# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench: what it calls overhead, what it counts, and that script and playbook have every step."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from tests.bench import counts, overhead, playbook, script
from tests.bench.checklist import Checklist, Request, Step


@pytest.fixture
def steps() -> list[Step]:
    return Checklist(defaultdict(lambda: "/twin"), "/twin/token", "/twin/psql.env").steps()


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([], 10.0),
        ([("00", "02"), ("03", "05")], 6.0),
        ([("00", "04"), ("01", "02"), ("03", "05")], 5.0),
        ([("03", "05"), ("00", "03")], 5.0),
    ],
)
def test_overhead_is_what_no_step_covers(
    spans: list[tuple[str, str]], seconds: float, tmp_path: Path
) -> None:
    at = "2026-11-24T10:00:{}.000Z".format
    steps = [{"started": at(started), "ended": at(ended)} for started, ended in spans]
    report = tmp_path / "report.json"
    packages = {"package_0": {"steps": steps[::2]}, "package_1": {"steps": steps[1::2]}}
    report.write_text(json.dumps({"packages": packages}), "utf-8")
    assert overhead.seconds(report, 10.0) == pytest.approx(seconds)


def test_the_script_has_every_step_and_is_a_shell_script(steps: list[Step], tmp_path: Path) -> None:
    text = script.render(steps)
    assert text.count("\necho ") - text.count("\necho ENV=") == len(steps)
    file = tmp_path / "checklist.sh"
    file.write_text(text, "utf-8")
    subprocess.run([shutil.which("sh") or "/bin/sh", "-n", str(file)], check=True, timeout=10)


def test_the_playbook_has_every_step_in_order(steps: list[Step]) -> None:
    (play,) = yaml.safe_load(playbook.render(steps))
    assert [task["name"] for task in play["tasks"]] == [step.title for step in steps]


def test_what_a_request_kept_is_filled_in(steps: list[Step]) -> None:
    kept = {step.keep[0] for step in steps if isinstance(step, Request)} - {""}
    text = playbook.render(steps)
    assert kept == {"ci_run", "ci_job", "run"}
    for name in kept:
        assert f"${name}" not in text
        assert f"{{{{ {name}.json." in text


def test_tasks_and_modules_are_counted(tmp_path: Path) -> None:
    tasks = [
        {"name": "A module", "ansible.builtin.ping": {}},
        {"name": "No module", "ansible.builtin.set_fact": {"a": 1}},
        {"name": "Two", "ansible.builtin.ping": {}, "loop": [1, 2]},
        {"name": "Skipped", "ansible.builtin.ping": {}, "when": False},
    ]
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": tasks,
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]), "utf-8")
    subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            str(tmp_path / "play.yml"),
            "-i",
            "localhost,",
        ],
        env={**os.environ, **counts.variables(tmp_path / "counts.json")},
        capture_output=True,
        timeout=60,
        check=True,
    )
    counted = counts.read(tmp_path / "counts.json")
    assert (counted.tasks, counted.skipped, counted.modules) == (3, 1, 3)
    assert {name for name, seconds in counted.seconds if seconds > 0} == {task["name"] for task in tasks}


def test_the_dearest_tasks_are_named() -> None:
    counted = counts.Counts(7, 0, 4, [(str(seconds), float(seconds)) for seconds in range(7)])
    assert [line.split()[-1] for line in counted.lines()[-5:]] == ["6", "5", "4", "3", "2"]
