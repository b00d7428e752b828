# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each message on the page for troubleshooting is one that the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/troubleshooting.md").read_text("utf-8")
MESSAGES = re.findall(r"(?m)^\| `([^`]+)` \|", PAGE)
FOLDERS = ("plugins", "roles", "playbooks")


def code() -> str:
    """Return all sources as one text, in which a sentence is whole that stands in several lines of them."""
    files = [
        path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".yml")
    ]
    texts = (path.read_text("utf-8") for path in sorted(files) if path.is_file())
    joined = re.sub(r'"\s*\n\s*f?"', "", "\n".join(texts))
    return re.sub(r"\s+", " ", joined)


CODE = code()


def test_there_are_messages() -> None:
    assert len(MESSAGES) > 20
    assert len(set(MESSAGES)) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES)
def test_the_code_says_it(message: str) -> None:
    assert message in CODE
