# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CI API remembers; it forgets everything when it stops."""

from __future__ import annotations

import itertools
import time

from ci_api.errors import NotFound
from ci_api.faults import Faults
from ci_api.model import WORKFLOWS, Attempt, Job, Run, Workflow


class Store:
    """All runs, the newest last."""

    def __init__(self) -> None:
        # Ids of eleven digits, as GitHub's, which a restart does not give out again.
        self._ids = itertools.count(int(time.time() * 10))
        self._runs: dict[int, Run] = {}

    def add_run(self, workflow: Workflow, branch: str, sha: str, title: str, faults: Faults) -> Run:
        """Remember a dispatched run."""
        number = 1 + sum(run.workflow is workflow for run in self._runs.values())
        run = Run(next(self._ids), number, workflow, "workflow_dispatch", branch, sha, title, faults)
        self._runs[run.id] = run
        return run

    def add_job(self, run: Run, name: str) -> Job:
        """A new job of the run's latest attempt."""
        job = Job(id=next(self._ids), name=name)
        run.latest.jobs.append(job)
        run.touch()
        return job

    def runs(self) -> list[Run]:
        """The newest first, as they are listed."""
        return list(reversed(self._runs.values()))

    def run(self, run_id: int) -> Run:
        """Raises NotFound."""
        if run_id not in self._runs:
            raise NotFound
        return self._runs[run_id]

    def attempt(self, run_id: int, number: int) -> tuple[Run, Attempt]:
        """Raises NotFound."""
        run = self.run(run_id)
        if not 1 <= number <= len(run.attempts):
            raise NotFound
        return run, run.attempts[number - 1]

    def job(self, job_id: int) -> tuple[Run, Attempt, Job]:
        """Raises NotFound."""
        for run in self._runs.values():
            for attempt in run.attempts:
                for job in attempt.jobs:
                    if job.id == job_id:
                        return run, attempt, job
        raise NotFound


def workflow(key: str) -> Workflow:
    """By its id or its file's name, as in GitHub's paths. Raises NotFound."""
    for candidate in WORKFLOWS:
        if key in {str(candidate.id), candidate.path.rpartition("/")[2]}:
            return candidate
    raise NotFound
