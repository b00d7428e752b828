# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job `postgres-tests`: a checkout, a Postgres of its own, `alembic upgrade head`, pytest."""

from __future__ import annotations

import asyncio
import os
import secrets
import shlex
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from ci_api import children, service
from ci_api.log import JobLog
from ci_api.model import Job, Run
from ci_api.settings import OWNER, REPOSITORY, Settings
from twinlib.errors import TwinError

LIMIT_SECONDS = 300
RED_TEST = Path(__file__).parent / "red_test.py"
NOT_CHECKED_OUT = shutil.ignore_patterns("__pycache__", ".pytest_cache")


class TestsJob:
    """One job of one attempt of a run."""

    def __init__(self, settings: Settings, run: Run, job: Job) -> None:
        self._settings = settings
        self._run = run
        self._job = job
        self._log = JobLog(settings.logs / f"{job.id}.txt")

    async def carry_out(self) -> None:
        """From the start to the conclusion; whoever cancels it has to say so in the job."""
        self._job.start()
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                succeeded = await self._steps()
            self._complete_job("success" if succeeded else "failure")
        except TimeoutError:
            self._log.error(f"The job has exceeded its maximum time of {LIMIT_SECONDS} seconds.")
            self._end_steps("cancelled")
            self._job.complete("timed_out")
        except (TwinError, OSError) as error:
            self._log.error(str(error))
            self._end_steps("failure")
            self._complete_job("failure")
        except asyncio.CancelledError:
            self._log.error("The operation was canceled.")
            self._end_steps("cancelled")
            raise
        finally:
            self._log.close()

    async def _steps(self) -> bool:
        with self._step("Set up job"), self._log.group("Operating System"):
            self._log.write(f"{os.uname().sysname} {os.uname().release}")
            self._log.write(f"Python {sys.version.split()[0]}")
        if self._settings.test_command:
            argv = list(self._settings.test_command)
            return await self._command("Run pytest", argv, Path.cwd(), dict(os.environ), {})
        self._settings.jobs.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._settings.jobs, ignore_cleanup_errors=True) as temporary:
            return await self._test(Path(temporary))

    async def _test(self, temporary: Path) -> bool:
        checkout, home = temporary / OWNER / REPOSITORY, temporary / "home"
        home.mkdir()
        password = secrets.token_hex(16)
        self._log.mask(password)
        async with self._postgres(temporary, password) as port:
            with self._step(f"Check out {OWNER}/{REPOSITORY}"):
                self._check_out(checkout)
            shown = service.environment(port, password)
            variables = {**_base_environment(home), **shown}
            for name, argv in _commands():
                if not await self._command(name, argv, checkout, variables, shown):
                    return False
        return True

    @asynccontextmanager
    async def _postgres(self, temporary: Path, password: str) -> AsyncIterator[int]:
        with self._step("Initialize containers"), self._log.group("Starting postgres service"):
            server = service.Postgres(temporary / "postgres", password)
            await server.create()
            self._log.write(shlex.join(server.command))
        async with server.running():
            with self._log.group("Waiting for all services to be ready"):
                await server.wait_until_ready()
                self._log.write("postgres service is healthy.")
            yield server.port

    def _check_out(self, checkout: Path) -> None:
        self._log.write(f"HEAD is now at {self._run.sha}")
        shutil.copytree(self._settings.backend, checkout, ignore=NOT_CHECKED_OUT)
        if self._run.faults.fail_tests:
            shutil.copy(RED_TEST, checkout / "tests" / "test_findings_owner.py")

    async def _command(
        self, name: str, argv: list[str], cwd: Path, variables: dict[str, str], shown: dict[str, str]
    ) -> bool:
        """A `run:` step; False when it fails."""
        with self._step(name) as complete:
            self._log.command(shlex.join([Path(argv[0]).name, *argv[1:]]), shown)
            if self._run.faults.cancelled and name == "Run pytest":
                raise asyncio.CancelledError
            status = await children.run(argv, cwd, variables, self._log.write)
            if status != 0:
                self._log.error(f"Process completed with exit code {status}.")
                complete("failure")
        return status == 0

    @contextmanager
    def _step(self, name: str) -> Iterator[Callable[[str], None]]:
        """A step, which is a success unless the block says otherwise."""
        step = self._job.add_step(name)
        self._run.touch()
        yield step.complete
        if step.status != "completed":
            step.complete("success")
        self._run.touch()

    def _complete_job(self, conclusion: str) -> None:
        with self._step("Complete job"):
            self._log.write("Cleaning up orphan processes")
        self._job.complete(conclusion)
        self._run.touch()

    def _end_steps(self, conclusion: str) -> None:
        for step in self._job.steps:
            if step.status != "completed":
                step.complete(conclusion)


def _commands() -> tuple[tuple[str, list[str]], ...]:
    return (
        ("Run alembic upgrade head", [sys.executable, "-m", "alembic", "upgrade", "head"]),
        ("Run pytest", [sys.executable, "-m", "pytest", "tests"]),
    )


def _base_environment(home: Path) -> dict[str, str]:
    return {
        "CI": "true",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        # GitHub's logs have colours, where a tool gives them without a terminal.
        "PY_COLORS": "1",
    }
