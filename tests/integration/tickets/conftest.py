# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-ins for GitHub's issues and for Jira, and what both are asked to hold."""

from __future__ import annotations

import json
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.deadline import Deadline
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import telling
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Ticket
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.github_ticket import GitHubTicket
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.jira_ticket import JiraTicket
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.posting import Pace
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.telling import Order, Told
from tests.contract.github import Held
from tests.integration.tickets import jira_stand_in
from tests.integration.tickets.jira_stand_in import Jira
from tests.integration.tickets.served import served
from tests.unit.captured import step
from tests.unit.reports import ATTEMPT, report

TWIN = Path(__file__).parents[2] / "twin"
COMMIT = "5b83e49d5a9c0535d1db17315e3907212862aece"
TOKEN = "ghs_0123456789abcdefghijABCDEFGHIJ012345"
SECONDS = 1800.0


class QuickDeadline(Deadline):
    """A deadline whose clock is moved by its pauses alone; it writes them down."""

    def __init__(self, seconds: float, pauses: list[float]) -> None:
        """Begin to count now."""
        self._now = 0.0
        self._pauses = pauses
        super().__init__(seconds, clock=lambda: self._now, sleep=self._advance)

    def _advance(self, seconds: float) -> None:
        self._pauses.append(seconds)
        self._now += seconds


@dataclass
class Service:
    """A ticket's server: where it is, what it remembers, and a client of it.

    Attributes:
        url: its address.
        memory: what it remembers: C(ci_api.issues.Issues), or C(Jira).
        options: of the client.
        pauses: those that the client made.
    """

    url: str
    memory: t.Any
    options: dict[str, t.Any]
    pauses: list[float]

    def ticket(self, **more: t.Any) -> Ticket:
        """Return a client, with these options changed."""
        options = {**self.options, **more}
        redact = Redactor({"token": options["token"]})
        kind = GitHubTicket if "repository" in options else JiraTicket
        deadline = QuickDeadline(SECONDS, self.pauses)
        return kind(options, options["issue"], options["token"], redact, deadline)

    def tell(self, document: t.Mapping[str, t.Any], *, attempt: str = ATTEMPT, **more: t.Any) -> Told:
        """Bring a report into the ticket."""
        given = {"redact": Redactor({"token": self.options["token"]}), "label": "closure-failed", **more}
        order = Order(document, attempt, "f" * 64, **given)
        return telling.tell(self.ticket(), order, Pace(lambda seconds: True))


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Service]:
    """Serve GitHub's issues; all that goes to and fro is held to GitHub's contract."""
    yield from _serve_github(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def github_of_module(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Service]:
    """The same, with a memory that lasts for all tests of a module."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield from _serve_github(tmp_path_factory.mktemp("github"), monkeypatch)


def _serve_github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[Service]:
    for name in ("etc", "secrets"):
        (tmp_path / name).mkdir()
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"commit": COMMIT}), encoding="utf-8")
    (tmp_path / "secrets" / "ci_token").write_text(f"{TOKEN}\n", encoding="utf-8")
    monkeypatch.setenv("TWIN_STATE", str(state))
    monkeypatch.syspath_prepend(str(TWIN))
    from ci_api.app import create_app  # noqa: PLC0415 (it reads the environment)
    from ci_api.settings import Settings  # noqa: PLC0415 (it reads the environment)

    application = create_app(Settings(home=tmp_path))
    held = Held(application)
    with served(held) as url:
        options = {"url": url, "repository": "psp/backend", "issue": 1, "token": TOKEN, "ca_file": None}
        yield Service(url, application.state.issues, options, [])
    assert held.violations == []
    for name in [name for name in sys.modules if name.partition(".")[0] == "ci_api"]:
        monkeypatch.delitem(sys.modules, name)


@pytest.fixture(params=["cloud", "data_center"])
def jira(request: pytest.FixtureRequest) -> t.Iterator[Service]:
    """Serve a Jira, in the Cloud and on a Data Center."""
    memory = Jira(cloud=request.param == "cloud")
    with served(jira_stand_in.create_app(memory)) as url:
        options = {
            "url": url,
            "user": jira_stand_in.USER if memory.cloud else None,
            "issue": jira_stand_in.KEY,
            "token": jira_stand_in.TOKEN,
        }
        yield Service(url, memory, options, [])


@pytest.fixture(params=["github", "cloud", "data_center"])
def service(request: pytest.FixtureRequest) -> t.Iterator[Service]:
    """Serve each of the three."""
    if request.param == "github":
        yield request.getfixturevalue("github")
        return
    memory = Jira(cloud=request.param == "cloud")
    with served(jira_stand_in.create_app(memory)) as url:
        user = jira_stand_in.USER if memory.cloud else None
        options = {"url": url, "user": user, "issue": jira_stand_in.KEY, "token": jira_stand_in.TOKEN}
        yield Service(url, memory, options, [])


def big_report(megabytes: float) -> dict[str, t.Any]:
    """Return a report of so many megabytes: steps of all sizes, one beyond any limit, and hostile lines."""
    moment, run_id = "2026-11-24T02:52:03.123Z", "3f2b8c1e-7a55-4b1d-9c0e-0123456789ab"
    line = f'{moment} INFO "run" \u00e9 {{noformat}} ``` <b> \x1b[31m run_id={run_id}\n'
    one_line = "x" * 200_000
    size = int(megabytes * 1_000_000)
    lines = size // len(line)
    steps = {
        1: [step(f"step_{n}", stdout=line * n, stderr="```\n# PASS\n") for n in range(1, 60)],
        2: [step("one_long_line", stdout=one_line), step("no_output")],
        3: [step("huge", stdout="".join(f"{n} {line}" for n in range(lines)))],
    }
    return report(3, steps=steps)


@pytest.fixture(scope="session")
def five_megabytes() -> dict[str, t.Any]:
    """Return a report of five megabytes."""
    return big_report(5)
