# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How runs are asked for, out of the API's description or the routes in the source. Pure."""

from __future__ import annotations

import re
import typing as t

from .values import Draft, Finding, Found

_IDS = ("id", "run_id", "runId")
_STATES = ("status", "state")
_NAME = "package_3_queue_api"


def draft_run(draft: Draft, backend: Found) -> None:
    """Add the description of the run API."""
    answers = backend.service["answers"]
    given = answers["operations"] or backend.project["routes"]
    posts = [
        one for one in given if one["method"] == "POST" and "recon" in one["path"] and "{" not in one["path"]
    ]
    posts = sorted(posts, key=lambda one: ("run" not in one["path"], len(one["path"])))
    if not posts:
        why = "no address takes a POST for a reconciliation run"
        draft.missing(_NAME, why, {"request": {"path": "", "body": {}}})
        return
    one = posts[0]
    seen = answers["described"] or f"the routes in {one.get('file', '')}, since the description is closed"
    request, told = _request(draft, one)
    api = {"request": request, **_answers(draft, one, given)}
    told = f"{seen}{told}"
    draft.add(
        _NAME, api, told, guess=not answers["described"] or bool(one.get("query") or request.get("body"))
    )


def _request(draft: Draft, one: Finding) -> tuple[dict[str, t.Any], str]:
    """Return the request, and where the values of its parameters are from."""
    probe = next((str(v.value) for v in draft.values if v.name == "package_2_rollout_webhook_probe_path"), "")

    def filled(name: str, example: t.Any) -> t.Any:
        if re.search("idempotency", name, re.IGNORECASE):
            return "{unique}"
        return probe.rpartition("/")[2] if "provider" in name and probe else example or ""

    body = {
        name: filled(name, about["example"])
        for name, about in one.get("body", {}).items()
        if about["required"]
    }
    request: dict[str, t.Any] = {"path": one["path"]}
    for name in ("query", "headers"):
        if one.get(name):
            request[name] = {parameter: filled(parameter, None) for parameter in one[name]}
    if body or not one.get("query"):
        request["body"] = body
    others = [name for name, about in one.get("body", {}).items() if not about["required"]]
    draft.notes += [f"POST {one['path']} may be given {', '.join(others)}, too"] if others else []
    values = bool(probe and (body or one.get("query")))
    return request, ", with the provider whose webhooks the log has" if values else ""


def _answers(draft: Draft, post: Finding, given: t.Sequence[Finding]) -> dict[str, t.Any]:
    """Return what of the answers is otherwise than the checklist's: the id, its address, the state."""
    found: dict[str, t.Any] = {}
    below = re.compile(rf"{re.escape(post['path'])}/\{{(?P<id>\w+)\}}(?P<rest>/[\w-]+)?")
    gets = [
        (match, one) for one in given if one["method"] == "GET" and (match := below.fullmatch(one["path"]))
    ]
    if not gets:
        draft.notes.append(f"no address below {post['path']} was found that shows a run")
        return found
    match, get = min(gets, key=lambda pair: len(pair[0]["rest"] or ""))
    properties = post.get("answer") or {}
    names = [name for name in (match["id"], *properties) if name not in _IDS]
    if not set(_IDS) & properties.keys() and names and (not properties or names[0] in properties):
        found["id"] = f"/{names[0]}"
    if match["rest"]:
        found["answer"] = {"path": f"{post['path']}/{{id}}{match['rest']}"}
    state = next((name for name in _STATES if name in (get.get("answer") or {})), "")
    if state and state != "status":
        found["state"] = {"pointer": f"/{state}"}
    if get.get("answer") and not state:
        draft.notes.append(
            f"GET {get['path']} answers {', '.join(get['answer'])}: say in {_NAME}.state what means what"
        )
    return found
