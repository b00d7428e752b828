# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A captured case is read back byte for byte, and what is no case is refused."""

from __future__ import annotations

import pytest

from tests.unit.captured import FIXTURES, Case, parse, read_case


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("status: 0\n--- stdout\n--- stderr\n", Case(0, False, "", "")),
        ("status: 1\n--- stdout\na\n\n--- stderr\nb\n", Case(1, False, "a\n\n", "b\n")),
        (
            "status: -15, stopped\n--- stdout (no newline at end)\na\n--- stderr (no newline at end)\nb\n",
            Case(-15, True, "a", "b"),
        ),
        ("status: none\n--- stdout\na\r\n--- stderr\n", Case(None, False, "a\r\n", "")),
    ],
)
def test_a_case_is_read_exactly(text: str, want: Case) -> None:
    assert parse(text) == want


@pytest.mark.parametrize(
    "text", ["", "status: 0\n", "status: x\n--- stdout\n--- stderr\n", "--- stdout\n--- stderr\n"]
)
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a captured case"):
        parse(text)


def test_every_fixture_is_a_case() -> None:
    files = sorted(path.relative_to(FIXTURES).with_suffix("") for path in FIXTURES.rglob("*.txt"))
    assert len(files) > 100
    assert all(read_case(str(file)) for file in files)
