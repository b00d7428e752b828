# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill closures of the twin at random moments, with all their processes, and look at what the next tells.

    python -m tests.kill_moments --moments 25 --seed 7 --packages 1

Of each moment: what was changed has its intent in the locker; the next run names the attempt, with the
outcome where it was put down; no package is PASS on a half-told story; and nothing is left on the host.
With --full the closure is not killed: its locker's disk, a small one mounted for that, is filled. No step is
lost then, and no report.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import typing as t
from contextlib import contextmanager, suppress
from pathlib import Path

import conftest  # noqa: F401  # pylint: disable=unused-import  # the collection, from the checkout
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import elsewhere, locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.drills.twin import ROOT, Twin, down
from tests.killing import killed

LIMIT_SECONDS = 600
LAST_LINES = 40
CHANGES = "SELECT version_num FROM alembic_version"


class Moment(t.NamedTuple):
    """What came of one kill."""

    seconds: float
    intents: list[str]  # in the killed attempt
    kept: int  # its steps, intents among them, after the next run
    changed: bool  # whether the schema had moved
    outcome: str  # of the upgrade, as the next run tells it
    status: str  # of the next run's Package-1
    wrong: list[str]


class Full(t.NamedTuple):
    """What came of one disk that was filled."""

    seconds: float
    report: list[str]  # where it was
    status: str
    wrong: list[str]


def moment(root: Path, packages: t.Sequence[int], seconds: float) -> Moment:
    """Kill a closure after so many seconds, run the next, and return what came of it."""
    twin = Twin()
    before = twin.text(CHANGES)
    with killed(_closure(root, packages), ROOT):
        time.sleep(seconds)  # the moment is what is tried
    changed = twin.text(CHANGES) != before
    attempts = sorted(root.glob("*/*/attempts/*"))
    first = attempts[0] if attempts else None
    reported = bool(first and (first / "report.json").exists())
    intents = sorted(path.stem[5:] for path in first.rglob("[0-9]*_intent.json")) if first else []
    wrong = [] if not changed or "alembic_evidence_intent" in intents else ["changed without an intent"]
    done = subprocess.run(
        _closure(root, packages), cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    last = max(root.glob("*/*/attempts/*"), default=None)
    if last is None or last == first:
        wrong += ["the next run has no attempt", *_last_words(done)]
        return Moment(seconds, intents, 0, changed, "", "", wrong)
    if not (last / "report.json").exists():
        wrong += ["the next run has no report", *_last_words(done)]
        return Moment(seconds, intents, 0, changed, "", "", wrong)
    report = json.loads((last / "report.json").read_text("utf-8"))
    told = {one["name"]: one for one in report.get("unreported_attempts", [])}
    begun = bool(first and any(first.glob("package_*")) and not reported)
    if begun and first and first.name not in told:
        wrong.append("the killed attempt is not named")
    found = told.get(first.name, {"intents": []}) if first else {"intents": []}
    outcomes = [str(one["outcome"] and one["outcome"]["outcome"]) for one in found["intents"]]
    package = report["packages"]["package_1"]
    ran = "nothing had to run" not in json.dumps(package["criteria"])
    if package["status"] == "PASS" and not reported and changed and not ran and outcomes[:1] != ["ended"]:
        wrong.append("PASS on a half-told story")
    wrong += [f"left on the host: {path}" for path in _left(first.name if first else "")]
    kept = len(list(first.rglob("[0-9]*.json"))) if first else 0
    return Moment(seconds, intents, kept, changed, ", ".join(outcomes), package["status"], wrong)


def _last_words(run: subprocess.CompletedProcess[str]) -> list[str]:
    """Return how a run ended and what it said last, on both streams, by which it can be explained."""
    said = [
        line for text in (run.stdout, run.stderr) for line in text.splitlines()[-LAST_LINES:] if line.strip()
    ]
    return [f"it ended with status {run.returncode}", *said]


def full(root: Path, packages: t.Sequence[int], seconds: float, whole: set[str]) -> Full:
    """Fill the locker's disk after so many seconds of a closure, and return what came of it."""
    Twin()
    with _disk(root):
        with subprocess.Popen(
            _closure(root, packages), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as run:
            time.sleep(seconds)  # the moment is what is tried
            with (root / "filler").open("wb", buffering=0) as filler, suppress(OSError):
                while True:
                    filler.write(b"\0" * 4096)
            output = run.communicate(timeout=LIMIT_SECONDS)[0]
        attempts = sorted(root.glob("*/*/attempts/*"))
        if not any(root.glob("*/*/attempts/*/package_*")):
            refused = "MiB free" in output or "cannot be written" in output
            return Full(seconds, [], "", [] if refused else ["no attempt, and no sentence that says why"])
        (attempt,) = attempts
        # As a later run does once there is space again.
        (root / "filler").unlink()
        elsewhere_before = [str(path) for path in elsewhere.glob(attempt, "report.json")]
        elsewhere.settle(root)
        report = attempt / "report.json"
        if not report.exists():
            return Full(seconds, [], "", ["no report", *output.splitlines()[-5:]])
        told = json.loads(report.read_text("utf-8"))
        steps = [step["name"] for one in told["packages"].values() for step in one["steps"]]
        lost = sorted(whole - set(steps))
        wrong = [f"lost: {', '.join(lost)}"] if lost else []
        wrong += verify.look(locker.Attempt.from_dict(locker.read_json(attempt / "attempt.json"))).changed
        return Full(seconds, elsewhere_before, told["run"]["status"], wrong)


@contextmanager
def _disk(root: Path) -> t.Iterator[None]:
    root.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=80m", "tmpfs", str(root)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(root)], check=True)


def _names(root: Path) -> set[str]:
    return {path.stem[5:] for path in root.rglob("[0-9]*.json")}


def _closure(root: Path, packages: t.Sequence[int]) -> list[str]:
    return [
        str(Path(sys.executable).parent / "ansible-playbook"),
        "playbooks/rc_closure.yml",
        "--inventory=inventories/twin",
        f"--tags={','.join(f'package_{number}' for number in packages)}",
        f"--extra-vars={json.dumps({'rc_closure_locker': str(root)})}",
    ]


def _left(attempt: str) -> list[Path]:
    spool = Path(f"/var/tmp/psp.rc_closure-{os.geteuid()}")
    return list(spool.glob(f"{attempt}-*")) if attempt else []


def main() -> int:
    """Print a line for each moment; return 1 where one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=25)
    parser.add_argument("--tried", type=int, default=0, help="so many of these were tried before")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--full", action="store_true", help="fill the locker's disk (root)")
    parser.add_argument("--packages", type=int, nargs="+", default=[1])
    given = parser.parse_args()
    draw = random.Random(given.seed)
    print(f"seed {given.seed}, packages {given.packages}", flush=True)
    bad = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            Twin()
            began = time.monotonic()
            whole = _closure(Path(folder, "whole"), given.packages)
            subprocess.run(whole, cwd=ROOT, capture_output=True, timeout=LIMIT_SECONDS, check=False)
            length = time.monotonic() - began
            print(f"undisturbed: {length:.0f} s", flush=True)
            moments = [draw.uniform(0, length) for _number in range(given.moments)]
            for number, seconds in enumerate(moments[given.tried :]):
                place = Path(folder, str(number))
                found: Moment | Full
                if given.full:
                    found = full(place, given.packages, seconds, _names(Path(folder, "whole")))
                else:
                    found = moment(place, given.packages, seconds)
                bad += bool(found.wrong)
                print(json.dumps(found._asdict()), flush=True)
    finally:
        down()
    many = given.moments - given.tried
    print(f"{many - bad} of {many} moments right", flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
