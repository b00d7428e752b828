# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first steps of Package-0: the workflow, the commit, and the run that tests it.

A run is told from all others by what GitHub answers to the dispatch or, where the server is too old for
that, by its event, its commit and the server's own time, and by a marker where the workflow takes one. It
is never just the latest. A dispatch is sent once: where it is unclear whether it arrived, the run is
looked for, and the dispatch is not repeated.
"""

from __future__ import annotations

import typing as t
from dataclasses import replace
from urllib.parse import quote
from uuid import uuid4

from . import github_runs
from .collector import CollectError, Collector
from .evidence import NOT_RUN
from .github_actions import GitHub, connect
from .github_problems import is_unknown_field
from .github_runs import DISPATCHED, Document
from .rest_client import Answer, Deadline

LOOK_PAUSE = 1.0
DETAILS = "return_run_details"


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(run_id) and C(html_url)."""
    deadline = Deadline(collector.params["limit"])
    search = _Search(collector, connect(collector, deadline), deadline)
    workflow = search.workflow()
    if collector.params["mode"] == "find":
        search.commit(collector.params["commit"])
        return _found(search.existing(workflow), changed=False)
    ref = collector.params["ref"] or search.default_branch()
    search.commit(ref)
    return search.dispatch(workflow, ref)


def _found(run: Document, *, changed: bool) -> dict[str, t.Any]:
    return {"changed": changed, "run_id": int(run["id"]), "html_url": str(run.get("html_url", ""))}


class _Search:
    def __init__(self, collector: Collector, github: GitHub, deadline: Deadline) -> None:
        self._collector = collector
        self._params = collector.params
        self._github = github
        self._deadline = deadline
        self._marker = str(self._params["marker"] or (uuid4().hex if self._params["marker_input"] else ""))

    def workflow(self) -> Document:
        """Return the workflow that is named by its file or by its display name."""
        wanted = str(self._params["workflow"])
        answer = self._github.pages("/actions/workflows", name="ci_workflow", title="Workflows")
        workflows = self._keep(answer).items("workflows")
        named = [workflow for workflow in workflows if github_runs.is_workflow(workflow, wanted)]
        active = [workflow for workflow in named if workflow.get("state") == "active"]
        if len(active) == 1:
            return active[0]
        raise CollectError(self._which_workflow(wanted, named, active, workflows))

    def _which_workflow(
        self, wanted: str, named: list[Document], active: list[Document], all_of_them: list[Document]
    ) -> str:
        if active:
            paths = ", ".join(str(workflow["path"]) for workflow in active)
            return f"the workflow {wanted!r} is not one: {paths}; name it by its file"
        if named:
            return (
                f"the workflow {wanted!r} is {named[0].get('state')}: enable it in the repository's Actions"
            )
        names = ", ".join(f"{workflow.get('name')!r}" for workflow in all_of_them) or "none"
        return f"{self._github.repository} has no workflow {wanted!r}; it has {names}"

    def default_branch(self) -> str:
        """Return the repository's default branch."""
        answer = self._keep(self._github.get("", name="ci_repository", title="Repository"))
        if answer.document.get("archived"):
            raise CollectError(f"{self._github.repository} is archived: nothing can be dispatched there")
        return str(answer.document.get("default_branch", ""))

    def commit(self, ref: str) -> None:
        """See that a branch, a tag or a commit is the release's commit.

        Raises:
            CollectError: it is another, or none.
        """
        path = f"/commits/{quote(ref)}"
        answer = self._github.get(path, name="ci_commit", title=f"Commit of {ref}", query={"per_page": 1})
        sha = self._keep(answer).document.get("sha")
        if sha != self._params["commit"]:
            raise CollectError(
                f"{ref} is at {sha}, not at the release's commit {self._params['commit']}: nothing was "
                "dispatched; give a branch or tag that is at that commit, or find its run"
            )

    def existing(self, workflow: Document) -> Document:
        """Return the run of the release's commit, as soon as there is one; of several, the newest."""
        events = list(self._params["events"])
        while True:
            answer = self._runs(workflow, "ci_runs", "Runs of the commit", {})
            runs = [run for run in answer.items("workflow_runs") if self._is_wanted(run, events)]
            run = github_runs.newest(runs)
            if run or answer.problem or not self._deadline.pause(LOOK_PAUSE):
                self._keep(answer)
                break
        if run is None:
            raise CollectError(
                f"no run of {workflow.get('name')!r} for {self._params['commit']}, started by "
                f"{' or '.join(events)}, appeared within {self._params['limit']:g} s"
            )
        return run

    def dispatch(self, workflow: Document, ref: str) -> dict[str, t.Any]:
        """Dispatch the workflow once and return its run."""
        known = self._keep(
            self._runs(workflow, "ci_runs_before", "Runs before the dispatch", {"event": DISPATCHED})
        )
        runs = known.items("workflow_runs")
        sent_before = [run for run in runs if github_runs.bears(run, self._marker)]
        if sent_before:
            return _found(sent_before[0], changed=False)
        body: Document = {"ref": ref, "inputs": dict(self._params["inputs"] or {})}
        if self._params["marker_input"]:
            body["inputs"][self._params["marker_input"]] = self._marker
        path = f"/actions/workflows/{workflow['id']}/dispatches"
        if self._collector.check_mode:
            self._preview(known, path, body)
            return {"changed": True}
        answer = self._send(path, body)
        run_id = answer.document.get("workflow_run_id")
        if run_id:
            return _found({**answer.document, "id": run_id}, changed=True)
        return _found(self._new_run(workflow, known), changed=True)

    def _preview(self, known: Answer, path: str, body: Document) -> None:
        step = replace(
            known.step,
            name="ci_dispatch",
            title="Dispatch",
            command=f"POST {path} {body}",
            exit_status=None,
            stdout="",
            stderr="",
            outcome=NOT_RUN,
            reason="check mode: nothing is dispatched",
        )
        self._collector.add(step)

    def _send(self, path: str, body: Document) -> Answer:
        """Send the dispatch; return its answer where the run is made, or may have been."""
        title = "Dispatch"
        answer = self._github.post(path, {**body, DETAILS: True}, name="ci_dispatch", title=title)
        if is_unknown_field(answer.status, answer.step.stdout, DETAILS):
            self._collector.add(replace(answer.step, name="ci_dispatch_refused"))
            answer = self._github.post(path, body, name="ci_dispatch", title=title)
        return self._keep(answer, tolerate=answer.passing)

    def _new_run(self, workflow: Document, known: Answer) -> Document:
        """Return the one run that the dispatch made.

        Without a marker two looks must agree, for the first run to appear may be somebody else's.
        """
        moment = github_runs.server_time(known.step.stderr)
        before = known.items("workflow_runs")
        seen: list[int] = []
        while self._deadline.pause(LOOK_PAUSE):
            answer = self._runs(workflow, "ci_runs", "Runs after the dispatch", {"event": DISPATCHED})
            runs = [
                run
                for run in answer.items("workflow_runs")
                if self._is_wanted(run, [DISPATCHED]) and github_runs.is_new(run, before, moment)
            ]
            if self._params["marker_input"]:
                runs = [run for run in runs if github_runs.bears(run, self._marker)]
            agreed = bool(self._params["marker_input"]) or [run["id"] for run in runs] == seen
            if len(runs) > 1 or (runs and agreed):
                self._keep(answer)
                return self._only(runs)
            seen = [run["id"] for run in runs]
        raise CollectError(
            f"the dispatch was sent, and no run of it appeared within {self._params['limit']:g} s; "
            "it is not sent again: look in the repository's Actions"
        )

    @staticmethod
    def _only(runs: list[Document]) -> Document:
        if len(runs) > 1:
            ids = ", ".join(str(run["id"]) for run in runs)
            raise CollectError(
                f"the server does not say which run the dispatch made, and {ids} may all be it: give the "
                "workflow an input that its run-name shows, and name it as marker_input"
            )
        return runs[0]

    def _is_wanted(self, run: Document, events: t.Sequence[str]) -> bool:
        return github_runs.is_of_release(run, self._params["commit"], events)

    def _runs(self, workflow: Document, name: str, title: str, query: dict[str, str]) -> Answer:
        path = f"/actions/workflows/{workflow['id']}/runs"
        asked = {**query, "head_sha": self._params["commit"]}
        return self._github.pages(path, name=name, title=title, query=asked)

    def _keep(self, answer: Answer, *, tolerate: bool = False) -> Answer:
        """Keep the answer's step.

        Raises:
            CollectError: it is not what was asked for.
        """
        self._collector.add(answer.step)
        if answer.problem and not tolerate:
            raise CollectError(answer.problem)
        return answer
