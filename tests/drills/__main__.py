# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills: one fault at a time in the twin, and the verdict it must give.

    python -m tests.drills [--quick] [--jobs N] [name ...]     all without a name; --quick: of `make test`

The evidence of each is kept in C(evidence/drills/DRILL-1/<name>/). A checkout has one twin: side by side,
each job has a copy of the checkout, C(.cache/drills/<number>/), and its share of the drills.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests import checkout
from tests.drills import twin
from tests.drills.catalog import DRILLS, QUICK
from tests.drills.drill import Drill, run

PLACES = checkout.ROOT / ".cache" / "drills"


def main(arguments: list[str]) -> int:
    """Run the drills of these names, or all; 0 where all passed, 2 for a name that does not exist."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills")
    parser.add_argument("--quick", action="store_true", help="those that `make test` has time for, too")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*", metavar="name")
    given = parser.parse_args(arguments)
    names = [*given.names, *(QUICK if given.quick else ())]
    unknown = sorted(set(names) - {drill.name for drill in DRILLS})
    if unknown:
        parser.error(f"no drill {', '.join(unknown)}; there are {', '.join(d.name for d in DRILLS)}")
    chosen = [drill for drill in DRILLS if not names or drill.name in names]
    if given.jobs > 1 and len(chosen) > 1:
        # In turn, so that each has its share of what takes long.
        shares = [share for share in (chosen[job :: given.jobs] for job in range(given.jobs)) if share]
        with ThreadPoolExecutor(len(shares)) as pool:
            return max(pool.map(_in_a_copy, range(len(shares)), shares))
    try:
        failed = [drill for drill in chosen if not _passes(drill)]
    finally:
        twin.down()
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _in_a_copy(job: int, share: list[Drill]) -> int:
    place = PLACES / str(job)
    checkout.for_a_twin(place)
    command = [".venv/bin/python", "-m", "tests.drills", *(drill.name for drill in share)]
    return subprocess.run(command, cwd=place, check=False).returncode


def _passes(drill: Drill) -> bool:
    started = time.monotonic()
    try:
        wrong = run(drill)
    # A twin that does not come up, or a moment that does not come.
    except (AssertionError, OSError, subprocess.SubprocessError) as exc:
        wrong = [type(exc).__name__, *str(exc).splitlines()[-25:]]
    print(f"{'FAILED' if wrong else 'ok':<7}{drill.name:<26}{time.monotonic() - started:5.1f} s", flush=True)
    for line in wrong:
        print(f"       {line}", flush=True)
    return not wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
