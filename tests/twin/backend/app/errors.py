# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as the API tells them: {"error": {"code": …, "message": …}}, the code in the access log."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class ApiError(Exception):
    """A refusal with a status, a code for programs and a sentence for people."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def _answer(request: Request, status: int, code: str, message: str) -> JSONResponse:
    request.state.error_code = code
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status)


async def _api_error(request: Request, error: ApiError) -> JSONResponse:
    return _answer(request, error.status, error.code, error.message)


async def _validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return _answer(request, 422, "VALIDATION_ERROR", faults)


async def _http_error(request: Request, error: HTTPException) -> JSONResponse:
    return _answer(request, error.status_code, f"HTTP_{error.status_code}", str(error.detail))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    return _answer(request, 500, "INTERNAL_ERROR", "the server failed; its log has the reason")


def install(app: FastAPI) -> None:
    """Make every error of `app` answer in the one shape."""
    app.add_exception_handler(ApiError, _api_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _validation_error)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, _unexpected)
