# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of an attempt that was reported: what is in it, and what shows where one thing was changed."""

from __future__ import annotations

import base64
import hashlib
import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, manifest
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import (
    check,
    in_locker,
    made_of,
    stamping,
    timestamp,
    writing,
)
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document
from tests.unit import lockers
from tests.unit.captured import NOW, RELEASE, captured
from tests.unit.plugins.plugin_utils.tell.record import keys

LATER = "2026-11-24T03:52:03.123Z"
Change = t.Callable[[Path], object]


@pytest.fixture
def pair(tmp_path: Path) -> keys.Pair:
    return keys.make(tmp_path)


@pytest.fixture
def attempt(tmp_path: Path, pair: keys.Pair) -> locker.Attempt:
    """Return one with a signed record."""
    attempt = reported(tmp_path, NOW)
    assert write(attempt, pair)["problem"] == ""
    return attempt


def reported(root: Path, moment: str) -> locker.Attempt:
    attempt = locker.open_attempt(str(root / "evidence"), RELEASE, moment)
    locker.open_package(attempt, 1, {"table": "reconciliation_findings"})
    locker.keep(attempt, 1, [captured("alembic_heads", "alembic/heads")])
    text = locker.as_json(document.build(attempt, locker.load(attempt), moment))
    manifest.finish(attempt.folder, {"report.json": text})
    locker.write_report(attempt, "report.json", text)
    locker.close_attempt(attempt)
    return attempt


def write(attempt: locker.Attempt, pair: keys.Pair | None = None, **settings: str) -> dict[str, t.Any]:
    report = locker.read_json(attempt.folder / "report.json")
    given = {"signing_key": str(pair.key)} if pair else {}
    return writing.write(attempt, report, writing.Settings(**given, **settings))


def record(attempt: locker.Attempt) -> Path:
    return attempt.folder / "record.dsse.json"


def replace(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def edit(file: Path, change: t.Callable[[dict[str, t.Any]], object]) -> None:
    """Change the statement in an envelope, and leave its signature."""
    envelope = json.loads(file.read_text("utf-8"))
    statement = json.loads(base64.b64decode(envelope["payload"]))
    change(statement)
    envelope["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    file.write_text(json.dumps(envelope), "utf-8")


def unsign(file: Path) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), "signatures": []}), "utf-8")


def test_another_implementation_verifies_it(attempt: locker.Attempt, pair: keys.Pair) -> None:
    text = record(attempt).read_text("utf-8")
    keys.verify(text, pair.public)
    statement = json.loads(base64.b64decode(json.loads(text)["payload"]))
    assert statement["subject"][0]["digest"] == {"gitCommit": RELEASE.commit}
    predicate = statement["predicate"]
    assert predicate["verificationResult"] == "FAILED"
    assert {one["name"]: one["digest"]["sha256"] for one in predicate["inputAttestations"]} == {
        "manifest.json": manifest.digest(attempt.folder),
        "package_1/manifest.json": manifest.digest(attempt.package(1)),
    }
    assert predicate["policy"]["annotations"]["sha256"].keys() == {"rules", "package_1/policy.json"}


def test_what_was_not_touched(attempt: locker.Attempt, pair: keys.Pair) -> None:
    found = check.check(attempt, str(pair.public))
    assert (found.problems, found.verified) == ((), True)
    assert len(found.notes) == 1
    assert found.notes[0].startswith("record.dsse.json is signed with key ")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda at: (at / in_locker.NAME).unlink(), "record.dsse.json is missing: it was removed, or "),
        (lambda at: unsign(at / in_locker.NAME), "record.dsse.json is unsigned"),
        (lambda at: (at / in_locker.NAME).write_text("{}"), "record.dsse.json is not a closing record: "),
        (
            lambda at: replace(at / in_locker.NAME, "application/vnd.in-toto+json", "text/plain"),
            "record.dsse.json is not a closing record: its payloadType is not ",
        ),
        (
            lambda at: edit(at / in_locker.NAME, lambda it: it["predicate"].pop("timeVerified")),
            "record.dsse.json: predicate.timeVerified is absent, and by the evidence '2026-11-24T",
        ),
        (
            lambda at: edit(at / in_locker.NAME, lambda it: it["predicate"].pop("policy")),
            "record.dsse.json is not a closing record: it does not say which rules",
        ),
        (
            lambda at: edit(
                at / in_locker.NAME, lambda it: it["predicate"].update(verificationResult="PASSED")
            ),
            "record.dsse.json: predicate.verificationResult is 'PASSED', and by the evidence 'FAILED'",
        ),
        (
            lambda at: edit(
                at / in_locker.NAME, lambda it: it["subject"][0].update(digest={"gitCommit": "b" * 40})
            ),
            "record.dsse.json: subject[0].digest.gitCommit is 'bbb",
        ),
        (
            lambda at: replace(at / "report.json", '"status": "FAIL"', '"status": "PASS"'),
            "record.dsse.json: predicate.verificationResult is 'FAILED', and by the evidence 'PASSED'",
        ),
        (
            lambda at: replace(at / "report.json", "a" * 40, "b" * 40),
            "record.dsse.json: subject[0].digest.gitCommit is 'aaa",
        ),
        (
            lambda at: replace(at / "package_1" / "manifest.json", "0001", "0002"),
            "record.dsse.json: predicate.inputAttestations[1].digest.sha256 is ",
        ),
        (
            lambda at: replace(at / "manifest.json", "0001", "0002"),
            "record.dsse.json: predicate.inputAttestations[0].digest.sha256 is ",
        ),
        (
            lambda at: (at / "manifest.json").unlink(),
            "record.dsse.json: predicate.inputAttestations is [{'name': 'manifest.json'",
        ),
        (
            lambda at: replace(at / "package_1" / "policy.json", "findings", "finding"),
            "record.dsse.json: predicate.policy.digest.sha256 is ",
        ),
        (
            lambda at: edit(
                at / in_locker.NAME,
                lambda it: it["predicate"]["policy"]["annotations"]["sha256"].update(rules="0" * 64),
            ),
            "record.dsse.json: predicate.policy.digest.sha256 is ",
        ),
        (
            lambda at: (at / "report.json").write_text("[]"),
            "record.dsse.json cannot be held against report.json, which cannot be read: ",
        ),
        (
            lambda at: (at / in_locker.STAMP).write_bytes(b"none"),
            "record.dsse.json.tsr: it is not a time stamp by RFC 3161",
        ),
    ],
)
def test_what_was_changed_is_named(
    attempt: locker.Attempt, pair: keys.Pair, change: Change, problem: str
) -> None:
    if ".tsr" in problem:
        pytest.importorskip("rfc3161_client")
    change(attempt.folder)
    found = check.check(attempt, str(pair.public))
    assert any(one.startswith(problem) for one in found.problems), found


@pytest.mark.parametrize(
    "change",
    [
        lambda at: edit(at / in_locker.NAME, lambda it: it),  # the same, in other bytes
        lambda at: edit(at / in_locker.NAME, lambda it: it["predicate"].update(verificationResult="PASSED")),
        lambda at: replace(at / in_locker.NAME, '"sig": "', '"sig": "AAAA'),
    ],
)
def test_a_signature_is_over_each_byte(attempt: locker.Attempt, pair: keys.Pair, change: Change) -> None:
    change(attempt.folder)
    found = check.check(attempt, str(pair.public))
    assert not found.verified
    assert any("its signature is not the key's" in one for one in found.problems), found


def test_a_record_that_another_key_signed(tmp_path: Path, attempt: locker.Attempt, pair: keys.Pair) -> None:
    other = keys.make(tmp_path, name="other")
    assert write(attempt, other)["changed"]
    [problem] = check.check(attempt, str(pair.public)).problems
    assert problem.startswith("record.dsse.json is signed with key ")
    assert f"and not with that of {pair.public}" in problem
    assert check.check(attempt, str(other.public)).problems == ()


def test_the_record_of_another_attempt(tmp_path: Path, attempt: locker.Attempt, pair: keys.Pair) -> None:
    other = reported(tmp_path, LATER)
    write(other, pair)
    record(attempt).write_bytes(record(other).read_bytes())
    places = {one.split(" is ")[0] for one in check.check(attempt, str(pair.public)).problems}
    assert {
        "record.dsse.json: predicate.timeVerified",
        "record.dsse.json: predicate.inputAttestations[1].uri",
        "record.dsse.json: predicate.inputAttestations[0].digest.sha256",
    } <= places


def test_without_a_public_key_what_is_not_known_is_a_note(attempt: locker.Attempt) -> None:
    found = check.check(attempt)
    assert found.problems == ()
    assert not found.verified
    assert "which was not verified: set rc_closure_record.public_key" in found.notes[0]
    unsign(record(attempt))
    assert check.check(attempt) == check.Finding(notes=("record.dsse.json is unsigned",))
    record(attempt).unlink()
    assert check.check(attempt).problems != ()
    (attempt.folder / "manifest.json").unlink()
    assert check.check(attempt).problems == ()
    assert "is of an earlier version and has no record.dsse.json" in check.check(attempt).notes[0]


def test_rules_of_another_version_are_a_note(
    attempt: locker.Attempt, pair: keys.Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made_of, "rules", lambda: "0" * 64)
    monkeypatch.setattr(made_of.versions, "own", lambda: "9.9.9")
    found = check.check(attempt, str(pair.public))
    assert found.problems == ()
    assert any("not of the installed ones" in one for one in found.notes)


def test_it_is_written_once(attempt: locker.Attempt, pair: keys.Pair) -> None:
    before = record(attempt).read_bytes()
    for again in (write(attempt, pair), write(attempt)):
        assert not again["changed"]
        assert again["said"].startswith("signed with key ")
    assert record(attempt).read_bytes() == before


@pytest.mark.parametrize("change", [unsign, lambda at: edit(at, lambda it: it)])
def test_one_that_is_not_the_keys_is_written_again(
    attempt: locker.Attempt, pair: keys.Pair, change: Change
) -> None:
    change(record(attempt))
    assert write(attempt, pair)["changed"]
    assert check.check(attempt, str(pair.public)).problems == ()


def test_the_ticket_names_who_signed_and_the_records_digest(tmp_path: Path, pair: keys.Pair) -> None:
    attempt = reported(tmp_path, NOW)
    assert in_locker.told(attempt) == ""
    for signing, said in ((None, "unsigned"), (pair, "signed with key ")):
        write(attempt, signing)
        told = in_locker.told(attempt)
        assert told.startswith(said)
        assert told.endswith(f", SHA-256 {hashlib.sha256(record(attempt).read_bytes()).hexdigest()}")


def test_without_a_key_it_is_unsigned_and_that_is_said(tmp_path: Path) -> None:
    attempt = reported(tmp_path, NOW)
    assert write(attempt) == {"changed": True, "said": "unsigned", "problem": ""}
    assert json.loads(record(attempt).read_text("utf-8"))["signatures"] == []


def test_a_key_that_fails_in_the_end_costs_no_report(tmp_path: Path) -> None:
    attempt = reported(tmp_path, NOW)
    done = write(attempt, signing_key=str(tmp_path / "none"))
    assert done["problem"] in done["said"]
    assert done["problem"].endswith("none cannot be read: No such file or directory")
    assert done["said"].startswith("unsigned; ")


def test_an_attempt_of_an_earlier_version_gets_none(tmp_path: Path) -> None:
    attempt = reported(tmp_path, NOW)
    (attempt.folder / "manifest.json").unlink()
    assert write(attempt)["said"] == "none: the attempt is of an earlier version"
    assert not record(attempt).exists()


def test_a_stamp_that_cannot_be_had_is_said(
    tmp_path: Path, pair: keys.Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(url: str, _data: bytes) -> bytes:
        raise ValueError(f"{url}: it answered 503")

    monkeypatch.setattr(stamping, "stamped", away)
    attempt = reported(tmp_path, NOW)
    done = write(attempt, pair, timestamp_url="https://tsa.example/")
    assert done["said"].endswith("; no time stamp: https://tsa.example/: it answered 503")
    assert done["problem"] == ""
    assert check.check(attempt, str(pair.public)).problems == ()


def test_a_stamp_is_asked_for_once(tmp_path: Path, pair: keys.Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    def stamped(_url: str, data: bytes) -> bytes:
        asked.append(data)
        return b"token"

    monkeypatch.setattr(stamping, "stamped", stamped)
    monkeypatch.setattr(timestamp, "moment", lambda _token, _data: "2026-11-24T02:52:04Z")
    monkeypatch.setattr(timestamp, "ensure_library", lambda: None)
    attempt = reported(tmp_path, NOW)
    for _again in range(2):
        assert (
            "time stamp of 2026-11-24T02:52:04Z" in write(attempt, pair, timestamp_url="https://a/")["said"]
        )
    assert asked == [record(attempt).read_bytes()]
    assert "was there at 2026-11-24T02:52:04Z" in check.check(attempt).notes[1]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, ""),
        ({"signing_key": "/none"}, "rc_closure_record.signing_key /none cannot be read"),
        (
            {"timestamp_url": "tsa.example"},
            "rc_closure_record.timestamp_url 'tsa.example' is not a valid http",
        ),
    ],
)
def test_what_cannot_be_used_is_known_before(settings: dict[str, str], problem: str) -> None:
    found = writing.Settings(**settings).problems()
    assert bool(found) == bool(problem)
    assert all(problem in one for one in found[:1])


def test_settings_show_nothing_of_the_environment() -> None:
    assert "secret" not in repr(writing.Settings(environment={"RC_CLOSURE_SIGNING_PASSPHRASE": "secret"}))


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [
        ("own.pub", verify.AGREES, "record.dsse.json is signed with key "),
        ("other.pub", verify.CHANGED, "changed: record.dsse.json is signed with key "),
        ("none.pub", verify.UNREADABLE, "none.pub cannot be read: No such file or directory"),
    ],
)
def test_verifying_asks_for_the_signature_of_a_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str, status: int, said: str
) -> None:
    own, _other = (keys.make(tmp_path, name=name) for name in ("own", "other"))
    attempt = lockers.reported(tmp_path / "evidence", NOW)
    write(attempt, own)
    assert verify.main([attempt.path, "--public-key", str(tmp_path / key)]) == status
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
    # Who holds the signature against a key has somebody that vouches for the locker.
    assert ("whoever may write the locker" in printed.out) == (status == verify.CHANGED)
