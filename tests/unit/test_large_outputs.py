# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of the processes of a closure, those of Ansible's are measured, at their largest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import large_outputs

STATUS = "Name:\tpython3\nVmPeak:\t  900000 kB\nVmHWM:\t  {} kB\nVmRSS:\t  10 kB\n"


def test_the_largest_of_each_of_ansibles_processes_counts() -> None:
    memory = large_outputs.Memory()
    module = ["/usr/bin/python3", "/root/.ansible/tmp/x/AnsiballZ_alembic_evidence.py"]
    for argv, size in [
        (["/venv/bin/python", "/venv/bin/ansible-playbook", "a.yml"], 90_000),
        (["/venv/bin/python", "/venv/bin/ansible-playbook", "a.yml"], 80_000),
        (module, 50_000),
        (["node", "/app/node_modules/.bin/playwright", "test"], 900_000),
        (["/venv/bin/python3"], 60_000),
        ([""], 900_000),
    ]:
        memory.take(argv, STATUS.format(size))
    assert memory.peaks == {
        "ansible-playbook": pytest.approx(92.16),
        "a module": pytest.approx(61.44),
        "AnsiballZ_alembic_evidence.py": pytest.approx(51.2),
    }


def test_a_process_and_what_it_started_are_looked_at(tmp_path: Path) -> None:
    program = tmp_path / "ansible-stand-in.py"
    program.write_text("import os\nprint(os.getpid(), flush=True)\ninput()\n", "utf-8")
    memory = large_outputs.Memory()
    with subprocess.Popen(
        [sys.executable, str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        memory.look(os.getpid())
    assert memory.peaks["ansible-stand-in.py"] > 1


def test_the_sizes_of_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1_500_000)
    assert large_outputs.megabytes_of(tmp_path.rglob("*")) == [1.5]
