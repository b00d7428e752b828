# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs, their attempts, jobs and steps. Times are UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ci_api.faults import Faults

# The job that Package-0 is about.
REQUIRED_JOB = "postgres-tests"
# Decides whether the other has to run.
FIRST_JOB = "changes"


def now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Workflow:
    """A workflow file of the repository; `inputs` are those that a dispatch may give."""

    id: int
    name: str
    path: str
    dispatchable: bool
    inputs: tuple[str, ...] = ()


WORKFLOWS = (
    Workflow(
        161_335_301,
        "Backend PSP-03D Postgres Tests",
        ".github/workflows/backend-psp03d-postgres.yml",
        dispatchable=True,
        inputs=("marker",),
    ),
    Workflow(161_335_302, "Backend Lint", ".github/workflows/backend-lint.yml", dispatchable=False),
)


@dataclass
class Stage:
    """What runs, steps and jobs have in common."""

    status: str = "queued"
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None

    def start(self) -> None:
        """From queued to in progress."""
        self.status, self.started_at = "in_progress", now()

    def complete(self, conclusion: str) -> None:
        """The end, whatever the state was."""
        self.completed_at = now()
        self.started_at = self.started_at or self.completed_at
        self.status, self.conclusion = "completed", conclusion


@dataclass
class Step(Stage):
    """A step of a job; they are numbered from 1."""

    name: str = ""
    number: int = 0


@dataclass
class Job(Stage):
    """A job of one attempt."""

    id: int = 0
    name: str = ""
    created_at: datetime = field(default_factory=now)
    steps: list[Step] = field(default_factory=list)

    def add_step(self, name: str) -> Step:
        """Start the job's next step."""
        step = Step(name=name, number=len(self.steps) + 1)
        step.start()
        self.steps.append(step)
        return step


@dataclass
class Attempt(Stage):
    """One go at a run."""

    number: int = 1
    requested_at: datetime = field(default_factory=now)
    jobs: list[Job] = field(default_factory=list)


@dataclass
class Run:
    """A run of a workflow. `faults` are those of the moment when it was asked for."""

    id: int
    number: int
    workflow: Workflow
    event: str
    branch: str
    sha: str
    display_title: str
    faults: Faults
    created_at: datetime = field(default_factory=now)
    updated_at: datetime = field(default_factory=now)
    attempts: list[Attempt] = field(default_factory=lambda: [Attempt()])

    @property
    def latest(self) -> Attempt:
        """The attempt that speaks for the run."""
        return self.attempts[-1]

    def touch(self) -> None:
        """Something about the run has changed."""
        self.updated_at = now()
