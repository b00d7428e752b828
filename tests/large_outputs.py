# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What three outputs of 100 MB cost a closure of the twin: of the backfill's two runs and the browser tests.

    python -m tests.large_outputs [--megabytes 100]

Prints, as C(name: number): the seconds more than a closure without them; the largest memory of a process of
Ansible's, a module's on the host among them, in MB, and of which; the locker's size and the largest report's.
Ends with 1 where a closure did not pass.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
import typing as t
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.drills.twin import ROOT, Twin, down
from tests.killing import tree

LIMIT_SECONDS = 3600
_BACKFILL = "scripts/backfill_wallet_balances.py"
# A line is of 100 bytes or so, and no two are alike.
_IN_PYTHON = """\
    for number in range({megabytes} * 10_000):
        told = number * 2654435761 % 2**64
        print(f"2026-11-24T10:00:00.123Z INFO wallet {{number:08d}} seen, {{told:020d}} cents, it is kept")
    engine = create_engine("""
_IN_NODE = """\
if (process.env.TEST_WORKER_INDEX === undefined && !process.env.LARGE_TOLD) {{
  process.env.LARGE_TOLD = 'yes';
  for (let block = 0; block < {megabytes} * 10; block++) {{
    const lines = Array.from({{ length: 1000 }}, (_, n) => (block * 1000 + n) * 2654435761);
    const said = (told: number) => `2026-11-24T10:00:00.123Z pw:api page ${{told}} waits for navigation`;
    require('node:fs').writeSync(1, lines.map((told) => `${{said(told)}} is over\\n`).join(''));
  }}
}}
export default defineConfig({{"""


class Memory:
    """The largest memory of each process of Ansible's, while it is looked at."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self.peaks: dict[str, float] = {}

    def look(self, root: int) -> None:
        """Look at a process and what descends from it."""
        for pid in tree(root):
            with suppress(OSError):
                argv = Path(f"/proc/{pid}/cmdline").read_text("utf-8").rstrip("\0").split("\0")
                self.take(argv, Path(f"/proc/{pid}/status").read_text("utf-8"))

    def take(self, argv: list[str], status: str) -> None:
        """Keep the peak that C(/proc/PID/status) names, in MB, where the process is Ansible's."""
        name = next((Path(one).name for one in argv if "ansib" in Path(one).name.lower()), "")
        # A module that comes by its input has no name there.
        name = name or ("a module" if len(argv) == 1 and Path(argv[0]).name.startswith("python") else "")
        peak = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), "0")
        if name:
            self.peaks[name] = max(self.peaks.get(name, 0.0), int(peak) * 1024 / 1e6)

    @contextmanager
    def of(self, root: int) -> t.Iterator[None]:
        """Look until the block ends."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(0.1):
                self.look(root)

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def closure(locker: Path, megabytes: int, memory: Memory) -> tuple[float, bool]:
    """Close a fresh twin's release with outputs of that size; return its seconds, and whether it passed."""
    twin = Twin()
    if megabytes:
        twin.patch(
            twin.backend / _BACKFILL, "    engine = create_engine(", _IN_PYTHON.format(megabytes=megabytes)
        )
        config = twin.e2e / "playwright.config.ts"
        twin.patch(config, "export default defineConfig({", _IN_NODE.format(megabytes=megabytes))
    argv = [str(Path(sys.executable).parent / "ansible-playbook"), "playbooks/rc_closure.yml"]
    argv += ["--inventory=inventories/twin", f"--extra-vars={json.dumps({'rc_closure_locker': str(locker)})}"]
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        run = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        with memory.of(run.pid):
            status = run.wait(LIMIT_SECONDS)
        seconds = time.monotonic() - began
        output.seek(0)
        if status:
            print("\n".join(output.read().decode("utf-8", "replace").splitlines()[-20:]), file=sys.stderr)
    return seconds, status == 0


def megabytes_of(paths: t.Iterable[Path]) -> list[float]:
    """Return the size of each file."""
    return [path.stat().st_size / 1e6 for path in paths if path.is_file()]


def main() -> int:
    """Measure; 0, or 1 where a closure did not pass."""
    parser = argparse.ArgumentParser(prog="large_outputs")
    parser.add_argument("--megabytes", type=int, default=100)
    megabytes = parser.parse_args().megabytes
    memory = Memory()
    try:
        with tempfile.TemporaryDirectory() as folder:
            without, passed = closure(Path(folder, "without"), 0, Memory())
            locker = Path(folder, "with")
            seconds, passed_large = closure(locker, megabytes, memory)
            print(f"seconds_more: {seconds - without:.0f}  (of {seconds:.0f}; {without:.0f} without)")
            name, peak = max(memory.peaks.items(), key=lambda one: one[1], default=("", 0.0))
            print(f"largest_process_mb: {peak:.0f}  ({name})")
            print(f"locker_mb: {sum(megabytes_of(locker.rglob('*'))):.1f}")
            print(f"largest_report_mb: {max(megabytes_of(locker.rglob('report.*')), default=0.0):.2f}")
    finally:
        down()
    return 0 if passed and passed_large else 1


if __name__ == "__main__":
    sys.exit(main())
