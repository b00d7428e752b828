# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statement has the fields that in-toto and SLSA ask for, in the form that they ask for."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import statement
from tests.unit import reports

ATTEMPT = "20261124T025203.123000Z"
MANIFESTS = {"package_1/manifest.json": "2" * 64, "manifest.json": "1" * 64}
POLICY = statement.Policy("0.1.0", {"rules": "3" * 64, "package_1/policy.json": "4" * 64})

# What a payload has to be, by the tables of in-toto and SLSA.
ENVELOPE = json.loads((Path(__file__).parents[6] / "docs/schemas/record-1.schema.json").read_text("utf-8"))
SCHEMA = ENVELOPE["properties"]["payload"]["contentSchema"]


def built(*failing: int, **release: str) -> dict[str, t.Any]:
    report = reports.report(*failing)
    report["release"] |= release
    return statement.build(report, ATTEMPT, MANIFESTS, POLICY)


@pytest.mark.parametrize(
    "one",
    [
        built(),
        built(2),
        built(commit="b" * 64),
        built(ticket="PSP#1 é", candidate="2026.11+rc/3", environment="staging eu"),
    ],
)
def test_it_holds_to_the_published_fields(one: dict[str, t.Any]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert [problem.message for problem in Draft202012Validator(SCHEMA).iter_errors(one)] == []


@pytest.mark.parametrize("field", ["_type", "subject", "predicateType", "predicate"])
def test_the_table_refuses_a_statement_that_lacks_a_field(field: str) -> None:
    lacking = {key: value for key, value in built().items() if key != field}
    assert not Draft202012Validator(SCHEMA).is_valid(lacking)


@pytest.mark.parametrize(
    ("failing", "result", "levels"),
    [
        ((), "PASSED", ["RC_CLOSURE_PASS"]),
        ((0,), "FAILED", ["FAILED"]),
        ((1, 3), "FAILED", ["FAILED"]),
    ],
)
def test_its_result_is_the_gates(failing: tuple[int, ...], result: str, levels: list[str]) -> None:
    predicate = built(*failing)["predicate"]
    assert (predicate["verificationResult"], predicate["verifiedLevels"]) == (result, levels)


def test_it_is_about_the_commit_and_names_all_that_it_was_made_of() -> None:
    one = built()
    assert one["subject"] == [{"name": "2026.11.0-rc3", "digest": {"gitCommit": "a" * 40}}]
    place = f"pkg:generic/PSP-3031/2026.11.0-rc3@{ATTEMPT}?environment=staging#"
    assert one["predicate"]["inputAttestations"] == [
        {"name": name, "uri": place + name, "digest": {"sha256": sha256}}
        for name, sha256 in sorted(MANIFESTS.items())
    ]
    assert one["predicate"]["timeVerified"] == reports.report()["attempt"]["reported"]


@pytest.mark.parametrize(
    ("repository", "uri"),
    [
        ("PSP/Backend", f"pkg:github/psp/backend@{'a' * 40}"),
        ("", f"pkg:generic/PSP-3031/2026.11.0-rc3@{'a' * 40}"),
    ],
)
def test_its_resource_is_the_commit_in_its_repository(repository: str, uri: str) -> None:
    report = reports.report()
    report["packages"]["package_0"]["policy"] = {"repository": repository}
    made = statement.build(report, ATTEMPT, MANIFESTS, POLICY)
    assert made["predicate"]["resourceUri"] == uri


def test_the_policys_digest_is_that_of_its_lines() -> None:
    policy = built()["predicate"]["policy"]
    lines = f"{'4' * 64}  package_1/policy.json\n{'3' * 64}  rules\n"
    assert policy["digest"] == {"sha256": hashlib.sha256(lines.encode()).hexdigest()}
    assert policy["uri"] == "pkg:generic/psp/rc_closure@0.1.0"


def test_what_it_was_judged_by_is_read_back() -> None:
    assert statement.policy_of(built()) == POLICY


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"predicate": {"verifier": {"version": {}}}},
        {"predicate": {"verifier": {"version": {"psp.rc_closure": 1}}}},
        {
            "predicate": {
                "verifier": {"version": {"psp.rc_closure": "1"}},
                "policy": {"annotations": {"sha256": "text"}},
            }
        },
        {
            "predicate": {
                "verifier": {"version": {"psp.rc_closure": "1"}},
                "policy": {"annotations": {"sha256": {"rules": 1}}},
            }
        },
    ],
)
def test_a_statement_that_does_not_say_it(wrong: t.Any) -> None:
    with pytest.raises(ValueError, match=re.escape("it does not say which rules and policies")):
        statement.policy_of(wrong)
