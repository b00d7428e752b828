# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories, env files and programs that are not there are named by their variable."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import places

ENV = "/etc/psp/backend.env"
ARGS: dict[str, t.Any] = {
    "directories": {"app_directory": "/app", "empty_directory": ""},
    "settings": {
        "env_file": {"path": ENV, "names": ["SYNC_DATABASE_URL", "DATABASE_URL"]},
        "none": {"path": ""},
    },
    "programs": {
        "alembic": {"argv": ["alembic", "-x"], "directory": "/app", "path": ["/b"], "variable": "app_path"}
    },
}
SETS_URL = r"^[ \t]*(?:export[ \t]+)?DATABASE_URL[ \t]*=."
SETS_PATH = r"^[ \t]*(?:export[ \t]+)?PATH[ \t]*=."


def file(**more: t.Any) -> dict[str, t.Any]:
    return {"exists": True, "directory": False, "matches": [], "error": "", **more}


GOOD = {"/app": file(directory=True), ENV: file(matches=[SETS_URL])}
GONE = file(exists=False)


def test_what_is_asked_of_the_host() -> None:
    asked = places.paths(ARGS)
    assert list(asked) == ["/app", ENV]
    assert asked[ENV][1:] == [SETS_URL, SETS_PATH]
    assert places.programs(ARGS) == [["alembic", "/app", ["/b"]]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"/app": GONE}, "app_directory /app does not exist on here"),
        ({"/app": file()}, "app_directory /app is not a directory on here"),
        (
            {"/app": file(error="Permission denied")},
            "app_directory /app cannot be looked at: Permission denied",
        ),
        ({ENV: GONE}, f"env_file {ENV} does not exist on here"),
        ({ENV: file(directory=True)}, f"env_file {ENV} is a directory on here"),
        ({ENV: file(error="Permission denied")}, f"env_file {ENV} cannot be read: Permission denied"),
        ({ENV: file()}, f"env_file {ENV} sets none of SYNC_DATABASE_URL, DATABASE_URL"),
    ],
)
def test_what_is_not_there_is_named(change: dict[str, t.Any], problem: str) -> None:
    found = {"reached": True, "files": {**GOOD, **change}, "programs": {"alembic": True}}
    assert places.problems(ARGS, found, "here") == ([problem] if problem else [])


@pytest.mark.parametrize("own_path", [False, True])
def test_a_program_is_missing_unless_the_env_file_sets_another_path(own_path: bool) -> None:
    matches = [SETS_URL, SETS_PATH] if own_path else [SETS_URL]
    found = {"reached": True, "files": {**GOOD, ENV: file(matches=matches)}, "programs": {"alembic": False}}
    missing = "alembic of alembic is not found on here: install it, or add its directory to app_path"
    assert places.problems(ARGS, found, "here") == ([] if own_path else [missing])


@pytest.mark.parametrize("found", [{}, {"reached": False}, {"reached": True, "msg": "no Python"}])
def test_a_host_that_was_not_asked_lacks_nothing(found: dict[str, t.Any]) -> None:
    assert places.problems(ARGS, found, "here") == []


@pytest.mark.parametrize("wrong", [None, 3, [], ["a"]])
def test_what_is_of_another_kind_is_left_to_the_formats(wrong: t.Any) -> None:
    args = {
        "directories": {"x": wrong},
        "settings": {"y": {"path": wrong}},
        "programs": {"z": {"argv": [wrong]}},
    }
    assert (places.paths(args), places.programs(args)) == ({}, [])
