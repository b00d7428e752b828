# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host says steers no terminal, and a line is as wide as a terminal shows it."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.show import texts


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\ttext\nof two lines", "plain\ttext\nof two lines"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]0;title\x07after", "after"),
        ("\x1b]8;;https://x\x1b\\link", "link"),
        ("a\rb", "ab"),
        ("a\r\nb", "a\nb"),
        ("bell\x07 null\x00 delete\x7f next\x9b5A", "bell null delete next5A"),
        ("alone \x1b", "alone "),
        ("line\u2028paragraph\x85", "lineparagraph"),
        ("Türkçe → ✔", "Türkçe → ✔"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert texts.printable(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "lo..."),
        ("日本語です", 10, "日本語です"),
        ("日本語です", 8, "日本..."),
        ("é" * 3, 3, "é" * 3),
        ("anything", 2, ""),
        ("", 0, ""),
    ],
)
def test_fit(text: str, width: int, shown: str) -> None:
    assert texts.fit(text, width) == shown
    assert texts.columns(shown) <= max(width, 0)


@pytest.mark.parametrize(
    ("left", "right", "width", "shown"),
    [
        ("what", "0:05", 12, "what    0:05"),
        ("what is long", "0:05", 12, "what... 0:05"),
        ("what", "", 12, "what"),
        ("what", "wider than it", 5, "what"),
    ],
)
def test_between(left: str, right: str, width: int, shown: str) -> None:
    assert texts.between(left, right, width) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (59.9, "0:59"), (600, "10:00"), (3599, "59:59"), (3723, "1:02:03")]
)
def test_clock(seconds: float, shown: str) -> None:
    assert texts.clock(seconds) == shown
