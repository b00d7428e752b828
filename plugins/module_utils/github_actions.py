# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of GitHub's REST API for one repository, on github.com or a GitHub Enterprise server.

It reads pages to their end, waits where GitHub asks it to, and repeats what is safe to repeat. The
token is sent to the API's own address and to no other: a job's log lies elsewhere and is fetched
without it.
"""

from __future__ import annotations

import json
import time
import typing as t
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlencode, urljoin, urlsplit

from . import github_problems, http_step
from .collector import CollectError, Collector
from .evidence import ENDED, Step
from .github_runs import Document, http_date
from .redaction import MASK, Redactor

API_VERSION = "2022-11-28"
REQUEST_SECONDS = 30.0
LOG_SECONDS = 180.0
LOG_BYTES = 256 * 1024 * 1024
PAGE = 100
LAST_PAGE = 10
# GitHub asks to wait at least a minute where a secondary limit names no time.
UNNAMED_PAUSE = 60.0
RETRY_PAUSES = (1.0, 2.0, 4.0)
_REDIRECTS = (301, 302, 303, 307, 308)

SPEC: dict[str, dict[str, t.Any]] = {
    "url": {"type": "str", "default": "https://api.github.com"},
    "repository": {"type": "str", "required": True},
    "token": {"type": "str", "no_log": True},
    "token_file": {"type": "path", "no_log": False},
    "ca_file": {"type": "path"},
}


class Deadline:
    """How much time is left of a number of seconds, and pauses that keep within it."""

    def __init__(
        self,
        seconds: float,
        *,
        clock: t.Callable[[], float] = time.monotonic,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin to count now."""
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """Seconds until the end, 0 after it."""
        return max(0.0, self._end - self._clock())

    def pause(self, seconds: float) -> bool:
        """Wait, though not past the end; return whether there is time left after it."""
        self._sleep(min(seconds, self.left))
        return self.left > 0


@dataclass(frozen=True)
class Answer:
    """The answer to one question, however many requests it took.

    Attributes:
        step: what is kept of it.
        headers: the last answer's, by their names in lower case.
        documents: the JSON documents, one for each page; empty where the answer is none.
        problem: one sentence that says what to mend where the answer is not what was asked for.
    """

    step: Step
    headers: t.Mapping[str, str]
    documents: tuple[Document, ...]
    problem: str

    @property
    def status(self) -> int | None:
        """The HTTP status, None where no answer came."""
        return self.step.exit_status

    @property
    def document(self) -> Document:
        """The one document; empty where there is none."""
        return self.documents[0] if self.documents else {}

    def items(self, key: str) -> list[Document]:
        """Return the items of all pages."""
        return [item for page in self.documents for item in page.get(key, [])]

    @property
    def passing(self) -> bool:
        """Whether asking again may help: no whole answer, or one that says the server is unwell."""
        return self.step.outcome != ENDED or self.status is None or self.status >= 500


class GitHub:
    """One repository's API."""

    def __init__(
        self,
        params: t.Mapping[str, t.Any],
        token: str,
        redact: t.Callable[[str], str],
        deadline: Deadline,
    ) -> None:
        """Take the options of C(SPEC), the token or C(''), and what masks secrets."""
        self.repository = str(params["repository"])
        self.deadline = deadline
        self._base = str(params["url"]).rstrip("/")
        self._ca_file = params.get("ca_file")
        self._token = token
        self._redact = redact

    def get(
        self,
        path: str,
        *,
        name: str,
        title: str,
        query: t.Mapping[str, t.Any] | None = None,
        etag: str = "",
    ) -> Answer:
        """Ask for one document below the repository.

        Args:
            path: below C(/repos/owner/name), for instance C(/actions/runs/42), quoted.
            name: the step's name.
            title: the step's title.
            query: the query's parameters.
            etag: of the answer that is known; where it still holds, the status is 304.
        """
        headers = {"If-None-Match": etag} if etag else {}
        url = self._url(path, query)
        return self._answer(self._patiently("GET", url, name=name, title=title, headers=headers))

    def pages(
        self, path: str, *, name: str, title: str, query: t.Mapping[str, t.Any] | None = None
    ) -> Answer:
        """Ask for all pages of a list, and return them as one answer."""
        answers: list[Answer] = []
        for number in range(1, LAST_PAGE + 1):
            asked = {**(query or {}), "per_page": PAGE, "page": number}
            answers.append(self.get(path, name=name, title=title, query=asked))
            if answers[-1].problem or 'rel="next"' not in answers[-1].headers.get("link", ""):
                break
        return joined(answers)

    def post(self, path: str, body: Document, *, name: str, title: str) -> Answer:
        """Send a document. It is repeated only where GitHub refused it for its rate limit."""
        return self._answer(
            self._patiently("POST", self._url(path), name=name, title=title, body=json.dumps(body))
        )

    def log(self, job: int, *, name: str, title: str) -> Answer:
        """Fetch a job's whole log from where GitHub redirects to, without the token."""
        options = {"name": name, "title": title}
        first = self._patiently("GET", self._url(f"/actions/jobs/{job}/logs"), **options)
        location = first.headers.get("location", "")
        if first.step.exit_status not in _REDIRECTS or not location:
            return self._answer(first, json_wanted=False)
        address = urljoin(self._url(""), location)
        second = self._patiently("GET", address, authorized=False, limit=LOG_SECONDS, **options)
        # The address of the storage is a secret while it holds: its query is the permission to read.
        signature = urlsplit(location).query or location
        step = replace(
            second.step,
            command=first.step.command,
            started=first.step.started,
            stderr=first.step.stderr + second.step.stderr,
            reason=second.step.reason.replace(signature, MASK),
        )
        return self._answer(replace(second, step=step), json_wanted=False)

    def _url(self, path: str, query: t.Mapping[str, t.Any] | None = None) -> str:
        tail = f"?{urlencode(query)}" if query else ""
        return f"{self._base}/repos/{quote(self.repository)}{path}{tail}"

    def _patiently(self, method: str, url: str, **options: t.Any) -> http_step.Exchange:
        """Ask, and ask again after the pause that the answer calls for, while there is time."""
        retries = list(RETRY_PAUSES if method == "GET" else ())
        while True:
            exchange = self._once(method, url, **options)
            pause = _pause(exchange, retries)
            if pause is None or pause > self.deadline.left or not self.deadline.pause(pause):
                return exchange

    def _once(
        self,
        method: str,
        url: str,
        *,
        headers: t.Mapping[str, str] | None = None,
        authorized: bool = True,
        limit: float = REQUEST_SECONDS,
        **options: t.Any,
    ) -> http_step.Exchange:
        sent = {"Accept": "*/*", **(headers or {})}
        if authorized:
            sent["Accept"] = "application/vnd.github+json"
            sent["X-GitHub-Api-Version"] = API_VERSION
            sent |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return http_step.exchange(
            method,
            url,
            headers=sent,
            limit=limit,
            redact=self._redact,
            ca_file=self._ca_file,
            maximum_bytes=LOG_BYTES,
            **options,
        )

    def _answer(self, exchange: http_step.Exchange, *, json_wanted: bool = True) -> Answer:
        document = _document(exchange.body)
        problem = github_problems.explain(exchange, self.repository, json_wanted=json_wanted)
        documents = (document,) if document is not None else ()
        return Answer(exchange.step, exchange.headers, documents, problem)


def connect(collector: Collector, deadline: Deadline) -> GitHub:
    """Return the client that a collector's options describe, its token masked from here on.

    Raises:
        CollectError: the token file or the CA file cannot be read.
    """
    params = collector.params
    token = str(params["token"] or "") or _read(params["token_file"], "token_file").strip()
    _read(params["ca_file"], "ca_file")
    if token:
        collector.redact = Redactor({**collector.redact.secrets, "token": token})
    return GitHub(params, token, collector.redact, deadline)


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


def _read(path: str | None, option: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = getattr(exc, "strerror", None) or "it is no text"
        raise CollectError(f"the {option} {path} cannot be read: {why}") from exc


def _document(body: bytes) -> Document | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _pause(exchange: http_step.Exchange, retries: list[float]) -> float | None:
    """Return the seconds to wait before the same is asked again, None where it shall not be."""
    if github_problems.is_rate_limited(exchange):
        return _asked_pause(exchange.headers)
    status = exchange.step.exit_status
    unwell = exchange.step.outcome != ENDED or status is None or status >= 500
    return retries.pop(0) if unwell and retries else None


def _asked_pause(headers: t.Mapping[str, str]) -> float:
    after = headers.get("retry-after", "")
    if after.isdigit():
        return float(after)
    reset, now = headers.get("x-ratelimit-reset", ""), http_date(headers.get("date", ""))
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() and now:
        # By the server's clock: this machine's may be another.
        return max(1.0, float(reset) - now.timestamp())
    return UNNAMED_PAUSE
