# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closure against the same steps by a plain shell script and by a naive playbook.

    python -m tests.bench [--rounds N]

In each round the three run in turn, each on a twin that has just been reset, which is not timed. Each must
really succeed: a run that ends with an error, or leaves the twin in another state than it must
(C(facts.py)), ends the bench with 1.

The closure is C(ansible-playbook playbooks/rc_closure.yml -i inventories/twin). Script and playbook are
rendered from one list of commands (C(checklist.py)), in the checklist's order, and wait for the CI run where
it comes. At the end are the medians of all rounds:

C(closure_over_script), C(closure_over_naive)
    the closure's wall time, divided by the other's.
C(ansible_overhead_s)
    the closure's wall time less the time in which at least one of its steps was under way: the union of
    [started, ended] of all steps in its C(report.json). What stands Redis, the worker and the backend up is
    no step and so counts as overhead, unless it goes on beside one.
C(redaction_mb_s)
    the megabytes of text that are masked in a second of one core, with fifty known secrets.
C(redaction_over_detect_secrets), C(redaction_over_credsweeper)
    this, divided by the megabytes of the same text that those scan for secrets.

Then what the last round's closure consists of: tasks, each counted once for each host, modules that Ansible
started for them, and the five tasks that took longest.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import counts, facts, overhead, playbook, redaction, scanners, script
from tests.bench.checklist import Checklist
from tests.bench.twin import ROOT, Twin
from tests.drills import twin as drills_twin

REPORT = ROOT / "evidence" / "PSP-3031" / "twin" / "report.json"
ANSIBLE_PLAYBOOK = str(Path(sys.executable).parent / "ansible-playbook")
LIMIT_SECONDS = 600


class BenchError(Exception):
    """A run did not do what it was to do."""


@dataclass(frozen=True)
class Round:
    """The seconds of one round."""

    closure: float
    script: float
    naive: float
    overhead: float
    counts: counts.Counts

    def __str__(self) -> str:
        """Return one line."""
        times = f"closure {self.closure:.1f} s, script {self.script:.1f} s, naive playbook {self.naive:.1f} s"
        return f"{times}; Ansible's part of the closure {self.overhead:.1f} s"


def main() -> int:
    """Run the rounds; 0, or 1 with what went wrong."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=3)
    rounds = []
    try:
        for number in range(1, parser.parse_args().rounds + 1):
            rounds.append(_round())
            print(f"round {number}: {rounds[-1]}", flush=True)
    except (BenchError, AssertionError, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        drills_twin.down()
    print(f"closure_over_script: {median(one.closure / one.script for one in rounds):.2f}")
    print(f"closure_over_naive: {median(one.closure / one.naive for one in rounds):.2f}")
    print(f"ansible_overhead_s: {median(one.overhead for one in rounds):.2f}")
    masked = redaction.mb_s()
    print(f"redaction_mb_s: {masked:.1f}")
    for name, scanned in scanners.mb_s(redaction.sample()[1]).items():
        print(f"redaction_over_{name}: {masked / scanned:.0f}")
    print("\n".join(rounds[-1].counts.lines()))
    return 0


def _round() -> Round:
    closure, counted = _closure(Twin())
    outside_steps = overhead.seconds(REPORT, closure)
    return Round(closure, _script(Twin()), _naive(Twin()), outside_steps, counted)


def _closure(twin: Twin) -> tuple[float, counts.Counts]:
    argv = [ANSIBLE_PLAYBOOK, "playbooks/rc_closure.yml", "-i", "inventories/twin"]
    file, log = twin.folder / "counts.json", twin.folder / "closure.log"
    seconds = _timed("closure", argv, twin, log, counts.variables(file))
    return seconds, counts.read(file)


def _script(twin: Twin) -> float:
    file, log = twin.folder / "checklist.sh", twin.folder / "checklist.log"
    file.write_text(script.render(_checklist(twin).steps()), "utf-8")
    seconds = _timed("script", ["/bin/sh", str(file), str(log)], twin, log)
    _see_browser_tests("script", log)
    return seconds


def _naive(twin: Twin) -> float:
    file, log = twin.folder / "checklist.yml", twin.folder / "naive.log"
    file.write_text(playbook.render(_checklist(twin).steps()), "utf-8")
    # The results are shown, for that is all the evidence such a playbook gives.
    argv = [ANSIBLE_PLAYBOOK, "-v", str(file), "-i", "localhost,", "-c", "local"]
    seconds = _timed("naive", [*argv, "-e", f"ansible_python_interpreter={sys.executable}"], twin, log)
    _see_browser_tests("naive", log)
    return seconds


def _timed(
    name: str, argv: list[str], twin: Twin, log: Path, variables: t.Mapping[str, str] | None = None
) -> float:
    """Return the seconds that a run took.

    Raises:
        BenchError: it failed, or the twin is not as it must be.
    """
    path = os.pathsep.join([twin.state["bin"], os.environ["PATH"]])
    with log.open("w", encoding="utf-8") as output:
        started = time.monotonic()
        done = subprocess.run(
            argv,
            cwd=ROOT,
            env={**os.environ, "PATH": path, **(variables or {})},
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        seconds = time.monotonic() - started
    wrong = facts.problems(twin) if done.returncode == 0 else [f"it ended with {done.returncode}"]
    if wrong:
        end = "\n".join(log.read_text("utf-8", "replace").splitlines()[-25:])
        raise BenchError(f"{name}: {'; '.join(wrong)}\n{end}")
    return seconds


def _see_browser_tests(name: str, log: Path) -> None:
    """See that the browser tests passed, which leaves no trace but their output."""
    if "3 passed" not in log.read_text("utf-8", "replace"):
        raise BenchError(f"{name}: {log} does not show that the E2E smoke passed")


def _checklist(twin: Twin) -> Checklist:
    """Put the secrets where script and playbook find them, which is not in argv."""
    token, psql = twin.folder / "api_token", twin.folder / "psql.env"
    token.write_text(twin.api_token, "utf-8")
    psql.write_text("".join(f"{name}='{value}'\n" for name, value in twin.psql_variables().items()), "utf-8")
    return Checklist(twin.state, str(token), str(psql))


if __name__ == "__main__":
    sys.exit(main())
