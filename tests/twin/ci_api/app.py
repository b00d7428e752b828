# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The CI API: `uvicorn ci_api.app:app`, in the directory above, with TWIN_STATE set."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from ci_api import errors, settings
from ci_api.guard import Guard
from ci_api.http_cache import answer_not_modified
from ci_api.issues import Issues
from ci_api.routes import issues, jobs, pages, repository, runs, storage, workflows
from ci_api.runner import Runner
from ci_api.settings import Settings
from ci_api.storage import Storage
from ci_api.store import Store


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    # What a CI API that was killed left behind.
    shutil.rmtree(app.state.settings.jobs, ignore_errors=True)
    yield
    await app.state.runner.stop()


def create_app(given: Settings) -> FastAPI:
    """Put the parts together."""
    app = FastAPI(title="GitHub REST, for Actions", lifespan=_life, docs_url=None, redoc_url=None)
    app.state.settings = given
    app.state.store = Store()
    app.state.issues = Issues()
    app.state.runner = Runner(given, app.state.store)
    app.state.guard = Guard(given)
    app.state.storage = Storage(given.logs)
    errors.install(app)
    app.middleware("http")(answer_not_modified)
    for module in (repository, workflows, runs, jobs, issues):
        app.include_router(module.router)
    app.include_router(storage.router)
    app.include_router(pages.router)
    return app


app = create_app(settings.read(os.environ))
