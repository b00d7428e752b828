# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of GitHub's REST API for one repository, on github.com or a GitHub Enterprise server.

It reads pages to their end, waits where GitHub asks it to, and repeats what is safe to repeat. The
token is sent to the API's own address and to no other: a job's log lies elsewhere and is fetched
without it.
"""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._core.collector import Collector
from .._core.deadline import Deadline
from .._core.step_names import StepName
from . import github_problems, http
from .rest import Answer, Pairs, RestClient, joined

API_VERSION = "2022-11-28"
LOG_SECONDS = 180.0
PAGE = 100
LAST_PAGE = 10

SPEC: dict[str, dict[str, t.Any]] = {
    "url": {"type": "str", "default": "https://api.github.com"},
    "repository": {"type": "str", "required": True},
    "token": {"type": "str", "no_log": True},
    "token_file": {"type": "path", "no_log": False},
    "ca_file": {"type": "path"},
}


class GitHub(RestClient):
    """One repository's API: all paths are below C(/repos/owner/name), for instance C(/actions/runs/42)."""

    def __init__(
        self,
        params: Pairs,
        token: str,
        redact: t.Callable[[str], str],
        deadline: Deadline,
        *,
        explain: t.Callable[[http.Exchange, str], str] | None = None,
        kept: bool = True,
    ) -> None:
        """Take what C(RestClient) takes, the options of C(SPEC), and the token or C('').

        C(explain) says what an answer means for the purpose at hand, or C('') to leave it to
        C(github_problems.explain()); it takes the exchange and the repository's name.
        """
        self.repository = str(params["repository"])
        self._explain_first = explain
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": API_VERSION}
        super().__init__(
            f"{str(params['url']).rstrip('/')}/repos/{quote(self.repository)}",
            redact,
            deadline,
            explain=self._explain_all,
            is_rate_limited=github_problems.is_rate_limited,
            headers={**headers, **({"Authorization": f"Bearer {token}"} if token else {})},
            ca_file=params.get("ca_file"),
            kept=kept,
        )

    def get(self, path: str, step: StepName, *, query: Pairs | None = None, etag: str = "") -> Answer:
        """Ask for one document; where the answer of C(etag) still holds, the status is 304."""
        headers = {"If-None-Match": etag} if etag else {}
        return self.ask("GET", path, step, query=query, headers=headers)

    def pages(
        self, path: str, step: StepName, *, query: Pairs | None = None, last: int = LAST_PAGE
    ) -> Answer:
        """Ask for all pages of a list, to the C(last) one, and return them as one answer."""
        answers: list[Answer] = []
        for number in range(1, last + 1):
            asked = {**(query or {}), "per_page": PAGE, "page": number}
            answers.append(self.get(path, step, query=asked))
            if answers[-1].problem or 'rel="next"' not in answers[-1].headers.get("link", ""):
                break
        return joined(answers)

    def log(self, job: int, step: StepName) -> Answer:
        """Fetch a job's whole log from where GitHub redirects to, which does not get the token."""
        path = f"/actions/jobs/{job}/logs"
        return self.ask("GET", path, step, json_wanted=False, limit=LOG_SECONDS, follow=True)

    def _explain_all(self, exchange: http.Exchange, json_wanted: bool) -> str:
        special = self._explain_first(exchange, self.repository) if self._explain_first else ""
        return special or github_problems.explain(exchange, self.repository, json_wanted=json_wanted)


def connect(collector: Collector, deadline: Deadline) -> GitHub:
    """Return the client that a collector's options describe, its token masked from here on.

    Raises:
        CollectError: the token file or the CA file cannot be read.
    """
    token = str(collector.params["token"] or "") or collector.read("token_file").strip()
    collector.read("ca_file")
    if token:
        collector.mask(token)
    return GitHub(collector.params, token, collector.redact, deadline)
