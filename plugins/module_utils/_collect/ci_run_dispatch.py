# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first steps of Package-0: the workflow, the commit, and the run that tests it.

A run is told from all others by what GitHub answers to the dispatch or, where the server is too old for
that, by its event, its commit and the server's own time, and by a marker where the workflow takes one. It
is never just the latest. A dispatch is sent once: where it is unclear whether it arrived, the run is
looked for, and the dispatch is not repeated.

Where evidence is kept, this comes in stages, between which the controller writes the intent into the locker.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from uuid import uuid4

from .._clients.github import connect
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.deadline import Deadline
from .._core.evidence import rfc3339, utc_now
from .._text import github_runs
from .._text.ci_intent import Intent
from .._text.github_runs import DISPATCHED, Document
from .ci_run_search import RunSearch

DETAILS = "return_run_details"
ANOTHER_WAY = "begin a new attempt, which dispatches anew, or find the commit's run (mode find)"


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(run_id) and C(html_url)."""
    params = collector.params
    search = RunSearch(collector, connect(collector, Deadline(params["limit"])))
    if params["mode"] == "find":
        workflow = search.workflow()
        search.commit(params["commit"])
        return _found(search.existing(workflow), changed=False)
    if params["stage"] == "send":
        return _send(search, _given_intent(params))
    if params["stage"] == "look":
        return _look(search, _given_intent(params))
    return _dispatch(search)


def _dispatch(search: RunSearch) -> dict[str, t.Any]:
    """Dispatch as far as the stage goes; where a run shows the marker already, return that."""
    params, collector = search.params, search.collector
    workflow, ref = int(search.workflow()["id"]), params["ref"] or search.default_branch()
    search.commit(ref)
    marker = str(params["marker"] or (uuid4().hex if params["marker_input"] else ""))
    known = search.keep(search.runs(workflow, steps.CI_RUNS_BEFORE, DISPATCHED))
    runs = known.items("workflow_runs")
    sent_before = [run for run in runs if github_runs.shows(run, marker)]
    if sent_before:
        return _found(sent_before[0], changed=False)
    intent = Intent(
        workflow=workflow,
        ref=ref,
        commit=params["commit"],
        marker=marker if params["marker_input"] else "",
        known=tuple(int(run["id"]) for run in runs),
        moment=rfc3339(known.server_time) if known.server_time else "",
        seconds=params["limit"],
        written=utc_now(),
    )
    path, body = _request(intent, params)
    shown = f"POST {search.github.url(path)} {json.dumps(body)}"
    if collector.check_mode:
        collector.not_run(steps.CI_DISPATCH, shown, "check mode: nothing is dispatched")
        return {"changed": True}
    # What is to be sent is known before it is.
    collector.ended(steps.CI_DISPATCH_INTENT, shown, f"{intent.as_text()}\n")
    return {"changed": False} if params["stage"] == "intend" else _send(search, intent)


def _send(search: RunSearch, intent: Intent) -> dict[str, t.Any]:
    """Dispatch the workflow once and return its run."""
    path, body = _request(intent, search.params)
    answer = search.github.ask("POST", path, steps.CI_DISPATCH, body={**body, DETAILS: True})
    # Older GitHub Enterprise servers do not know the field: they answer 400, or 422 with its name.
    if answer.status == 400 or (answer.status == 422 and DETAILS in answer.step.stdout):
        search.collector.add(replace(answer.step, name=str(steps.CI_DISPATCH_REFUSED)))
        answer = search.github.ask("POST", path, steps.CI_DISPATCH, body=body)
    # Where no whole answer came, the run may have been made all the same.
    run = _named_run(search.keep(answer, tolerate=answer.passing).document)
    run = run or search.made(intent, timely=False)
    if run is None:
        raise CollectError(
            f"the dispatch was sent, and no run of it appeared within {search.params['limit']:g} s; "
            "it is not sent again: look in the repository's Actions"
        )
    return _found(run, changed=True)


def _look(search: RunSearch, intent: Intent) -> dict[str, t.Any]:
    """Return the run of a dispatch that was meant before and may have been sent; send nothing."""
    run = _answered_run(search.params["answer"] or {}) or search.made(intent, timely=True)
    if run is None:
        raise CollectError(
            f"this attempt meant to dispatch at {intent.written}, and no run of that dispatch is there: "
            f"it is unclear whether it was sent, so it is not sent again; {ANOTHER_WAY}"
        )
    return _found(run, changed=False)


def _request(intent: Intent, params: t.Mapping[str, t.Any]) -> tuple[str, Document]:
    """Return the path and the body of the dispatch."""
    inputs = dict(params["inputs"] or {})
    if intent.marker:
        inputs[params["marker_input"]] = intent.marker
    return f"/actions/workflows/{intent.workflow}/dispatches", {"ref": intent.ref, "inputs": inputs}


def _given_intent(params: t.Mapping[str, t.Any]) -> Intent:
    try:
        intent = Intent.from_dict(params["intent"] or {})
    except (KeyError, TypeError, ValueError) as exc:
        raise CollectError(f"the intent to dispatch that was kept cannot be read: {exc!r}") from exc
    if intent.commit != params["commit"]:
        raise CollectError(
            f"this attempt meant to dispatch for {intent.commit}, not for {params['commit']}: begin a new one"
        )
    return intent


def _answered_run(answer: t.Mapping[str, t.Any]) -> Document | None:
    """Return the run that a kept answer to the dispatch names, None where it does not.

    Raises:
        CollectError: the answer was a refusal.
    """
    status = answer.get("exit_status")
    try:
        documents = github_runs.documents(str(answer.get("stdout") or ""))
    except ValueError:
        documents = []
    if isinstance(status, int) and 400 <= status < 500:
        said = f" ({documents[0]['message']})" if documents and documents[0].get("message") else ""
        raise CollectError(
            f"GitHub refused this attempt's dispatch with {status}{said}, and an attempt dispatches once; "
            f"{ANOTHER_WAY}"
        )
    return _named_run(documents[0]) if documents else None


def _named_run(answer: Document) -> Document | None:
    """Return the run that an answer to the dispatch names; older servers name none."""
    run_id = answer.get("workflow_run_id")
    return {**answer, "id": run_id} if run_id else None


def _found(run: Document, *, changed: bool) -> dict[str, t.Any]:
    return {"changed": changed, "run_id": int(run["id"]), "html_url": str(run.get("html_url", ""))}
