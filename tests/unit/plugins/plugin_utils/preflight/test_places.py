# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories, env files and programs that are not there are named by their variable."""

from __future__ import annotations

import re
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
    "logs": {
        "access_log": {"log": {"file": "/log/access.log"}},
        "unit_log": {"log": {"unit": "backend"}},
        "no_log": {"log": {}},
    },
}
LOG = "/log/access.log"
SETS_URL = r"^[ \t]*(?:export[ \t]+)?DATABASE_URL[ \t]*=."
SETS_PATH = r"^[ \t]*(?:export[ \t]+)?PATH[ \t]*=."


def file(**more: t.Any) -> dict[str, t.Any]:
    about = {"denied": "", "mode": "0644", "owner": "psp", "everybody": 0}
    return {"exists": True, "directory": False, "matches": [], "error": "", **about, **more}


GOOD = {
    "/app": file(directory=True),
    ENV: file(matches=[SETS_URL]),
    LOG: file(everybody=4),
    "/log": file(directory=True),
}
GONE = file(exists=False)
OPEN = f"env_file {ENV} (mode 0644, owner psp)"
DENIED = "give the user ansible the right to, or set ansible_become for the host"


def test_what_is_asked_of_the_host() -> None:
    asked = places.paths(ARGS)
    assert list(asked) == ["/app", ENV, LOG, "/log"]
    assert asked[ENV][1:] == [SETS_URL, SETS_PATH, places.SECRET]
    assert places.programs(ARGS) == [["alembic", "/app", ["/b"], []]]


@pytest.mark.parametrize(
    ("argv", "asked"),
    [
        (["yarn", "test:e2e", "--", "a.spec.ts"], ["--version"]),
        (["/opt/yarn/bin/yarn", "test:e2e", "--", "a.spec.ts"], ["--version"]),
        (["yarn", "playwright", "test", "a.spec.ts"], []),
        (["pnpm", "test:e2e", "--", "a.spec.ts"], []),
    ],
)
def test_only_of_yarn_with_dashes_the_version_matters(argv: list[str], asked: list[str]) -> None:
    assert places.programs({"programs": {"e2e": {"argv": argv}}}) == [[argv[0], "/", [], asked]]


@pytest.mark.parametrize(("version", "wrong"), [("1.22.22", False), ("4.9.1", True), ("", False)])
def test_a_yarn_that_takes_the_command_for_another(version: str, wrong: bool) -> None:
    args = {"programs": {"e2e_argv": {"argv": ["yarn", "test:e2e", "--", "a.spec.ts"]}}}
    found = {"reached": True, "files": {}, "programs": {"yarn": True}, "versions": {"yarn": version}}
    told = places.problems(args, found, "here")
    assert [one.partition(",")[0] for one in told] == [
        f"yarn of e2e_argv on here is version {version}"
    ] * wrong


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("API_TOKEN=abc", True),
        ("export DB_PASSWORD='x y'", True),
        ("jwt_secret = x", True),
        ("STRIPE_API_KEY=sk", True),
        ("DATABASE_URL=postgresql+asyncpg://psp:pw@db/psp", True),
        ('REDIS_URL="redis://:pw@redis:6379/0"', True),
        ("REDIS_URL=redis://redis:6379/0", False),
        ("BACKEND_URL=http://backend:8000/a:b@c", False),
        ("ACCESS_TOKEN_EXPIRE_MINUTES=30", False),
        ("API_TOKEN=", False),
        ("# DATABASE_URL=postgresql://psp:pw@db/psp", False),
        ("TOKEN_FILE=/etc/psp/token", False),
        ("ENV=staging", False),
    ],
)
def test_a_line_that_holds_a_secret(line: str, secret: bool) -> None:
    assert bool(re.search(places.SECRET, f"A=1\n{line}\nB=2\n", re.MULTILINE)) == secret


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"everybody": 4}, []),
        ({"everybody": 4, "matches": [SETS_URL, places.SECRET]}, [f"{OPEN} holds secrets that every user"]),
        ({"everybody": 0, "matches": [SETS_URL, places.SECRET]}, []),
        ({"everybody": 2}, [f"{OPEN} can be written by every user of here: chmod o-rwx {ENV}"]),
    ],
)
def test_an_env_file_that_is_open_to_all(change: dict[str, t.Any], told: list[str]) -> None:
    files = {**GOOD, ENV: file(**{"matches": [SETS_URL], **change})}
    found = {"reached": True, "files": files, "programs": {"alembic": True}, "versions": {}}
    said = places.problems(ARGS, found, "here")
    assert len(said) == len(told)
    assert all(map(str.startswith, said, told))
    assert places.problems(ARGS, found, "here", machine=False) == []


def test_a_log_of_a_service_that_runs_must_be_there() -> None:
    args = {"logs": {"access_log": {"log": {"file": LOG}, "must": True}}}
    found = {"reached": True, "files": {**GOOD, LOG: GONE}, "programs": {}, "versions": {}}
    missing = f"access_log {LOG} does not exist on here: name the file that the log is written to"
    assert places.problems(args, found, "here") == [missing]


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
        (
            {"/app": file(error="Permission denied", denied="ansible")},
            f"app_directory /app cannot be looked at: Permission denied: {DENIED}",
        ),
        (
            {ENV: file(error="Permission denied", denied="ansible")},
            f"env_file {ENV} cannot be read: Permission denied: {DENIED}",
        ),
        ({LOG: GONE}, ""),
        (
            {LOG: GONE, "/log": GONE},
            f"access_log {LOG} does not exist on here: name the file that the log is written to",
        ),
        (
            {LOG: file(error="Permission denied", denied="ansible")},
            f"access_log {LOG} cannot be read: Permission denied: {DENIED}",
        ),
        (
            {LOG: file(directory=True)},
            f"access_log {LOG} is a directory on here: name the file that the log is written to",
        ),
    ],
)
def test_what_is_not_there_is_named(change: dict[str, t.Any], problem: str) -> None:
    found = {"reached": True, "files": {**GOOD, **change}, "programs": {"alembic": True}, "versions": {}}
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
        "logs": {"l": {"log": wrong}, "m": {"log": {"file": wrong}}},
    }
    assert (places.paths(args), places.programs(args)) == ({}, [])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("REDIS_URL=redis://:a%2Fb@redis:6379/0", True),
        ("export REDIS_URL='rediss://psp:a%40b@redis:6379/0'", True),
        ("REDIS_URL=redis://:a-b@redis:6379/0", False),
        ("REDIS_URL=redis://redis:6379/0?x=%41", False),
        ("CACHE_URL=redis://:a%2Fb@redis:6379/0", False),
        ("# REDIS_URL=redis://:a%2Fb@redis:6379/0", False),
    ],
)
def test_a_redis_password_that_only_the_file_has(line: str, told: bool) -> None:
    args = {"settings": {"worker_env_file": {"path": ENV, "must": False, "arq": ["REDIS_URL"]}}}
    asked = places.paths(args)[ENV]
    matches = [one for one in asked if re.search(one, f"A=1\n{line}\n", re.MULTILINE)]
    found = {
        "reached": True,
        "files": {ENV: file(matches=matches, everybody=6)},
        "programs": {},
        "versions": {},
    }
    said = places.problems(args, found, "here")
    sentence = f"worker_env_file {ENV} on here, REDIS_URL: arq does not decode the % of its user or password"
    assert [one.partition(":")[0] + ":" + one.partition(":")[2].partition(":")[0] for one in said] == [
        sentence
    ] * told


def test_a_file_that_the_run_writes_may_be_missing() -> None:
    args = {"settings": {"worker_env_file": {"path": ENV, "must": False, "arq": ["REDIS_URL"]}}}
    found = {"reached": True, "files": {ENV: GONE}, "programs": {}, "versions": {}}
    assert places.problems(args, found, "here") == []
