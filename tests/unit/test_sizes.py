# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""No file of plugins/ has more than 250 lines of code: without blanks, comments and documentation."""

from __future__ import annotations

import ast
import io
import tokenize
from pathlib import Path

import pytest

MOST = 250
ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "plugins").rglob("*.py"))
# What a module's page is made of is no code.
PAGES = ("DOCUMENTATION", "EXAMPLES", "RETURN")
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def _documented(tree: ast.Module) -> set[int]:
    """Return the lines of docstrings and of a module's page."""
    found: set[int] = set()
    for node in ast.walk(tree):
        text = (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        )
        page = isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in PAGES
        if text or page:
            found.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return found


def code_lines(text: str) -> int:
    """Count the lines of code of a Python file."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    lines = {
        line
        for token in tokens
        if token.type not in NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(lines - _documented(ast.parse(text)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_is_not_too_long(path: Path) -> None:
    assert code_lines(path.read_text("utf-8")) <= MOST, "split it by what its parts are about"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ('"""Doc."""\n\n# why\nx = 1\n', 1),
        ('DOCUMENTATION = r"""\na\nb\n"""\nx = [\n    1,\n]\n', 3),
        ('def f():\n    """Doc.\n\n    More.\n    """\n    return """a\nb"""\n', 3),
    ],
)
def test_the_count(text: str, count: int) -> None:
    assert code_lines(text) == count
