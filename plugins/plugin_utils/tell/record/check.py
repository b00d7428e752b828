# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an attempt's closing record says what its locker shows, and who signed it."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ...keep import elsewhere
from ...keep.locker import Attempt
from ..verify import differences
from . import envelope, in_locker, made_of, statement
from .in_locker import NAME, STAMP


@dataclass(frozen=True)
class Finding:
    """What was found of a record.

    Attributes:
        problems: a sentence for each thing that is not as the closure left it.
        notes: a sentence for each thing that the reader has to know.
    """

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check(attempt: Attempt, public_key: str = "") -> Finding:
    """Hold the record against the locker, and its signature against a public key, the path of a PEM file.

    With a key, a record that is missing or not signed by it is a problem, and else a note.

    Raises:
        OSError: a file cannot be read.
        ValueError: C(report.json) is not a report, or C(public_key) cannot be used.
    """
    file = in_locker.record(attempt)
    if not file.exists():
        missing = (f"the attempt has no {NAME}",)
        return Finding(problems=missing) if public_key else Finding(notes=missing)
    data = file.read_bytes()
    try:
        record = envelope.read(data)
        said = record.statement()
        policy = statement.policy_of(said)
    except ValueError as exc:
        return Finding((f"{NAME} is not a closing record: {exc}",))
    told = _told(said, attempt, policy)
    signed, unsure = _signature(record, public_key)
    stamp, moment = _stamp(attempt, data)
    return Finding((*told, *signed, *stamp), (*unsure, *moment, *_rules(policy)))


def _told(said: t.Any, attempt: Attempt, policy: statement.Policy) -> list[str]:
    """Return where the statement is not the one of this attempt; rules and version are the judging one's."""
    report = json.loads(elsewhere.find(attempt.folder / "report.json").read_text("utf-8"))
    rules = {name: sha256 for name, sha256 in policy.sha256.items() if name == statement.RULES}
    shown = statement.Policy(policy.version, {**rules, **made_of.policies(attempt)})
    try:
        derived = statement.build(report, attempt.folder.name, made_of.inputs(attempt), shown)
    except (KeyError, TypeError) as exc:
        raise ValueError(f"report.json is not a report: {exc!r}") from exc
    return [f"{NAME}: {problem}" for problem in differences(said, derived)]


def _signature(record: envelope.Envelope, public_key: str) -> tuple[list[str], list[str]]:
    by = ", ".join(record.signatures) or "nobody"
    if not record.signatures:
        unsigned = [f"{NAME} is unsigned"]
        return (unsigned, []) if public_key else ([], unsigned)
    if not public_key:
        return [], [
            f"{NAME} is signed with key {by}, which was not verified: set rc_closure_record.public_key"
        ]
    from . import signing  # noqa: PLC0415 (slow to import, and most lockers are verified without a key)

    key = signing.public_key(public_key)
    if signing.verifies(record, key):
        return [], [f"{NAME} is signed with key {key.keyid}"]
    if key.keyid in record.signatures:
        return [f"{NAME}: its signature is not the key's ({key.keyid}): it or the signature was changed"], []
    return [f"{NAME} is signed with key {by}, and not with that of {public_key}, {key.keyid}"], []


def _stamp(attempt: Attempt, data: bytes) -> tuple[list[str], list[str]]:
    file = in_locker.stamp(attempt)
    if not file.exists():
        return [], []
    from . import timestamp  # noqa: PLC0415 (as above)

    try:
        timestamp.ensure_library()
    except ValueError as exc:
        return [], [f"{STAMP} was not verified: {exc}"]
    try:
        return [], [f"{STAMP} says that it was there at {timestamp.moment(file.read_bytes(), data)}"]
    except ValueError as exc:
        return [f"{STAMP}: {exc}"], []


def _rules(policy: statement.Policy) -> list[str]:
    """Return whether other rules than the installed ones judged, which is nobody's fault."""
    if policy.sha256.get(statement.RULES) == made_of.rules():
        return []
    return [
        f"{NAME}: the verdicts are those of the rules of {statement.COLLECTION} {policy.version}, "
        f"SHA-256 {policy.sha256.get(statement.RULES)}, and not of the installed ones"
    ]
