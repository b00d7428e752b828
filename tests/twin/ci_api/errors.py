# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusals in the words and the shape that GitHub uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

DOCUMENTATION = "https://docs.github.com/rest"


class GitHubError(Exception):
    """A status and a message, maybe with headers of its own, and with what is wrong field by field."""

    def __init__(
        self,
        status: int,
        message: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
        self.errors = list(errors)


class NotFound(GitHubError):  # noqa: N818 - as GitHub's message
    """404, also for what the token may not see."""

    def __init__(self) -> None:
        super().__init__(404, "Not Found")


def response(
    status: int,
    message: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> JSONResponse:
    """The answer that tells of an error."""
    body: dict[str, Any] = {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}
    return JSONResponse({**body, "errors": list(errors)} if errors else body, status, headers)


async def _github_error(request: Request, error: GitHubError) -> JSONResponse:
    return response(error.status, error.message, error.headers, error.errors)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    return response(error.status_code, "Not Found" if error.status_code == 404 else error.detail)


async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
    # An id that is no number is, to GitHub, one that does not exist.
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        return response(404, "Not Found")
    faults = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
    return response(422, f"Invalid request. {faults}")


def install(app: FastAPI) -> None:
    """Make every error of `app` answer like this."""
    app.add_exception_handler(GitHubError, _github_error)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _invalid)  # type: ignore[arg-type]
