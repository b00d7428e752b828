# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in, and how often."""

from __future__ import annotations

import hmac
import time
from typing import Annotated

from fastapi import Depends, Header, Request, Response

from ci_api.errors import GitHubError, NotFound
from ci_api.faults import Faults, RateLimit
from ci_api.settings import OWNER, REPOSITORY, Settings

LIMIT = 5000
WINDOW_SECONDS = 3600
PRIMARY_LIMIT = "API rate limit exceeded for user ID 4100200."
SECONDARY_LIMIT = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


class Guard:
    """Checks tokens and counts requests."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reset = int(time.time()) + WINDOW_SECONDS
        self._used = 0
        self._faults_version = 0
        self._refused = 0

    def check_token(self, authorization: str) -> None:
        """401 without the token, with a `Bearer` or `token` before it."""
        if not authorization:
            raise GitHubError(401, "Requires authentication")
        scheme, _space, token = authorization.partition(" ")
        known = self._settings.token()
        same = hmac.compare_digest(token.strip().encode(), known.encode())
        if scheme.lower() not in {"bearer", "token"} or not same:
            raise GitHubError(401, "Bad credentials")

    def count(self) -> None:
        """403 or 429 for as long as a fault asks for it."""
        self._used += 1
        faults = self._settings.faults()
        if self._must_refuse(faults):
            raise self._refusal(faults.rate_limit)

    def _refusal(self, limit: RateLimit) -> GitHubError:
        if limit.primary:
            reset = str(int(time.time()) + (limit.retry_after or WINDOW_SECONDS))
            used_up = {"Remaining": "0", "Used": str(LIMIT), "Reset": reset}
            headers = {f"X-RateLimit-{name}": value for name, value in used_up.items()}
            return GitHubError(limit.status, PRIMARY_LIMIT, self.headers() | headers)
        headers = {} if limit.retry_after is None else {"Retry-After": str(limit.retry_after)}
        return GitHubError(limit.status, SECONDARY_LIMIT, self.headers() | headers)

    def rate(self) -> dict[str, int]:
        """The primary limit, which a twin meets on demand only."""
        return {
            "limit": LIMIT,
            "used": self._used,
            "remaining": LIMIT - self._used,
            "reset": self._reset,
        }

    def headers(self) -> dict[str, str]:
        """The same, as every answer has it."""
        rate = {f"X-RateLimit-{name.title()}": str(value) for name, value in self.rate().items()}
        return {**rate, "X-RateLimit-Resource": "core"}

    def _must_refuse(self, faults: Faults) -> bool:
        if faults.version != self._faults_version:
            self._faults_version, self._refused = faults.version, 0
        if self._refused >= faults.rate_limit.requests:
            return False
        self._refused += 1
        return True


async def _let_in(
    request: Request,
    response: Response,
    authorization: Annotated[str, Header()] = "",
    user_agent: Annotated[str, Header()] = "",
) -> None:
    guard: Guard = request.app.state.guard
    if not user_agent:
        raise GitHubError(403, "Request forbidden by administrative rules: no User-Agent header.")
    guard.check_token(authorization)
    guard.count()
    response.headers.update(guard.headers())


async def _this_repository(owner: str, repo: str) -> None:
    if (owner.lower(), repo.lower()) != (OWNER, REPOSITORY):
        raise NotFound


LetIn = Depends(_let_in)
ThisRepository = Depends(_this_repository)
