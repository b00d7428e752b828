# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run the parts of `make test` side by side, the longest first, so that none runs alone at the end.

    python tests/parts.py [--jobs N] [PART ...]        all without a name

A part's output goes to `.cache/parts/PART.log` and is shown in one piece when the part has ended. The last
lines say again how those ended that failed, how long each took and which failed. A checkout has one twin, so
a part that brings it up does so in a copy of the checkout, `.cache/parts/PART/`, which shares `.venv` and is
left for a look at its evidence.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import checkout

HOME = checkout.ROOT / ".cache" / "parts"
PYTHON = ".venv/bin/python"
# Far more than any takes, for a busy machine.
LIMIT_SECONDS = 3600
GRACE_SECONDS = 30
LAST_LINES = 40


@dataclass(frozen=True)
class Part:
    """One part: its command, and whether it has a twin, which takes a copy of the checkout."""

    name: str
    command: tuple[str, ...]
    twin: bool = False

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return HOME / f"{self.name}.log"

    def last_lines(self) -> list[str]:
        """Return how its output ended."""
        return self.log.read_text("utf-8", "replace").splitlines()[-LAST_LINES:]


PARTS = (
    # One scenario at a time, beside the twin's tests: probes have seconds to answer in.
    Part("molecule", ("env", "MOLECULE_JOBS=1", "make", "molecule")),
    Part("integration", (PYTHON, "-m", "pytest", "tests/integration", "--durations=15"), twin=True),
    Part("drill", (PYTHON, "-m", "tests.drills", "--quick"), twin=True),
    Part("lint", ("make", "lint")),
    Part("anywhere", ("make", "anywhere")),
    Part("unit", ("make", "unit")),
)


def main(arguments: list[str]) -> int:
    """Run them; 0 where all passed."""
    parser = argparse.ArgumentParser(prog="tests/parts.py")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("parts", nargs="*", metavar="PART")
    given = parser.parse_args(arguments)
    unknown = set(given.parts) - {part.name for part in PARTS}
    if unknown:
        parser.error(
            f"no part {', '.join(sorted(unknown))}; there are {', '.join(part.name for part in PARTS)}"
        )
    chosen = [part for part in PARTS if not given.parts or part.name in given.parts]
    HOME.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with ThreadPoolExecutor(given.jobs) as pool:
        results = list(pool.map(_result, chosen))
    failed = [part.name for part, (passed, _line) in zip(chosen, results, strict=True) if not passed]
    for part in chosen:
        if part.name in failed:
            print("\n".join([f"===== {part.name} ended with", *part.last_lines()]))
    print("\n".join(line for _passed, line in results))
    verdict = f"failed: {', '.join(failed)}; the logs are in {HOME}" if failed else "all passed"
    print(f"{verdict} ({time.monotonic() - started:.0f} s)", flush=True)
    return 1 if failed else 0


def _result(part: Part) -> tuple[bool, str]:
    """Run a part and show its output; whether it passed, and the line that says so."""
    started = time.monotonic()
    with part.log.open("wb") as log:
        passed = _passes(part, log.fileno())
    line = f"{'ok' if passed else 'FAILED':<7}{part.name:<14}{time.monotonic() - started:7.1f} s"
    print(f"===== {line}\n{part.log.read_text('utf-8', 'replace')}", flush=True)
    return passed, line


def _passes(part: Part, log: int) -> bool:
    if not part.twin:
        return _succeeds(part.command, checkout.ROOT, log)
    place = HOME / part.name
    checkout.for_a_twin(place, log)
    passed = _succeeds(part.command, place, log)
    return _succeeds((PYTHON, "tests/twin/twin.py", "down"), place, log) and passed


def _succeeds(command: tuple[str, ...], directory: Path, log: int) -> bool:
    """Run a command; one that does not end in time is ended, and so is what make started."""
    with subprocess.Popen(
        command, cwd=directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    ) as process:
        try:
            return process.wait(LIMIT_SECONDS) == 0
        except subprocess.TimeoutExpired:
            os.write(log, f"no end after {LIMIT_SECONDS} s\n".encode())
            _end(process)
            return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Interrupted, pytest still ends what its fixtures started; but a background job may ignore that."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(number)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
