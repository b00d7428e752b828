# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an attempt's closing record says what its locker shows, and who signed it."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ...keep import elsewhere
from ...keep.locker import Attempt
from ..differing import places
from . import envelope, in_locker, made_of, statement
from .in_locker import NAME, STAMP


@dataclass(frozen=True)
class Finding:
    """What was found of a record, a sentence for each thing.

    Attributes:
        problems: what is not as the closure left it, or not signed as it has to be.
        notes: who signed and stamped it, or that nobody did.
        verified: whether the signature is that of the public key that was given.
    """

    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    verified: bool = False


def check(attempt: Attempt, public_key: str = "") -> Finding:
    """Hold the record against the locker, and its signature against a public key, the path of a PEM file.

    With a key, a record that is not signed by it is a problem, and else a note.

    Raises:
        OSError: a file cannot be read.
        ValueError: C(public_key) cannot be used.
    """
    file = in_locker.record(attempt)
    if not file.exists():
        return _missing(attempt, public_key)
    data = file.read_bytes()
    try:
        record = envelope.read(data)
        said = record.statement()
        policy = statement.policy_of(said)
    except ValueError as exc:
        return Finding((f"{NAME} is not a closing record: {exc}",))
    signature, stamp = _signature(record, public_key), _stamp(attempt, data)
    return Finding(
        (*_told(said, attempt, policy), *signature.problems, *stamp.problems),
        (*signature.notes, *stamp.notes, *_rules(policy)),
        signature.verified,
    )


def _missing(attempt: Attempt, public_key: str) -> Finding:
    if made_of.has_manifest(attempt):
        return Finding((f"{NAME} is missing: it was removed, or the run was killed before it was written",))
    return _lacking(f"the attempt is of an earlier version and has no {NAME}", public_key)


def _lacking(sentence: str, public_key: str) -> Finding:
    return Finding(problems=(sentence,)) if public_key else Finding(notes=(sentence,))


def _told(said: t.Any, attempt: Attempt, policy: statement.Policy) -> list[str]:
    """Return where the statement is not the one of this attempt; rules and version are the judging one's."""
    rules = {name: sha256 for name, sha256 in policy.sha256.items() if name == statement.RULES}
    try:
        shown = statement.Policy(policy.version, {**rules, **made_of.policies(attempt)})
        report = json.loads(elsewhere.find(attempt.folder / "report.json").read_text("utf-8"))
        derived = statement.build(report, attempt.folder.name, made_of.inputs(attempt), shown)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        return [f"{NAME} cannot be held against report.json, which cannot be read: {exc!r}"]
    return [f"{NAME}: {problem}" for problem in places(said, derived)]


def _signature(record: envelope.Envelope, public_key: str) -> Finding:
    signed = f"{NAME} is {in_locker.signed(record)}"
    if not record.signatures:
        return _lacking(signed, public_key)
    if not public_key:
        return Finding(notes=(f"{signed}, which was not verified: set rc_closure_record.public_key",))
    from . import signing  # noqa: PLC0415 (slow to import, and most lockers are verified without a key)

    key = signing.public_key(public_key)
    if signing.verifies(record, key):
        return Finding(notes=(f"{NAME} is signed with key {key.keyid}",), verified=True)
    if key.keyid in record.signatures:
        changed = f"{NAME}: its signature is not the key's ({key.keyid}): it or the signature was changed"
        return Finding(problems=(changed,))
    return Finding(problems=(f"{signed}, and not with that of {public_key}, {key.keyid}",))


def _stamp(attempt: Attempt, data: bytes) -> Finding:
    file = in_locker.stamp(attempt)
    if not file.exists():
        return Finding()
    from . import timestamp  # noqa: PLC0415 (as above)

    try:
        timestamp.ensure_library()
    except ValueError as exc:
        return Finding(notes=(f"{STAMP} was not verified: {exc}",))
    try:
        moment = timestamp.moment(file.read_bytes(), data)
        return Finding(notes=(f"{STAMP} says that {NAME} was there at {moment}",))
    except ValueError as exc:
        return Finding(problems=(f"{STAMP}: {exc}",))


def _rules(policy: statement.Policy) -> list[str]:
    """Return whether other rules than the installed ones judged, which is nobody's fault."""
    if policy.sha256.get(statement.RULES) == made_of.rules():
        return []
    return [
        f"{NAME}: the verdicts are those of the rules of {statement.COLLECTION} {policy.version}, "
        f"SHA-256 {policy.sha256.get(statement.RULES)}, and not of the installed ones"
    ]
