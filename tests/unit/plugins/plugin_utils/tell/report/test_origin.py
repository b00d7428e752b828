# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first page says who ran the closure and with what; of an older locker it says nothing."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, markdown
from tests.unit.captured import NOW, RELEASE, evidence, step

FOUND: dict[str, t.Any] = {
    "user": "ayse",
    "awx": {"job_id": "4711", "user_name": "mehmet", "job_template_name": "rc | <b>"},
    "controller": {"name": "ops-1", "os": "Debian GNU/Linux 12"},
    "versions": {"psp.rc_closure": "0.1.0", "ansible-core": "2.19.14"},
    "inventory": [{"path": "/inv\u202e", "sha256": "ab"}, {"path": "one,"}],
    "options": {"tags": ["package_1"], "check": True},
    "hosts": [{"name": "backend", "address": "10.0.0.5"}, {"name": "ci"}],
}


def _report(root: Path, provenance: dict[str, t.Any] | None) -> dict[str, t.Any]:
    attempt = locker.open_attempt(str(root), RELEASE, NOW, provenance=provenance)
    steps = [
        step("one", host="backend (staging-1)"),
        step("host_clock", host="backend", stdout="the host's clock is at least 4 s ahead\n"),
    ]
    return document.build(attempt, {1: (evidence(1, steps), {})}, NOW)


def test_the_first_page(tmp_path: Path) -> None:
    head = markdown.sections(_report(tmp_path, FOUND))[0].splitlines()
    for line in (
        r"- Run by: ayse, ops-1 (Debian GNU/Linux 12), AWX job 4711, rc | \<b\>, mehmet",
        "- With: psp.rc_closure 0.1.0, ansible-core 2.19.14",
        r"- Inventory: /inv\<U+202E RIGHT-TO-LEFT OVERRIDE\>, SHA-256 ab",
        "- Inventory: one,, no file",
        "- Options: tags package_1; check True",
        "- Hosts: backend (staging-1, 10.0.0.5, the host's clock is at least 4 s ahead); ci",
    ):
        assert line in head


def test_an_older_locker(tmp_path: Path) -> None:
    report = _report(tmp_path, None)
    assert "provenance" not in report
    assert "Run by" not in markdown.render(report)
