# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the routes share: the parts of the application, addresses, and pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from ci_api.guard import LetIn, ThisRepository
from ci_api.runner import Runner
from ci_api.settings import Settings
from ci_api.storage import Storage
from ci_api.store import Store

T = TypeVar("T")


class Parts:
    """The application as a route sees it."""

    def __init__(self, request: Request) -> None:
        state = request.app.state
        self.settings: Settings = state.settings
        self.store: Store = state.store
        self.runner: Runner = state.runner
        self.storage: Storage = state.storage
        # Of the API, as the client names it.
        self.base = str(request.base_url).rstrip("/")


class Page:
    """`per_page` and `page`, and the Link header of the answer."""

    def __init__(
        self,
        request: Request,
        response: Response,
        per_page: Annotated[int, Query()] = 30,
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> None:
        self._request = request
        self._response = response
        self._size = min(max(per_page, 1), 100)
        self._number = page

    def cut(self, items: Sequence[T]) -> Sequence[T]:
        """The items of this page; the others are named in the header."""
        last = max(1, -(-len(items) // self._size))
        numbers = {"prev": self._number - 1, "next": self._number + 1, "last": last, "first": 1}
        if self._number == 1:
            del numbers["prev"], numbers["first"]
        if self._number >= last:
            del numbers["next"], numbers["last"]
        links = [f'<{self._url(number)}>; rel="{name}"' for name, number in numbers.items()]
        if links:
            self._response.headers["Link"] = ", ".join(links)
        start = (self._number - 1) * self._size
        return items[start : start + self._size]

    def _url(self, number: int) -> str:
        query: dict[str, Any] = {**self._request.query_params, "page": number}
        return f"{str(self._request.url).partition('?')[0]}?{urlencode(query)}"


OfApplication = Annotated[Parts, Depends(Parts)]
OnePage = Annotated[Page, Depends(Page)]


def repository_router(prefix: str = "") -> APIRouter:
    """Routes below the repository, for those who are let in."""
    return APIRouter(prefix=f"/repos/{{owner}}/{{repo}}{prefix}", dependencies=[LetIn, ThisRepository])
