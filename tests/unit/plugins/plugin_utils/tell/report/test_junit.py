# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""junit.xml: what CI servers take, and nothing green in a package that is FAIL."""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree as Xml

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import junit
from tests.unit import reports
from tests.unit.captured import step

# Of junit-10.xsd: the attributes that an element may have, those that it must have, and its children.
FORM: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": (
        {"name", "time", "classname", "group"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": ({"type", "message"}, set(), set()),
    "skipped": ({"type", "message"}, set(), set()),
    "system-out": (set(), set(), set()),
}


def _criterion(result: str, reason: str = "the fact", detail: str = "") -> dict[str, t.Any]:
    return {"text": "A criterion", "result": result, "reason": reason, "steps": ["one"], "detail": detail}


def _rendered(document: dict[str, t.Any], *criteria: dict[str, t.Any]) -> Xml.Element:
    document["packages"]["package_1"]["criteria"] = list(criteria)
    root = Xml.fromstring(junit.render(document))
    for element in root.iter():
        may, must, children = FORM[element.tag]
        assert must <= set(element.attrib) <= may
        assert {child.tag for child in element} <= children
        assert re.fullmatch(r"\d+\.\d{3}", element.get("time", "0.000"))
    return root


def test_criteria_are_cases_and_packages_are_suites() -> None:
    given = [_criterion(one) for one in ("met", "not_met", "not_proven", "left_out")]
    root = _rendered(reports.report(1), *given)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "0")
    suite = root[1]
    assert suite.get("name") == "Package-1, STG-MIG (MIG-01B/C)"
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "2", "1")
    assert [case[0].tag for case in suite.findall("testcase")] == [
        "system-out",
        "failure",
        "failure",
        "skipped",
    ]
    assert suite.findall("testcase/failure")[1].attrib == {"type": "not_proven", "message": "the fact"}
    values = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert values["commit"] == reports.RELEASE.commit


@pytest.mark.parametrize("criteria", [[], [_criterion("met")]])
def test_a_package_that_is_a_fail_is_red_whatever_its_criteria_are(criteria: list[dict[str, t.Any]]) -> None:
    suite = _rendered(reports.report(1), *criteria)[1]
    assert suite.get("failures") == "1"
    (failure,) = suite.iter("failure")
    assert failure.get("message") == "This is the note of Package-1."


@pytest.mark.parametrize(
    "hostile", ["]]></failure>", "a\x00\x1b\ud800\uffffb", '"><script>&amp;', "ığüşöç 😀"]
)
def test_no_text_leaves_its_place(hostile: str) -> None:
    document = reports.report(1, notes={0: hostile}, steps={1: [step("one", stdout=hostile)]})
    root = _rendered(document, _criterion("not_met", hostile, hostile))
    (failure,) = root.iter("failure")
    shown = re.sub("[\x00\x1b\ud800\uffff]", "\ufffd", hostile)
    assert (failure.get("message"), failure.text) == (shown, f"{shown}\nShown by: one")
