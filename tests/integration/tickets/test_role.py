# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role rc_closure posts to the ticket, and says both the verdict and what kept it from the ticket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from tests.integration.tickets import jira_stand_in
from tests.integration.tickets.conftest import TOKEN, Service
from tests.unit.captured import NOW, RELEASE, step

ROOT = Path(__file__).parents[3]
LIMIT_SECONDS = 120
PASSWORD = "hunter22-of-the-database"
DECISION = {
    "rc_closure_decision": "stamp",
    "rc_closure_decision_by": "A. Operator",
    "rc_closure_decision_reason": "The table is that of the trial run.",
}


@dataclass
class Closure:
    """A closure whose evidence is in the locker: it is reported, and brought into a ticket."""

    folder: Path
    attempt: locker.Attempt

    @property
    def release(self) -> Path:
        return Path(self.attempt.path).parent.parent

    def play(
        self,
        *tasks_from: str,
        arguments: t.Sequence[str] = (),
        facts: t.Mapping[str, t.Any] | None = None,
        **variables: t.Any,
    ) -> tuple[int, str]:
        """Run these parts of the role, and return the status and all that was printed."""
        tasks: list[dict[str, t.Any]] = (
            [{"ansible.builtin.set_fact": {**facts, "cacheable": True}}] if facts else []
        )
        tasks += [
            {"ansible.builtin.import_role": {"name": "psp.rc_closure.rc_closure", "tasks_from": name}}
            for name in tasks_from
        ]
        quick = {"psp.rc_closure.closure_ticket": {"interval": 0}}
        plays = [{"hosts": "all", "gather_facts": False, "module_defaults": quick, "tasks": tasks}]
        (self.folder / "play.json").write_text(json.dumps(plays), encoding="utf-8")
        given = {
            "rc_closure_ticket": RELEASE.ticket,
            "rc_closure_release": RELEASE.candidate,
            "rc_closure_commit": RELEASE.commit,
            "rc_closure_locker": str(self.folder / "locker"),
            **variables,
        }
        (self.folder / "variables.json").write_text(json.dumps(given), encoding="utf-8")
        command = str(Path(sys.executable).parent / "ansible-playbook")
        # Two hosts, as a staging has: the ticket is told once.
        files = [str(self.folder / "play.json"), "-e", f"@{self.folder / 'variables.json'}"]
        argv = [command, *files, "-i", "one,two,", "-c", "local", "-vvv"]
        done = subprocess.run(
            [*argv, *arguments],
            cwd=ROOT,
            env={**os.environ, "ANSIBLE_DISPLAY_ARGS_TO_STDOUT": "true", "TICKET_TOKEN": TOKEN},
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        # Ansible folds long lines.
        printed = " ".join((done.stdout + done.stderr).split())
        assert TOKEN not in printed
        assert jira_stand_in.TOKEN not in printed
        return done.returncode, printed

    def closes(self, **variables: t.Any) -> tuple[int, str]:
        """Run the role as the closure does at its end."""
        return self.play("main", facts={"rc_closure_attempt": self.attempt.as_dict()}, **variables)

    def record(self) -> dict[str, t.Any]:
        """Return what the locker keeps of the ticket."""
        record: dict[str, t.Any] = json.loads((self.release / "ticket.json").read_text("utf-8"))
        return record


@pytest.fixture
def closure(tmp_path: Path) -> Closure:
    attempt = locker.open_attempt(str(tmp_path / "locker"), RELEASE, NOW)
    locker.open_package(attempt, 1, {"table": "reconciliation_findings", "columns": ["provider"]})
    said = f"postgresql://psp:{PASSWORD}@db/psp\n"
    locker.keep(attempt, 1, [step("alembic_current", stdout="0004_provider_events\n", stderr=said)])
    return Closure(tmp_path, attempt)


def on_github(github: Service, folder: Path) -> dict[str, t.Any]:
    (folder / "token").write_text(f"{TOKEN}\n", encoding="utf-8")
    return {
        "rc_closure_ticket_provider": "github",
        "rc_closure_ticket_url": github.url,
        "rc_closure_ticket_repository": "psp/backend",
        "rc_closure_ticket_issue": "1",
        "rc_closure_ticket_token_file": str(folder / "token"),
    }


def on_jira(jira: Service) -> dict[str, t.Any]:
    return {
        "rc_closure_ticket_provider": "jira",
        "rc_closure_ticket_url": jira.url,
        "rc_closure_ticket_jira": {"user": jira.options["user"] or ""},
        "rc_closure_ticket_token": jira_stand_in.TOKEN,
        "rc_closure_ticket_close": True,
    }


def test_the_ticket_is_a_folder_where_none_is_named(closure: Closure) -> None:
    status, printed = closure.closes()
    assert status == 2
    assert "gate: FAIL" in printed
    comments = sorted((closure.release / "ticket").glob("*.md"))
    assert [path.name for path in comments] == ["0001.md", "0002.md"]
    assert "Package-1 is FAIL" in comments[1].read_text("utf-8")
    assert json.loads((closure.release / "ticket" / "state.json").read_text("utf-8"))["labels"] == [
        "closure-failed"
    ]
    assert closure.record()["comments"][0]["url"] == str(comments[0])
    assert PASSWORD not in printed + "".join(path.read_text("utf-8") for path in comments)


def test_github_is_told_and_told_again_without_a_change(closure: Closure, github: Service) -> None:
    options = on_github(github, closure.folder)
    status, printed = closure.closes(**options, rc_closure_ticket_analysts="@psp/backend")
    assert status == 2
    assert "ticket: not everything was posted" not in printed
    part, verdict = (comment.body for comment in github.memory.get(1).comments)
    assert "# PSP-3031: closure of 2026.11.0-rc3: FAIL" in part
    assert "@psp/backend: Package-1 is FAIL." in verdict
    assert closure.record()["url"].endswith("/psp/backend/issues/1")
    assert f"SHA-256 {closure.record()['locker_sha256']}" in verdict
    assert closure.record()["locker_sha256"] == locker.digest(closure.attempt)
    before = [comment.body for comment in github.memory.get(1).comments]
    status, printed = closure.play("repost", **options, rc_closure_ticket_analysts="@psp/backend")
    assert status == 0
    assert "add 0, edit 0, leave 2" in printed
    assert [comment.body for comment in github.memory.get(1).comments] == before


def test_a_ticket_that_cannot_be_told_does_not_hide_the_verdict(closure: Closure, github: Service) -> None:
    options = on_github(github, closure.folder)
    (closure.folder / "token").write_text("a-token-that-is-wrong\n", encoding="utf-8")
    status, printed = closure.closes(**options)
    assert status == 2
    for sentence in (
        "package_1: FAIL.",
        "gate: FAIL",
        "not everything was posted to the ticket: GET",
        "answered 401 (Bad credentials): GitHub does not take the token",
        f"The report is in {closure.attempt.path}/report.md; posting again continues",
    ):
        assert sentence in printed
    assert (closure.release / "report.md").exists()
    assert "401" in closure.record()["problem"]
    assert "a-token-that-is-wrong" not in printed


def test_check_mode_writes_nothing_and_says_what_would_be_posted(closure: Closure, github: Service) -> None:
    options = on_github(github, closure.folder)
    closure.closes()
    status, printed = closure.play("repost", arguments=["--check"], **options)
    assert status == 0
    assert "check mode: would post 1 part and the verdict to psp/backend#1: add 2, edit 0" in printed
    assert github.memory.get(1).comments == []


def test_the_operator_s_decision_is_recorded_and_turns_nothing_into_a_pass(
    closure: Closure, jira: Service
) -> None:
    options = on_jira(jira)
    closure.closes(**options)
    status, printed = closure.play("repost", **options, **DECISION)
    assert status == 0
    assert "add 0, edit 2, leave 0" in printed
    part, verdict = (comment.message for comment in jira.ticket().comments())
    decided = "Decided: stamp, by A. Operator, recorded "
    assert f"Reset or stamp. {decided}" in verdict.text
    assert verdict.marker.status == "FAIL"
    assert jira.memory.status == "To Do"
    # A year later, with nothing but the locker.
    assert decided in part.text
    for name in ("report.md", "attempts/*/report.md", "attempts/*/package_1/*-migration_decision.stdout"):
        (path,) = closure.release.glob(name)
        assert "The table is that of the trial run." in path.read_text("utf-8")
    assert f"SHA-256 {locker.digest(closure.attempt)}" in verdict.text
    # Told again with it and without it: what is kept stays, and is kept once.
    before = jira.ticket().comments()
    for again in (DECISION, {}):
        assert "add 0, edit 0, leave 2" in closure.play("repost", **options, **again)[1]
    assert jira.ticket().comments() == before


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"rc_closure_ticket_provider": "gitlab"}, "value of rc_closure_ticket_provider must be one of"),
        (
            {"rc_closure_ticket_provider": "github"},
            "rc_closure_ticket_repository is missing: a repository as owner/name is required; "
            "rc_closure_ticket_token is empty: github requires a token: set rc_closure_ticket_token_file",
        ),
        (
            {"rc_closure_ticket_provider": "github", "rc_closure_ticket_repository": "psp/backend"},
            "rc_closure_ticket_issue is 'PSP-3031': GitHub requires the issue's number",
        ),
        (
            {"rc_closure_ticket_provider": "jira"},
            "rc_closure_ticket_url is missing: a valid http or https URL is required",
        ),
        (
            {"rc_closure_ticket_token_file": "/nowhere/token"},
            "rc_closure_ticket_token_file /nowhere/token cannot be read: No such file or directory",
        ),
        (
            {"rc_closure_ticket_provider": "jira", "rc_closure_ticket_token_env": "NO_SUCH_TOKEN"},
            "the environment variable NO_SUCH_TOKEN is empty: jira requires a token",
        ),
        ({"rc_closure_decision": "stamp"}, "rc_closure_decision_by is missing"),
        (
            {**DECISION, "rc_closure_decision_reason": " "},
            "rc_closure_decision_reason is mis",
        ),
        ({**DECISION, "rc_closure_decision": "drop"}, "rc_closure_decision must be one of"),
    ],
)
def test_a_wrong_variable_ends_the_play_before_anything_is_touched(
    closure: Closure, variables: dict[str, t.Any], sentence: str
) -> None:
    (closure.folder / "empty").mkdir()
    status, printed = closure.play(
        "preflight", "open", **{**variables, "rc_closure_locker": str(closure.folder / "empty")}
    )
    assert status == 2
    assert sentence in printed
    assert list((closure.folder / "empty").iterdir()) == []


def test_a_decision_given_to_the_closure_is_in_its_report_at_once(closure: Closure) -> None:
    closure.closes(**DECISION)
    report = json.loads((closure.release / "report.json").read_text("utf-8"))
    assert report["gate"]["status"] == "FAIL"
    assert [step["name"] for step in report["packages"]["package_1"]["steps"]][-1] == "migration_decision"
    assert "Decided: stamp, by A. Operator" in (closure.release / "ticket/0002.md").read_text("utf-8")


def test_a_decision_goes_nowhere_where_package_1_was_not_collected(tmp_path: Path) -> None:
    attempt = locker.open_attempt(str(tmp_path / "locker"), RELEASE, NOW)
    locker.open_package(attempt, 2, {})
    Closure(tmp_path, attempt).closes(**DECISION)
    assert not Path(attempt.path, "package_1").exists()


def test_an_attempt_of_another_commit_is_refused(closure: Closure, github: Service) -> None:
    closure.closes()
    status, printed = closure.play("repost", **on_github(github, closure.folder), rc_closure_commit="b" * 40)
    assert status == 2
    assert f"rc_closure_commit is {'b' * 40}, but the attempt" in printed
    assert github.memory.get(1).comments == []


def test_the_report_is_in_the_locker_before_the_first_request(closure: Closure, jira: Service) -> None:
    seen: list[str] = []

    def look(request: str) -> None:
        seen.append(f"{request} {locker.digest(closure.attempt)}")

    jira.memory.on_request = look
    closure.closes(**on_jira(jira))
    assert "serverInfo" in seen[0]
    assert (closure.release / "report.md").stat().st_size
    assert {line.rpartition(" ")[2] for line in seen} == {locker.digest(closure.attempt)}


def test_a_locker_without_a_report_is_said(closure: Closure) -> None:
    status, printed = closure.play("repost")
    assert status == 2
    assert "contains no report" in printed


def test_a_token_comes_from_an_environment_variable(closure: Closure, github: Service) -> None:
    options = {**on_github(github, closure.folder), "rc_closure_ticket_token_env": "TICKET_TOKEN"}
    del options["rc_closure_ticket_token_file"]
    closure.closes(**options)
    assert len(github.memory.get(1).comments) == 2
