# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report shows what cannot be seen by its name, and stays small whatever came."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import shown


@pytest.mark.parametrize(
    ("text", "visible"),
    [
        ("a\u202eb", "a<U+202E RIGHT-TO-LEFT OVERRIDE>b"),
        ("a\u200bb", "a<U+200B ZERO WIDTH SPACE>b"),
        ("\x1b[31m", "<U+001B ESCAPE>[31m"),
        ("\x00", "<U+0000 NULL>"),
        ("50 %\r100 %", "50 %<U+000D CARRIAGE RETURN>100 %"),
        ("\udc80", "<U+DC80 MARK>"),
        ("a\r\n\tb → ✔\ufe0f ç\n", "a\r\n\tb → ✔\ufe0f ç\n"),
    ],
)
def test_what_cannot_be_seen_is_named(text: str, visible: str) -> None:
    assert shown.visible(text) == visible


def _document(*outputs: str) -> dict[str, t.Any]:
    steps = [{"stdout": output, "stderr": ""} for output in outputs]
    return {"packages": {"package_1": {"steps": steps, "criteria": [{"detail": ""}]}}}


@pytest.mark.parametrize("output", ["x" * 8_000_000, "line\n" * 400_000, "\x1b\u202e" * 500_000])
def test_a_report_is_below_its_size(output: str) -> None:
    found = shown.shortened(_document(*[output] * 40))
    assert len(json.dumps(found, ensure_ascii=False).encode()) < 4_500_000


def test_small_outputs_are_whole() -> None:
    document = _document("line\n" * 1000, "no end")
    assert shown.shortened(document) == document
