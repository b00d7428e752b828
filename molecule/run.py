# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run molecule's scenarios, two at a time: the engine and the images first, then each scenario's whole test.

    python molecule/run.py [SCENARIO ...]        all without a name

A scenario's output goes to .cache/molecule/log/SCENARIO.log; what fails is shown. MOLECULE_JOBS is how many
run at a time.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import engine
import images

ROOT = images.ROOT
LOGS = ROOT / ".cache" / "molecule" / "log"
LIMIT_SECONDS = 2400
LAST_LINES = 60
# The longest first, so that it does not run alone at the end.
ORDER = ("drills", "default", "systemd")


def main(wanted: list[str]) -> int:
    """Run the scenarios; 0 where all passed."""
    there = sorted(path.parent.name for path in (ROOT / "molecule").glob("*/molecule.yml"))
    unknown = sorted(set(wanted) - set(there))
    if unknown:
        print(f"no scenario {', '.join(unknown)}; there are {', '.join(there)}", file=sys.stderr)
        return 2
    started = time.monotonic()
    if not _can_reach_by_ssh() or images.main([]):
        return 1
    print(f"{'':<7}{'engine and images':<20}{time.monotonic() - started:6.1f} s", flush=True)
    chosen = sorted(wanted or there, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))
    LOGS.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(int(os.environ.get("MOLECULE_JOBS", "2"))) as pool:
        passed = list(pool.map(_passes, chosen))
    print(f"{sum(passed)} passed, {passed.count(False)} failed, in {time.monotonic() - started:.0f} s")
    return 0 if all(passed) else 1


def _can_reach_by_ssh() -> bool:
    """See to the programs with which a machine is reached over ssh; say what is missing."""
    try:
        engine.need("ssh", "openssh-client")
    except engine.EngineError as error:
        print(f"molecule: {error}", file=sys.stderr)
        return False
    return True


def _passes(scenario: str) -> bool:
    """Run a scenario and say how it went."""
    started, log = time.monotonic(), LOGS / f"{scenario}.log"
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                _command(scenario),
                cwd=ROOT,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=LIMIT_SECONDS,
                check=False,
            )
            good = done.returncode == 0
        except subprocess.TimeoutExpired:
            good = False
    print(f"{'ok' if good else 'FAILED':<7}{scenario:<20}{time.monotonic() - started:6.1f} s", flush=True)
    if not good:
        lines = log.read_text("utf-8", errors="replace").splitlines()[-LAST_LINES:]
        print("\n".join([f"{log} ends with", *lines]), flush=True)
    return good


def _command(scenario: str) -> list[str]:
    molecule = str(Path(sys.executable).parent / "molecule")
    # Named, for molecule looks for it in a git checkout only.
    shared = str(ROOT / ".config" / "molecule" / "config.yml")
    return [molecule, "--base-config", shared, "test", "--scenario-name", scenario, "--no-command-borders"]


def _environment() -> Mapping[str, str]:
    """Return an environment in which the programs of this interpreter and the engine's client come first."""
    first = [str(Path(sys.executable).parent), str(Path(engine.client()).parent)]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*first, os.environ.get("PATH", os.defpath)]),
        "NO_COLOR": "1",
        "ANSIBLE_NOCOLOR": "1",
        "COLUMNS": "160",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
