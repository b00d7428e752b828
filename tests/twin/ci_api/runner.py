# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries runs out: the queue, the job that decides, the job with the tests, the conclusion."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from ci_api.job import TestsJob
from ci_api.log import JobLog
from ci_api.model import FIRST_JOB, REQUIRED_JOB, Job, Run
from ci_api.settings import Settings
from ci_api.store import Store

# The worst of these that a job came to is the run's conclusion.
WORST_FIRST = ("cancelled", "timed_out", "failure", "success")


class Runner:
    """As many runs at a time as are asked for."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def start(self, run: Run) -> None:
        """Carry out the run's latest attempt in the background."""
        task = asyncio.create_task(self._carry_out(run))
        self._tasks[run.id] = task
        task.add_done_callback(lambda done: self._forget(run.id, done))

    def cancel(self, run: Run) -> None:
        """End the run's processes; it completes as cancelled."""
        self._tasks[run.id].cancel()

    async def stop(self) -> None:
        """End everything, and wait until it has ended."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, run_id: int, done: asyncio.Task[None]) -> None:
        if self._tasks.get(run_id) is done:
            del self._tasks[run_id]
        # Not to be swallowed: a fault of the CI API itself belongs into its log.
        if not done.cancelled() and (error := done.exception()) is not None:
            raise error

    async def _carry_out(self, run: Run) -> None:
        conclusion = "failure"
        try:
            conclusion = await self._jobs(run)
        except asyncio.CancelledError:
            conclusion = "cancelled"
            raise
        finally:
            run.latest.complete(conclusion)
            run.touch()

    async def _jobs(self, run: Run) -> str:
        """The conclusion of the run."""
        without_jobs = "startup_failure" if run.faults.startup_failure else run.faults.run_conclusion
        if without_jobs:
            return without_jobs
        first = self._store.add_job(run, FIRST_JOB)
        with self._cancelled_with(first):
            await self._wait_for_a_runner(run)
            run.latest.start()
            self._decide(first, run)
        matrix = run.faults.matrix
        required = self._store.add_job(run, f"{REQUIRED_JOB} (15)" if matrix else REQUIRED_JOB)
        if matrix:
            self._store.add_job(run, f"{REQUIRED_JOB} (16)").complete(matrix)
        without_steps = "skipped" if run.faults.skip_job else run.faults.job_conclusion
        if without_steps:
            required.complete(without_steps)
        else:
            with self._cancelled_with(required):
                await TestsJob(self._settings, run, required).carry_out()
        conclusions = {job.conclusion for job in run.latest.jobs}
        return next(one for one in (run.faults.job_conclusion, *WORST_FIRST) if one in conclusions)

    async def _wait_for_a_runner(self, run: Run) -> None:
        if run.faults.queue_forever:
            await asyncio.Event().wait()
        await asyncio.sleep(self._settings.queue_seconds)

    @contextmanager
    def _cancelled_with(self, job: Job) -> Iterator[None]:
        try:
            yield
        except asyncio.CancelledError:
            job.complete("cancelled")
            raise

    def _decide(self, job: Job, run: Run) -> None:
        """The workflow's first job looks whether the backend has changed."""
        log = JobLog(self._settings.logs / f"{job.id}.txt")
        job.start()
        for name in ("Set up job", "Look for changes below backend/", "Complete job"):
            step = job.add_step(name)
            log.write(name)
            step.complete("success")
        log.write(f"backend={str(not run.faults.skip_job).lower()}")
        log.close()
        job.complete("success")
        run.touch()
