# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page shows of each package: criteria with the steps that show them, steps with their streams."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field
from functools import cached_property

from ....judge.base import FAIL, NOT_MET, NOT_PROVEN
from ....keep.locker import STREAMS
from ..document import Document
from .words import OUTCOMES, RESULTS, words

_HTTP = {"stdout": "Body", "stderr": "Status and headers"}


@dataclass(frozen=True)
class Stream:
    """One of a step's streams; C(whole) says where all of it is, if it was shortened."""

    id: str
    name: str
    text: str
    whole: t.Mapping[str, t.Any] | None


@dataclass(frozen=True)
class ShownStep:
    """A step: what the document has of it (C(of)), and its place on the page."""

    package: int
    number: str  # C(2.14)
    of: t.Mapping[str, t.Any]
    blamed: bool  # whether a criterion that is not met or not proven points to it

    @property
    def id(self) -> str:
        """The anchor that links lead to."""
        return f"step-{self.number.replace('.', '-')}"

    @cached_property
    def streams(self) -> list[Stream]:
        """Both streams, under the names that a reader knows."""
        names = _HTTP if self.of["kind"] == "http" else {}
        whole = self.of.get("whole", {})
        return [
            Stream(f"{self.id}-{one}", words(names.get(one, one)), self.of[one], whole.get(one))
            for one in STREAMS
        ]

    @property
    def is_prose(self) -> bool:
        """Whether its lines may be wrapped: a request's are long, and have no columns."""
        return bool(self.of["kind"] == "http")

    @property
    def outcome(self) -> str:
        """What came of it, in a few words."""
        status, kind = self.of["exit_status"], self.of["kind"]
        said = words("HTTP status {status}" if kind == "http" else "exit status {status}", status=status)
        if self.of["outcome"] != "ended":
            return words(OUTCOMES[self.of["outcome"]]) + (f", {said}" if status is not None else "")
        return words("read") if status is None else said


@dataclass(frozen=True)
class Criterion:
    """A criterion: what the document has of it (C(of)), and the steps that show it."""

    package: int
    of: t.Mapping[str, t.Any]
    steps: t.Sequence[ShownStep]

    @property
    def id(self) -> str:
        """The anchor that links lead to."""
        return f"criterion-{self.package}-{self.of['id']}"

    @property
    def is_bad(self) -> bool:
        """Whether it keeps its package from PASS."""
        return self.of["result"] in (NOT_MET, NOT_PROVEN)

    @property
    def result(self) -> str:
        """The result, in words."""
        return words(RESULTS[self.of["result"]])


@dataclass(frozen=True)
class Package:
    """A package: what the document has of it (C(of)), its criteria and its steps."""

    number: int
    of: t.Mapping[str, t.Any]
    steps: t.Sequence[ShownStep] = field(default=())
    criteria: t.Sequence[Criterion] = field(default=())

    @property
    def id(self) -> str:
        """The anchor that links lead to."""
        return f"package-{self.number}"

    @property
    def name(self) -> str:
        """What the checklist calls it."""
        return words("Package-{number}", number=self.number)

    @property
    def is_bad(self) -> bool:
        """Whether it is FAIL."""
        return bool(self.of["status"] == FAIL)

    @property
    def policy(self) -> str:
        """What the judge compared the evidence with, as JSON."""
        return json.dumps(self.of["policy"], ensure_ascii=False, indent=2) if self.of["policy"] else ""

    @property
    def bad(self) -> list[Criterion]:
        """What keeps it from PASS, in the order in which its note names it."""
        return sorted(
            (one for one in self.criteria if one.is_bad), key=lambda one: one.of["result"] != NOT_MET
        )


def packages(document: Document) -> list[Package]:
    """Return the packages of a report, in its order."""
    return [_package(int(name[-1]), found) for name, found in document["packages"].items()]


def _package(number: int, found: Document) -> Package:
    blamed = {
        step for one in found["criteria"] if one["result"] in (NOT_MET, NOT_PROVEN) for step in one["steps"]
    }
    steps = [
        ShownStep(number, f"{number}.{place}", step, step["name"] in blamed)
        for place, step in enumerate(found["steps"], 1)
    ]
    criteria = [
        # Several hosts may have a step of the same name.
        Criterion(number, one, [step for step in steps if step.of["name"] in one["steps"]])
        for one in found["criteria"]
    ]
    return Package(number, found, steps, criteria)
