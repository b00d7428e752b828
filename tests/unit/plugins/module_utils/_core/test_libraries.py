# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a library is looked for, and what is said where none of the interpreters has it."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import libraries


@pytest.mark.parametrize(
    ("python", "path", "first"),
    [
        (None, [], []),
        ("", ["/app/.venv/bin"], ["/app/.venv/bin/python3"]),
        ("/opt/py/bin/python", ["/a", "/b"], ["/opt/py/bin/python", "/a/python3", "/b/python3"]),
        ("/usr/bin/python3", [], ["/usr/bin/python3"]),
    ],
)
def test_the_interpreters_that_are_asked(python: str | None, path: list[str], first: list[str]) -> None:
    asked = libraries.candidates(python, path)
    assert asked[: len(first)] == first
    assert set(asked) == {*first, *libraries.SYSTEM}
    assert len(asked) == len(set(asked))


def test_what_this_interpreter_lacks() -> None:
    assert libraries.missing(["json", "no_such_library", "requests"]) == ["no_such_library"]
    assert libraries.ensure(["json"], None, []) == ""


def test_the_sentence_names_host_library_and_the_ways_to_get_it() -> None:
    said = libraries.ensure(["json", "no_such_library"], "/no/python", ["/no/bin"])
    assert said.startswith(f"no Python on {libraries.hostname()} has the library no_such_library (asked: ")
    for named in (
        "/no/python, /no/bin/python3, /usr/bin/python3",
        "python3-no_such_library",
        "rc_closure_python",
    ):
        assert named in said
