# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One drill: a fault, the closure, and the verdict that it must give for the right reason."""

from __future__ import annotations

import json
import subprocess
import typing as t
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from tests.drills.twin import LOCKER, ROOT, TICKET, Twin

# Of a busy machine: a closure takes half a minute where it has a processor to itself.
LIMIT_SECONDS = 900

Fault = t.Callable[[Twin], AbstractContextManager[t.Any] | None]
Extra = t.Mapping[str, t.Any] | t.Callable[[Twin], t.Mapping[str, t.Any]]


@dataclass(frozen=True)
class Drill:
    """A fault and what must come of it.

    Attributes:
        name: how it is called on the command line.
        fault: puts it into the twin; may return a context that holds it while the closure runs.
        package: the package whose verdict it is about.
        criterion: the rule that must decide.
        result: what that rule must find.
        reason: a part of the reason that the rule must give.
        also: packages that have to run before this one.
        status: the package's verdict.
        note: a part of the package's note, where that names a cause further back than this rule's reason.
        extra: variables for the playbook, or what makes them from the twin.
        shows: what the report's text must have in it.
    """

    name: str
    fault: Fault
    package: int
    criterion: str
    result: str
    reason: str
    also: tuple[int, ...] = ()
    status: str = "FAIL"
    extra: Extra = field(default_factory=dict)
    note: str = ""
    shows: tuple[str, ...] = ()


def run(drill: Drill) -> list[str]:
    """Carry the drill out, and return what is wrong with what came of it: nothing, when it passed."""
    twin = Twin()
    report = LOCKER / TICKET / drill.name / "report.json"
    report.unlink(missing_ok=True)
    with drill.fault(twin) or nullcontext():
        status, output = _closure(drill, twin)
    if not report.exists():
        return [f"no report was written; the closure ended with {status}", *output.splitlines()[-25:]]
    missing = [text for text in drill.shows if text not in report.with_suffix(".md").read_text("utf-8")]
    return [
        *_faults(drill, status, json.loads(report.read_text("utf-8"))),
        *(f"the report does not show {text!r}" for text in missing),
    ]


def _closure(drill: Drill, twin: Twin) -> tuple[int, str]:
    extra = drill.extra(twin) if callable(drill.extra) else drill.extra
    done = subprocess.run(
        twin.closure(drill.name, {drill.package, *drill.also}, extra),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _faults(drill: Drill, status: int, report: dict[str, t.Any]) -> list[str]:
    package = report["packages"][f"package_{drill.package}"]
    found = next((c for c in package["criteria"] if c["id"] == drill.criterion), None)
    wrong = []
    if (status == 0) != (drill.status == "PASS"):
        wrong.append(f"the closure ended with {status}")
    if report["gate"]["status"] != "FAIL":
        wrong.append("the gate is open")
    if package["status"] != drill.status:
        wrong.append(f"package_{drill.package} is {package['status']}: {package['note']}")
    if found is None:
        wrong.append(f"no criterion {drill.criterion}; there are {[c['id'] for c in package['criteria']]}")
    elif found["result"] != drill.result or drill.reason not in found["reason"]:
        wrong.append(f"{drill.criterion} is {found['result']}: {found['reason']}")
    if drill.status == "FAIL" and (drill.note or drill.reason) not in package["note"]:
        wrong.append(f"the note names another reason: {package['note']}")
    return wrong + _other_packages(drill, report) + _evidence(package)


def _other_packages(drill: Drill, report: dict[str, t.Any]) -> list[str]:
    """The fault must be alone: what ran before it has to pass."""
    others = {f"package_{number}": report["packages"][f"package_{number}"] for number in drill.also}
    return [f"{name}: {p['note']}" for name, p in others.items() if p["status"] != "PASS"]


def _evidence(package: dict[str, t.Any]) -> list[str]:
    names = {step["name"] for step in package["steps"]}
    shown = {step for criterion in package["criteria"] for step in criterion["steps"]}
    missing = sorted(shown - names)
    if not names:
        return ["no evidence was kept"]
    return [f"steps that criteria point to were not kept: {missing}"] if missing else []
