# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step shows all that came back: at once where it is short, behind its number of lines where it is long."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import page, shown, shown_step
from tests.unit.captured import NOW, step
from tests.unit.rendered import rendered

TAGS, PLAIN = page.page(NOW, tags=True), page.page(NOW, tags=False)
LONG = "line\n" * 312
FACTS = f"On `backend`, from {NOW} to {NOW} (0.000 s); "


def section(where: page.Page, *, opened: bool, **more: t.Any) -> str:
    one = replace(step("one"), **more)
    data = {**one.as_dict(), **shown.whole(one, 7, 0), "seconds": 0.0}
    return page.SEPARATOR.join(shown_step.section(where, "1.3", data, opened=opened))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "exit status 0; stdout and stderr: empty."),
        ({"stdout": "a\n"}, "exit status 0; stderr: empty; stdout:\n\n```text\na\n```"),
        ({"stderr": "b\n"}, "exit status 0; stdout: empty; stderr:\n\n```text\nb\n```"),
        (
            {"stdout": "a\n", "stderr": "b\n"},
            "exit status 0; stdout:\n\n```text\na\n```\n\nstderr:\n\n```text\nb\n```",
        ),
        (
            {"stdout": LONG, "stderr": "b\n"},
            f"exit status 0.\n\n<details><summary>stdout, 312 lines</summary>\n\n{page.fence(LONG)}\n\n"
            "</details>\n\nstderr:\n\n```text\nb\n```",
        ),
        (
            {"kind": "http", "exit_status": 404, "stdout": "a"},
            "HTTP status 404; Status and headers: empty; Body:\n",
        ),
        ({"kind": "log", "exit_status": None}, "read; "),
        (
            {"outcome": "failed", "reason": "no psql", "exit_status": None},
            "**COULD NOT BE CARRIED OUT**: no psql; ",
        ),
        (
            {"outcome": "timed_out", "reason": "after 4 s", "exit_status": -15},
            "**STOPPED AT ITS LIMIT**: after 4 s (exit status -15); ",
        ),
        ({"outcome": "not_run", "reason": "no need", "exit_status": None}, "**left out**: no need; "),
        (
            {"masks": (("token", 2), ("a.b", 1))},
            "exit status 0; stdout and stderr: empty; masked: token 2, a.b 1.",
        ),
    ],
)
def test_an_opened_step_says_in_a_line_what_there_is_to_say(given: dict[str, t.Any], said: str) -> None:
    text = section(TAGS, opened=True, **given)
    assert text.startswith(
        '### 1.3 one <a name="rc-20261124025203123-1-3"></a>\n\n```text\none\n```\n\n' + FACTS + said
    )


def test_another_step_is_one_fold_with_all_of_it() -> None:
    text = section(TAGS, opened=False, stdout=LONG, stderr="b\n")
    assert text == page.SEPARATOR.join(
        [
            "<details><summary>1.3 one: exit status 0, 0.000 s, stdout 312 lines, stderr 1 line "
            '<a name="rc-20261124025203123-1-3"></a></summary>',
            page.fence("one"),
            f"{FACTS}exit status 0; stdout:",
            page.fence(LONG),
            "stderr:",
            page.fence("b\n"),
            "</details>",
        ]
    )
    assert rendered(text).lines == 1


@pytest.mark.parametrize("opened", [True, False])
def test_without_tags_all_of_it_is_shown(opened: bool) -> None:
    text = section(PLAIN, opened=opened, stdout=LONG)
    assert text.startswith("### 1.3 one\n\n")
    assert page.fence(LONG) in text
    assert "<" not in text


@pytest.mark.parametrize("where", [TAGS, PLAIN])
def test_of_an_answer_by_its_keys_the_whole_is_named(where: page.Page) -> None:
    body = json.dumps({"id": 42, "node_id": "WFR_1", "status": "completed", "url": "x" * 99})
    text = section(where, opened=True, name="ci_run", kind="http", stdout=body, exit_status=200)
    assert "Body, by the keys that the judge reads:\n\n" in text
    assert page.fence('{\n "id": 42,\n "status": "completed"\n}\n') in text
    assert "All of it: `package_0/0007-ci_run.stdout`, 163 bytes, SHA-256 `" in text
    assert "WFR_1" not in text
