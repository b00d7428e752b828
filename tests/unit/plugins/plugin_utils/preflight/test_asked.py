# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What keeps a collector from its work is a problem; what a server says of the release is none."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names as steps
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import HTTP, Step
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from ansible_collections.psp.rc_closure.plugins.module_utils._core.steps import Started
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import asked

WORKFLOW = "GET https://api.github.com/repos/psp/backend/actions/workflows/ci.yml"


def answered(status: int) -> Step:
    return Started(steps.CI_WORKFLOW, WORKFLOW, kind=HTTP).ended('{"message": "x"}', exit_status=status)


def started(step: StepName) -> Started:
    return Started(step, "what")


@pytest.mark.parametrize("status", [200, 301, 404, 403, 401, 500])
def test_an_http_error_is_named_with_what_it_means(status: int) -> None:
    found = asked.problems([answered(status)])
    means = {401: "the token is missing", 403: "may not", 404: "nothing at this address", 500: "logs"}
    assert len(found) == (status >= 400)
    assert all(f"{WORKFLOW} is answered {status}: " in one and means[status] in one for one in found)


def test_what_could_not_be_asked_is_its_reason_once() -> None:
    reason = "no connection to Postgres: FATAL: password authentication failed"
    asked_twice = [started(steps.UNIQUE_CATALOG).failed(reason), started(steps.TABLE_PLACES).failed(reason)]
    assert asked.problems(asked_twice) == [reason]


def test_redis_that_refuses_is_a_problem_and_psql_that_finds_no_table_is_none() -> None:
    refused = started(steps.REDIS_PING).ended(stderr="AuthenticationError: NOAUTH\n", exit_status=1)
    missing = started(steps.DESCRIBE_TABLE).ended(stderr="Did not find any relation\n", exit_status=1)
    left_out = started(steps.CI_DISPATCH).not_run("check mode: nothing is dispatched")
    assert asked.problems([refused, missing, left_out]) == ["Redis: AuthenticationError: NOAUTH"]


def test_without_a_step_the_collectors_message_is_the_problem() -> None:
    assert asked.problems([], "the env_file /x cannot be read") == ["the env_file /x cannot be read"]
    assert asked.problems([answered(200)], "no run of the commit") == []
