# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills: one fault at a time in the twin, and the verdict it must give.

    python -m tests.drills [--quick] [name ...]        all without a name; --quick for those of `make test`

The evidence of each is kept in C(evidence/drills/DRILL-1/<name>/).
"""

from __future__ import annotations

import sys
import time

from tests.drills import twin
from tests.drills.catalog import DRILLS, QUICK
from tests.drills.drill import Drill, run


def main(names: list[str]) -> int:
    """Run the drills of these names, or all; 0 where all passed, 2 for a name that does not exist."""
    names = [*QUICK, *names[1:]] if names[:1] == ["--quick"] else names
    unknown = sorted(set(names) - {drill.name for drill in DRILLS})
    if unknown:
        print(f"no drill {', '.join(unknown)}; there are {', '.join(d.name for d in DRILLS)}")
        return 2
    chosen = [drill for drill in DRILLS if not names or drill.name in names]
    try:
        failed = [drill for drill in chosen if not _passes(drill)]
    finally:
        twin.down()
    print(f"{len(chosen) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _passes(drill: Drill) -> bool:
    started = time.monotonic()
    wrong = run(drill)
    print(f"{'FAILED' if wrong else 'ok':<7}{drill.name:<26}{time.monotonic() - started:5.1f} s", flush=True)
    for line in wrong:
        print(f"       {line}", flush=True)
    return not wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
