# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API that runs are asked for by, as a dictionary describes it; the checklist's is the default. Pure.

C(request) has the C(method), C(path), C(query), C(headers) and C(body) of the request for a run; C(id) is the
JSON pointer to the run's id in its answer. C(answer) has the C(path) of the run, a template with C({id}), and
the pointer C(id) to its id there. C(state) has the C(pointer) to a word, and for each of C(queued),
C(running), C(completed) and C(failed) the words that mean it, or a dictionary: the C(pointer) to a field
whose presence means it, or which has one of the C(values). C(queued) says whether the first answer shows that
state.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from . import json_pointer, recon

METHODS = ("POST", "PUT", "PATCH", "GET")
PATH = "/api/v1/reconciliation/runs"
# The last first: an answer may still have what showed an earlier one.
STATES = (recon.FAILED, recon.COMPLETED, recon.RUNNING, recon.QUEUED)
_KEYS = {
    "": {"request", "id", "answer", "state", "queued"},
    "request": {"method", "path", "query", "headers", "body"},
    "answer": {"path", "id"},
    "state": {"pointer", *STATES},
}
_NOW = re.compile(r"\{now(?:(?P<sign>[+-])(?P<count>\d+)(?P<unit>[smhd]))?\}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True)
class Request:
    """A request for a run: its method, its address below the backend's, and what is sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: str | None


@dataclass(frozen=True)
class RunApi:
    """The API."""

    given: t.Mapping[str, t.Any] = field(default_factory=dict)

    def request(self, unique: str, now: datetime) -> Request:
        """Return the request; in its values, C({unique}) and C({now-24h}) are filled in, a time without
        zone."""
        described = self._part("request")
        filled = {name: _filled(described.get(name), unique, now) for name in ("query", "headers", "body")}
        query = urlencode({name: _scalar(value) for name, value in (filled["query"] or {}).items()})
        headers = {name: _scalar(value) for name, value in (filled["headers"] or {}).items()}
        method = str(described.get("method") or "POST").upper()
        path = str(described.get("path") or PATH)
        whole = f"{path}{'&' if '?' in path else '?'}{query}" if query else path
        return Request(method, whole, headers, _sent(method, headers, filled))

    @property
    def answer_template(self) -> str:
        """Where a run is looked at, with C({id}) for its id."""
        return str(self._part("answer").get("path") or f"{self._part('request').get('path') or PATH}/{{id}}")

    def answer_path(self, run_id: str) -> str:
        """Return where a run is looked at."""
        return self.answer_template.replace("{id}", quote(run_id, safe=""))

    @property
    def answers_queued(self) -> bool:
        """Whether the answer to the request shows that the run is queued."""
        return self.given.get("queued") is not False

    @property
    def tells_running(self) -> bool:
        """Whether a run that is running is told from one that is queued."""
        state = self._part("state")
        return not state or bool(state.get(recon.RUNNING))

    def id_of(self, body: str) -> str:
        """Return the run's id in the answer to the request, or C('')."""
        return next(iter(self._ids(body, str(self.given.get("id") or ""))), "")

    def state_of(self, body: str, run_id: str, address: str) -> str:
        """Return the state that an answer has for a run, or C('').

        An answer that has an id must have the run's. One that has none is of the run whose address was asked.
        """
        ids = self._ids(body, str(self._part("answer").get("id") or ""))
        bound = run_id in ids if ids else quote(run_id, safe="") in address
        return self.state(body) if run_id and bound else ""

    def said(self, body: str) -> str:
        """Return the state that an answer has in its own word, or C('')."""
        described = self._part("state")
        if not described:
            return str(recon.parse(body).get("status") or "")
        return json_pointer.text(json_pointer.at(_document(body), _word_at(described))) or self.state(body)

    def state(self, body: str) -> str:
        """Return the state that an answer has: the checklist's word, or one that is none of these as it
        is."""
        described = self._part("state")
        if not described:
            return recon.state_of(recon.parse(body))
        document = _document(body)
        word = json_pointer.text(json_pointer.at(document, _word_at(described)))
        found = [state for state in STATES if _means(described.get(state), document, word)]
        ends = [state for state in found if state in recon.TERMINAL]
        if len(ends) > 1:
            return " and ".join(ends)
        if found:
            return found[0]
        named = described.get("pointer") or any(isinstance(described.get(one), list) for one in STATES)
        usual = recon.state_of({"status": word}) if named else ""
        # The usual words of a state that has words of its own are no others of it.
        return word if described.get(usual) else usual

    def _ids(self, body: str, pointer: str) -> list[str]:
        if pointer:
            found = json_pointer.text(json_pointer.at(_document(body), pointer))
            return [found] if found else []
        return recon.ids(recon.parse(body))

    def _part(self, name: str) -> t.Mapping[str, t.Any]:
        return self.given.get(name) or {}


def problems(given: t.Any) -> list[str]:
    """Return what is wrong with a description, a sentence each."""
    if not isinstance(given, dict):
        return ["it is not a dictionary"]
    found = []
    for part, keys in _KEYS.items():
        value = given.get(part, {}) if part else given
        if not isinstance(value or {}, dict):
            found.append(f"{part} is not a dictionary")
            continue
        unknown = sorted(set(value or {}) - keys)
        if unknown:
            found.append(
                f"{part + ' ' if part else ''}has no {', '.join(unknown)}: {', '.join(sorted(keys))}"
            )
    return found or [*_wrong_values(given)]


def _wrong_values(given: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    request, answer, state = (given.get(name) or {} for name in ("request", "answer", "state"))
    if str(request.get("method") or "POST").upper() not in METHODS:
        yield f"request.method is not one of {', '.join(METHODS)}"
    for name, path in (("request.path", request.get("path")), ("answer.path", answer.get("path"))):
        if path and not str(path).startswith("/"):
            yield f"{name} {path!r} is not an absolute path"
    if answer.get("path") and "{id}" not in str(answer["path"]):
        yield "answer.path does not contain {id}, which stands for the run's id"
    pointers = {"id": given.get("id"), "answer.id": answer.get("id"), "state.pointer": state.get("pointer")}
    for one in STATES:
        means = state.get(one)
        if isinstance(means, dict):
            pointers[f"state.{one}.pointer"] = means.get("pointer") or "missing"
        elif means and not isinstance(means, list):
            yield f"state.{one} is neither a list of words nor a dictionary of pointer and values"
    for name, pointer in pointers.items():
        if pointer and not str(pointer).startswith("/"):
            yield f"{name} {pointer!r} is not a JSON pointer such as /data/id"
    if state and not any(state.get(name) for name in ("pointer", recon.COMPLETED, recon.FAILED)):
        yield "state says neither where it is nor what completed and failed are"


def _means(meaning: t.Any, document: t.Any, word: str) -> bool:
    """Whether an answer shows a state: by one of its words, by a field that is there, or by that one's
    value."""
    if isinstance(meaning, list):
        return word != "" and word.casefold() in [json_pointer.text(one).casefold() for one in meaning]
    if not isinstance(meaning, dict):
        return False
    value = json_pointer.at(document, str(meaning.get("pointer") or ""))
    if "values" in meaning:
        wanted = [json_pointer.text(one).casefold() for one in meaning["values"]]
        return json_pointer.text(value).casefold() in wanted
    return value not in (None, "", [], {})


def _word_at(described: t.Mapping[str, t.Any]) -> str:
    return str(described.get("pointer") or "/status")


def _document(body: str) -> t.Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _filled(value: t.Any, unique: str, now: datetime) -> t.Any:
    if isinstance(value, dict):
        return {name: _filled(one, unique, now) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, unique, now) for one in value]
    if not isinstance(value, str):
        return value

    def moment(match: re.Match[str]) -> str:
        count = int(match["count"] or 0) * (-1 if match["sign"] == "-" else 1)
        shifted = now + timedelta(**{_UNITS[match["unit"] or "s"]: count})
        return shifted.strftime("%Y-%m-%dT%H:%M:%S")

    return _NOW.sub(moment, value.replace("{unique}", unique))


def _sent(method: str, headers: t.Mapping[str, str], filled: t.Mapping[str, t.Any]) -> str | None:
    """Return the body as it is sent: JSON, or a form where the headers say so; None where nothing is."""
    body = filled["body"]
    if method == "GET" or (not body and filled["query"]):
        return None
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    if kind.startswith("application/x-www-form-urlencoded"):
        return urlencode({name: _scalar(value) for name, value in (body or {}).items()})
    return json.dumps(body or {})


def _scalar(value: t.Any) -> str:
    return json_pointer.text(value)
