# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Package-0 looks: the workflow, the release's commit, and the runs that may be the wanted one."""

from __future__ import annotations

import typing as t
from urllib.parse import quote

from .._clients.github import GitHub
from .._clients.rest import Answer
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.step_names import StepName
from .._text import github_runs
from .._text.ci_intent import Intent
from .._text.github_runs import DISPATCHED, Document

LOOK_PAUSE = 1.0


class RunSearch:
    """Looks, and keeps what it saw as steps; it changes nothing."""

    def __init__(self, collector: Collector, github: GitHub) -> None:
        """Take the collector, whose options say what is wanted."""
        self.collector = collector
        self.params = collector.params
        self.github = github

    def workflow(self) -> Document:
        """Return the workflow that is named by its file or by its display name."""
        wanted = str(self.params["workflow"])
        answer = self.github.pages("/actions/workflows", steps.CI_WORKFLOW)
        workflows = self.keep(answer).items("workflows")
        named = [workflow for workflow in workflows if github_runs.is_workflow(workflow, wanted)]
        active = [workflow for workflow in named if workflow.get("state") == "active"]
        if len(active) == 1:
            return active[0]
        if active:
            paths = ", ".join(str(workflow["path"]) for workflow in active)
            raise CollectError(f"the workflow {wanted!r} is not one: {paths}; name it by its file")
        if named:
            state = named[0].get("state")
            raise CollectError(f"the workflow {wanted!r} is {state}: enable it in the repository's Actions")
        names = ", ".join(f"{workflow.get('name')!r}" for workflow in workflows) or "none"
        raise CollectError(f"{self.github.repository} has no workflow {wanted!r}; it has {names}")

    def default_branch(self) -> str:
        """Return the repository's default branch."""
        answer = self.keep(self.github.get("", steps.CI_REPOSITORY))
        if answer.document.get("archived"):
            raise CollectError(f"{self.github.repository} is archived: nothing can be dispatched there")
        return str(answer.document.get("default_branch", ""))

    def commit(self, ref: str) -> None:
        """Ensure that a branch, a tag or a commit is the release's commit.

        Raises:
            CollectError: it is another, or none.
        """
        path = f"/commits/{quote(ref, safe='')}"
        answer = self.github.get(path, steps.CI_COMMIT.about(ref=ref), query={"per_page": 1})
        sha = self.keep(answer).document.get("sha")
        if sha != self.params["commit"]:
            raise CollectError(
                f"{ref} is at {sha}, not at the release's commit {self.params['commit']}: nothing was "
                "dispatched; give a branch or tag that is at that commit, or find its run"
            )

    def existing(self, workflow: Document) -> Document:
        """Return the run of the release's commit, as soon as there is one; of several, the newest."""
        events = list(self.params["events"])

        def look() -> tuple[Answer, Document | None]:
            answer = self.runs(workflow["id"], steps.CI_RUNS)
            wanted = [run for run in answer.items("workflow_runs") if self._is_wanted(run, events)]
            return answer, github_runs.newest(wanted)

        answer, run = self.github.deadline.watch(look, lambda seen: seen[0].problem or seen[1], LOOK_PAUSE)
        self.keep(answer)
        if run is None:
            raise CollectError(
                f"no run of {workflow.get('name')!r} for {self.params['commit']}, started by "
                f"{' or '.join(events)}, appeared within {self.params['limit']:g} s"
            )
        return run

    def made(self, intent: Intent, *, timely: bool) -> Document | None:
        """Return the one run that the dispatch made, None where none appears.

        Without a marker two looks must agree, for the first run to appear may be somebody else's.

        Raises:
            CollectError: several may be it, or the server does not answer.
        """
        seen: list[int] | None = None
        found: list[Document] = []
        while self.github.deadline.pause(LOOK_PAUSE):
            answer = self.runs(intent.workflow, steps.CI_RUNS, DISPATCHED)
            runs = [run for run in answer.items("workflow_runs") if self._is_wanted(run, [DISPATCHED])]
            found = [run for run in runs if not intent.why_not(run, timely=timely)]
            ids = [run["id"] for run in found]
            over = intent.is_over(answer.server_time)
            agreed = ids == seen and (ids or over)
            last = (
                agreed or len(ids) > 1 or (ids and intent.marker) or self.github.deadline.left <= LOOK_PAUSE
            )
            if last or (answer.problem and not answer.passing):
                self.keep(answer)
                return self._only(found) if agreed or intent.marker or len(ids) > 1 else None
            seen = ids
        return None

    @staticmethod
    def _only(runs: list[Document]) -> Document | None:
        if len(runs) > 1:
            ids = ", ".join(str(run["id"]) for run in runs)
            raise CollectError(
                f"the server does not say which run the dispatch made, and {ids} may all be it: give the "
                "workflow an input that its run-name shows, and name it as marker_input"
            )
        return runs[0] if runs else None

    def _is_wanted(self, run: Document, events: t.Sequence[str]) -> bool:
        return github_runs.is_of_release(run, self.params["commit"], events)

    def runs(self, workflow: int, step: StepName, event: str = "") -> Answer:
        """Return the workflow's runs for the release's commit, of one event or of any; keep no step of it."""
        path = f"/actions/workflows/{workflow}/runs"
        asked = {**({"event": event} if event else {}), "head_sha": self.params["commit"]}
        return self.github.pages(path, step, query=asked)

    def keep(self, answer: Answer, *, tolerate: bool = False) -> Answer:
        """Keep the answer's step.

        Raises:
            CollectError: it is not what was asked for.
        """
        self.collector.add(answer.step)
        if answer.problem and not tolerate:
            raise CollectError(answer.problem)
        return answer
