# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One ticket's story on the twin, by the playbooks alone: a table exists, people decide, it passes, it fails.

It is told to GitHub while it happens, and afterwards to both kinds of Jira out of the same locker.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown, migration_decision
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import cleaning, parts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import marker as markers
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.base import Comment, State
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.marker import PART, VERDICT
from tests.drills.faults import table_exists
from tests.drills.twin import Twin
from tests.integration.conftest import read_state, secret_forms
from tests.integration.tickets import jira_stand_in
from tests.integration.tickets.conftest import TOKEN, Service

ROOT = Path(__file__).parents[3]
LIMIT_SECONDS = 300
LABEL = "closure-failed"
ANALYSTS = "@psp/backend"
DECISION = {
    "rc_closure_decision": "reset",
    "rc_closure_decision_by": "A. Operator",
    "rc_closure_decision_reason": "Somebody tried it out by hand; the table is empty.",
}


def play(playbook: str, folder: Path, *arguments: str, **variables: t.Any) -> tuple[int, str]:
    """Run a playbook on the twin, and return its status and what it printed, without folds."""
    extra = {
        "rc_closure_locker": str(folder / "locker"),
        "rc_closure_ticket_close": True,
        "rc_closure_ticket_analysts": ANALYSTS,
        **variables,
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            f"playbooks/{playbook}.yml",
            "--inventory=inventories/twin",
            f"--extra-vars={json.dumps(extra)}",
            *arguments,
        ],
        cwd=ROOT,
        env={**os.environ, "TICKET_TOKEN": TOKEN, "JIRA_TOKEN": jira_stand_in.TOKEN},
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    printed = " ".join((done.stdout + done.stderr).split())
    assert TOKEN not in printed
    assert jira_stand_in.TOKEN not in printed
    return done.returncode, printed


@dataclass(frozen=True)
class Chapter:
    """What the ticket was like after one run: its comments of the newest attempt, its state, the attempt."""

    status: int
    printed: str
    attempt: locker.Attempt
    comments: list[Comment]
    state: State

    @property
    def parts(self) -> list[Comment]:
        return [comment for comment in self.comments if comment.message.marker.kind == PART]

    @property
    def verdict(self) -> Comment:
        (verdict,) = [one for one in self.comments if one.message.marker.kind == VERDICT]
        return verdict

    @property
    def text(self) -> str:
        """The report as the ticket's parts give it."""
        return parts.join(parts.Part(one.message.text, one.message.marker.cut) for one in self.parts)

    @property
    def report(self) -> dict[str, t.Any]:
        document: dict[str, t.Any] = json.loads(Path(self.attempt.path, "report.json").read_text("utf-8"))
        return document


def chapter(service: Service, attempt: locker.Attempt, done: tuple[int, str]) -> Chapter:
    """Ask the ticket how it is now."""
    ticket, name = service.ticket(), Path(attempt.path).name
    comments = [one for one in ticket.comments() if one.message.marker.attempt == name]
    return Chapter(*done, attempt, comments, ticket.state())


@dataclass(frozen=True)
class Story:
    """The chapters as GitHub was told them, and where the evidence is."""

    folder: Path
    exists: Chapter
    decided: Chapter
    passed: Chapter
    failed: Chapter

    def attempts(self) -> list[locker.Attempt]:
        return [one.attempt for one in (self.exists, self.passed, self.failed)]


class _Telling:
    """Runs the playbooks against one service."""

    def __init__(self, folder: Path, service: Service) -> None:
        self.folder = folder
        self._service = service
        self.options = {
            "rc_closure_ticket_provider": "github",
            "rc_closure_ticket_url": service.url,
            "rc_closure_ticket_repository": "psp/backend",
            "rc_closure_ticket_issue": "1",
            "rc_closure_ticket_token_env": "TICKET_TOKEN",
        }

    def run(self, playbook: str, *arguments: str, **variables: t.Any) -> Chapter:
        done = play(playbook, self.folder, *arguments, **self.options, **variables)
        attempt = locker.find_attempt(str(self.folder / "locker"), "PSP-3031", "twin")
        return chapter(self._service, attempt, done)


@pytest.fixture(scope="module")
def story(github_of_module: Service, _twin_session: None, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Tell it: some 90 seconds, most of them the one whole closure."""
    telling = _Telling(tmp_path_factory.mktemp("story"), github_of_module)
    twin = Twin()
    table_exists(twin)
    exists = telling.run("rc_closure", "--tags=package_1")
    decided = telling.run("ticket", **DECISION)
    twin.sql("DROP TABLE reconciliation_findings")
    passed = telling.run("rc_closure")
    failed = telling.run("rc_closure", "--tags=package_1", package_1_migration_alembic=["alembic", "--nope"])
    return Story(telling.folder, exists, decided, passed, failed)


CHAPTERS = ("exists", "decided", "passed", "failed")


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_ticket_holds_the_whole_report_and_the_locker_s_digest(story: Story, name: str) -> None:
    told: Chapter = getattr(story, name)
    document = told.report
    if name == "exists":
        # Since then the decision has come to it.
        steps = document["packages"]["package_1"]["steps"]
        assert steps.pop()["name"] == "migration_decision"
        section = document["packages"]["package_1"]["reset_or_stamp"]
        decided = migration_decision.sentences(migration_decision.Choice(**section["decision"]))
        assert section["sentences"][-len(decided) :] == decided
        section["sentences"] = section["sentences"][: -len(decided)]
        document["attempt"]["reported"] = told.text.partition(" (UTC)")[0].rpartition(" ")[2]
    assert told.text == markdown.render(cleaning.clean(document, str))
    numbers = [(one.message.marker.number, one.message.marker.total) for one in told.parts]
    assert numbers == [(n, len(told.parts)) for n in range(1, len(told.parts) + 1)]
    assert all(one.message.whole for one in told.comments)
    assert f"joined SHA-256 {markers.digest(told.text)}" in told.verdict.message.text
    if name != "exists":
        assert f"SHA-256 {locker.digest(told.attempt)}" in told.verdict.message.text


def test_a_table_that_exists_puts_the_question_with_the_facts(story: Story) -> None:
    told = story.exists
    assert told.status == 2
    assert (told.state.open, told.state.labels) == (True, (LABEL,))
    assert told.verdict.message.lead.startswith(f"{ANALYSTS}: Package-1 is FAIL.")
    assert "root-cause analysis here, in this ticket" in told.verdict.message.lead
    assert "Reset or stamp: what the migrations would create exists already." in told.verdict.message.text
    assert "the nearest is 0006_mig_01b_reconciliation, with " in told.text
    assert "column run_id: does not exist, the migrations make it (uuid not null)" in told.text


def test_the_decision_is_in_ticket_and_locker_and_turns_nothing_into_a_pass(story: Story) -> None:
    told, said = story.decided, "Decided: reset, by A. Operator, recorded "
    assert told.status == 0
    assert told.attempt == story.exists.attempt
    assert [one.id for one in told.comments] == [one.id for one in story.exists.comments]
    assert said in told.text
    assert said in told.verdict.message.text
    assert told.verdict.message.marker.status == "FAIL"
    assert (told.state.open, told.state.labels) == (True, (LABEL,))
    assert said in Path(told.attempt.path, "report.md").read_text("utf-8")


def test_a_pass_of_all_four_closes_after_all_was_read_back(story: Story) -> None:
    told = story.passed
    assert told.status == 0, told.printed[-4000:]
    assert (told.state.open, told.state.labels) == (False, ())
    assert told.verdict.message.marker.closed == told.state.closed_at != ""
    for number in range(4):
        assert f"Package-{number}: PASS. " in told.verdict.message.text
    assert "Gate: PASS. The ticket is closed with this verdict." in told.verdict.message.text


def test_a_later_fail_opens_it_again_with_its_full_log(story: Story) -> None:
    told = story.failed
    assert told.status == 2
    assert (told.state.open, told.state.labels) == (True, (LABEL,))
    assert "unrecognized arguments: --nope" in told.text
    assert told.verdict.message.lead.startswith(f"{ANALYSTS}: Package-1 is FAIL.")
    assert "Gate: FAIL. The ticket is open until all four packages are PASS." in told.verdict.message.text


def test_an_older_pass_that_is_told_again_does_not_close_what_failed_since(
    story: Story, github_of_module: Service
) -> None:
    name = Path(story.passed.attempt.path).name
    options = _Telling(story.folder, github_of_module).options
    status, printed = play("ticket", story.folder, **options, rc_closure_ticket_attempt=name)
    told = chapter(github_of_module, story.passed.attempt, (status, printed))
    assert status == 0, printed[-4000:]
    assert (told.state.open, told.state.labels) == (True, (LABEL,))
    later = Path(story.failed.attempt.path).name
    assert f"A later attempt decides: {later}, which is FAIL." in told.verdict.message.text
    assert told.text == story.passed.text


def test_no_secret_of_staging_s_is_in_any_comment(story: Story, github_of_module: Service) -> None:
    bodies = [comment.body for comment in github_of_module.memory.get(1).comments]
    assert len(bodies) >= 6
    for form in secret_forms(read_state()):
        assert not any(form in body for body in bodies)


def test_people_who_closed_it_are_not_overruled(jira: Service, story: Story) -> None:
    jira.ticket().switch(to_open=False)
    status, _printed = tell_jira(jira, story, story.failed.attempt)
    assert (status, jira.ticket().state().open) == (0, False)


def tell_jira(
    jira: Service, story: Story, attempt: locker.Attempt, folder: Path | None = None
) -> tuple[int, str]:
    """Tell an attempt of the story to Jira."""
    return play(
        "ticket",
        folder or story.folder,
        rc_closure_ticket_provider="jira",
        rc_closure_ticket_url=jira.url,
        rc_closure_ticket_jira={"user": jira.options["user"] or ""},
        rc_closure_ticket_token_env="JIRA_TOKEN",
        rc_closure_ticket_attempt=Path(attempt.path).name,
    )


def test_jira_is_told_the_same_story(jira: Service, story: Story, tmp_path: Path) -> None:
    """Each attempt at its time, out of a locker that does not know the later ones yet."""
    states = []
    for attempt in story.attempts():
        path = Path(attempt.path)
        copy = tmp_path / "locker" / path.relative_to(story.folder / "locker")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(path, copy)
        status, printed = tell_jira(jira, story, attempt, tmp_path)
        assert status == 0, printed[-4000:]
        told = chapter(jira, attempt, (status, printed))
        assert told.text == markdown.render(cleaning.clean(told.report, str))
        states.append((told.state.name, told.state.labels))
    assert states == [("To Do", (LABEL,)), ("Done", ()), ("To Do", (LABEL,))]
