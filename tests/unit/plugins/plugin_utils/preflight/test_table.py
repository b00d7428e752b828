# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The problems of all hosts are one table, and hold back the packages that they concern."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import table

URL = "staging_backend_url is missing: a valid http or https URL is required"
REDIS = "redis_port 'redis' is not\na whole number above 0"


def noted(problem: str, *packages: int) -> dict[str, t.Any]:
    return {"packages": list(packages), "problems": [problem]}


FOUND = {"backend": [noted(URL, 1, 2)], "worker": [noted(URL, 3), noted(URL, 3)], "redis": [noted(REDIS, 3)]}


def test_a_sentence_stands_once_with_all_its_hosts() -> None:
    assert table.lines(FOUND) == [
        "host             what is wrong, and what to do",
        f"backend, worker  {URL}",
        "redis            redis_port 'redis' is not a whole number above 0",
    ]


def test_nothing_is_no_row() -> None:
    assert table.rows({"backend": [], "worker": []}) == []
    assert table.held_back({"backend": []}) == {}


def test_what_check_mode_found_is_added_to_what_the_checks_noted() -> None:
    facts = {table.REHEARSED: [noted(REDIS)]}
    assert table.noted({table.NOTED: [noted(URL, 1)], "ansible_facts": facts}) == [
        noted(URL, 1),
        noted(REDIS),
    ]
    assert table.noted({"ansible_facts": facts}) == [noted(REDIS)]
    assert table.noted({"ansible_facts": {}}) == table.noted({}) == []


def test_packages_are_held_back_by_what_concerns_them() -> None:
    assert table.held_back(FOUND) == {
        "1": f"backend: {URL}",
        "2": f"backend: {URL}",
        "3": f"worker: {URL}; redis: {REDIS}",
    }


@pytest.mark.parametrize(("packages", "all_of_them"), [((), True), ((0,), False)])
def test_a_problem_of_no_package_concerns_all(packages: tuple[int, ...], all_of_them: bool) -> None:
    assert table.concerns_all({"ci": [noted(URL, *packages)]}) is all_of_them
