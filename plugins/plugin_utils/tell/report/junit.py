# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as JUnit XML, which CI servers show: packages as suites, criteria as cases.

In the form of junit-10.xsd of Jenkins' xUnit plugin. Outputs stay in the other reports.
"""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree as Xml

from ....module_utils._core.evidence import parse_time
from ...judge.base import FAIL, LEFT_OUT, MET
from .document import Document

_CLASS = "psp.rc_closure"
# XML has no way to write these.
_IMPOSSIBLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(document: Document) -> str:
    """Return the whole report. A package that is FAIL has a failing case, whatever its criteria are."""
    suites = [_suite(name, package, document) for name, package in document["packages"].items()]
    release = document["release"]
    root = Xml.Element(
        "testsuites", _clean({"name": f"{release['ticket']}: closure of {release['candidate']}"})
    )
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    root.extend(suites)
    Xml.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{Xml.tostring(root, "unicode")}\n'


def _suite(name: str, package: Document, document: Document) -> Xml.Element:
    cases = [_case(name, one) for one in package["criteria"]]
    if package["status"] == FAIL and not any(case.find("failure") is not None for case in cases):
        verdict = {"text": "The package is PASS", "result": FAIL, "reason": package["note"], "steps": []}
        cases.append(_case(name, {**verdict, "detail": ""}))
    suite = Xml.Element(
        "testsuite",
        _clean(
            {
                "name": f"Package-{name[-1]}, {package['title']}",
                "tests": str(len(cases)),
                "failures": str(sum(case.find("failure") is not None for case in cases)),
                "errors": "0",
                "skipped": str(sum(case.find("skipped") is not None for case in cases)),
                **_times(package["steps"]),
            }
        ),
    )
    facts = {**document["release"], "gate": document["gate"]["status"], "note": package["note"]}
    properties = Xml.SubElement(suite, "properties")
    for key, value in facts.items():
        Xml.SubElement(properties, "property", _clean({"name": key, "value": str(value)}))
    suite.extend(cases)
    return suite


def _times(steps: t.Sequence[Document]) -> dict[str, str]:
    """Return when the first step began, and the seconds until the last had ended."""
    if not steps:
        return {}
    started = min(step["started"] for step in steps)
    ended = max(step["ended"] for step in steps)
    # Clocks of two hosts may differ by more than the steps took.
    seconds = max(0.0, (parse_time(ended) - parse_time(started)).total_seconds())
    return {"timestamp": started, "time": f"{seconds:.3f}"}


def _case(package: str, criterion: Document) -> Xml.Element:
    case = Xml.Element("testcase", _clean({"name": criterion["text"], "classname": f"{_CLASS}.{package}"}))
    result, reason = criterion["result"], criterion["reason"]
    if result == LEFT_OUT:
        Xml.SubElement(case, "skipped", _clean({"message": reason}))
    elif result != MET:
        failure = Xml.SubElement(case, "failure", _clean({"type": result, "message": reason}))
        steps = [f"Shown by: {', '.join(criterion['steps'])}"] if criterion["steps"] else []
        failure.text = _possible("\n".join(filter(None, [criterion["detail"], *steps])))
    else:
        Xml.SubElement(case, "system-out").text = _possible(reason)
    return case


def _clean(attributes: t.Mapping[str, str]) -> dict[str, str]:
    return {name: _possible(value) for name, value in attributes.items()}


def _possible(text: str) -> str:
    return _IMPOSSIBLE.sub("\N{REPLACEMENT CHARACTER}", text)
