# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of a REST API: it waits where the server asks it to, and repeats what is safe to repeat."""

from __future__ import annotations

import json
import typing as t
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode

from .._core.deadline import Deadline
from .._core.evidence import ENDED, Step
from .._core.step_names import StepName
from . import http

with suppress(ImportError):  # the host that has requests has it, too
    from urllib3.util import Retry

Document = dict[str, t.Any]
Pairs = t.Mapping[str, t.Any]

REQUEST_SECONDS = 30.0
ANSWER_BYTES = 256 * 1024 * 1024
# GitHub asks to wait at least a minute where a secondary limit names no time; nobody asks for more.
UNNAMED_PAUSE = 60.0
RETRIES = 3
# What POST makes may be there although no answer came: whether to repeat it is for its caller to find out.
_REPEATABLE = ("GET", "PUT", "PATCH", "DELETE")
_UNWELL = range(500, 600)


@dataclass(frozen=True)
class Answer:
    """The answer to one question, however many requests it took.

    Attributes:
        headers: the last answer's, by their names in lower case.
        documents: the JSON documents, one for each page, objects or lists; empty where the answer is none.
        problem: one sentence that says what to mend where the answer is not what was asked for.
    """

    step: Step
    headers: t.Mapping[str, str]
    documents: tuple[t.Any, ...]
    problem: str

    @property
    def status(self) -> int | None:
        """The HTTP status, None where no answer came."""
        return self.step.exit_status

    @property
    def server_time(self) -> datetime | None:
        """When the last request was answered, by the server's clock; None where it does not say."""
        return _date(self.headers)

    @property
    def document(self) -> Document:
        """The one document; empty where there is none."""
        first = self.documents[0] if self.documents else {}
        return first if isinstance(first, dict) else {}

    def items(self, key: str = "") -> list[Document]:
        """Return the items of all pages: of the list that each page is, or has under C(key)."""
        pages = (page if isinstance(page, list) else page.get(key, []) for page in self.documents)
        return [item for page in pages for item in page]

    @property
    def passing(self) -> bool:
        """Whether asking again may help: no whole answer, or one that says the server is unwell."""
        return self.step.outcome != ENDED or self.status is None or self.status >= 500


class RestClient:
    """One API, below one address."""

    def __init__(
        self,
        base: str,
        redact: t.Callable[[str], str],
        deadline: Deadline,
        *,
        explain: t.Callable[[http.Exchange, bool], str],
        is_rate_limited: t.Callable[[http.Exchange], bool],
        headers: t.Mapping[str, str],
        **options: t.Any,
    ) -> None:
        """Take what all requests share: options of C(http.exchange()), and:

        Args:
            base: the address that paths, which are quoted already, are counted from.
            deadline: pauses that would pass it are not made.
            explain: returns one sentence that says what to mend, or C('') where an exchange is well; takes
                the exchange, and whether anything but JSON is wrong.
            is_rate_limited: whether the server refused for being asked too much: it did nothing, and may be
                asked later.
        """
        self.deadline = deadline
        self._base = base.rstrip("/")
        self._explain = explain
        self._is_rate_limited = is_rate_limited
        self._headers = {"Accept": "*/*", **headers}
        own = {"redact": redact, "maximum_bytes": ANSWER_BYTES, "limit": REQUEST_SECONDS}
        self._options: dict[str, t.Any] = {**own, **options}

    def url(self, path: str, query: Pairs | None = None) -> str:
        """Return the address of a path."""
        return f"{self._base}{path}" + (f"?{urlencode(query)}" if query else "")

    def ask(
        self,
        method: str,
        path: str,
        step: StepName,
        *,
        query: Pairs | None = None,
        body: t.Any = None,
        json_wanted: bool = True,
        **options: t.Any,
    ) -> Answer:
        """Ask one question, with C(body) as JSON, below the base; return its answer.

        A C(POST) is repeated only where the server refused it for its rate limit. The options are those of
        C(http.exchange()).
        """
        sent = None if body is None else json.dumps(body)
        exchange = self._patiently(method, self.url(path, query), step, body=sent, **options)
        document = exchange.json()
        documents = (document,) if isinstance(document, (dict, list)) else ()
        return Answer(exchange.step, exchange.headers, documents, self._explain(exchange, json_wanted))

    def _patiently(
        self, method: str, url: str, step: StepName, headers: Pairs | None = None, **options: t.Any
    ) -> http.Exchange:
        """Ask, and ask again after the pause that the answer calls for, while there is time."""
        sent = {**self._headers, **(headers or {})}
        retries = Retry(RETRIES, backoff_factor=1, status_forcelist=_UNWELL, allowed_methods=_REPEATABLE)
        while True:
            exchange = http.exchange(method, url, step, headers=sent, **{**self._options, **options})
            limited = self._is_rate_limited(exchange)
            if not limited:
                broken = exchange.step.outcome != ENDED
                status = 500 if broken else exchange.step.exit_status or 0
                if not retries.total or not retries.is_retry(method, status):
                    return exchange
                retries = retries.increment(method, url)
            pause = _asked_pause(exchange.headers, retries) if limited else retries.get_backoff_time()
            if pause > self.deadline.left or not self.deadline.pause(pause):
                return exchange


def joined(answers: t.Sequence[Answer]) -> Answer:
    """Return several answers as one: its step shows them one after the other."""
    steps = [answer.step for answer in answers]
    last = answers[-1]
    step = replace(
        last.step,
        command="\n".join(step.command for step in steps),
        started=steps[0].started,
        stdout="\n".join(step.stdout for step in steps),
        stderr="\n".join(step.stderr for step in steps),
    )
    documents = tuple(document for answer in answers for document in answer.documents)
    return Answer(step, last.headers, documents, last.problem)


def _date(headers: t.Mapping[str, str]) -> datetime | None:
    try:
        # strptime would take the names of days and months in the process's own language.
        return parsedate_to_datetime(headers.get("date", "")).astimezone(timezone.utc)
    except (TypeError, ValueError):
        return None


def _asked_pause(headers: t.Mapping[str, str], retries: Retry) -> float:
    after = headers.get("retry-after", "")
    if after:
        return retries.parse_retry_after(after)
    reset, now = headers.get("x-ratelimit-reset", ""), _date(headers)
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() and now:
        # By the server's clock: this machine's may be another.
        return max(1.0, float(reset) - now.timestamp())
    return UNNAMED_PAUSE
