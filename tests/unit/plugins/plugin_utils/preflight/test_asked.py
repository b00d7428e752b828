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


RUN = "GET http://backend:8000/api/v1/reconciliation/runs/00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize("status", [200, 400, 404, 405, 422, 429, 500])
def test_a_run_that_does_not_exist_may_be_answered_so(status: int) -> None:
    step = Started(steps.RECON_PROBE, RUN, kind=HTTP).ended("{}", exit_status=status)
    assert asked.problems([step]) == []


@pytest.mark.parametrize("starting", [False, True])
@pytest.mark.parametrize("status", [401, 403, 502, 503])
def test_a_token_that_is_not_taken_is_a_problem_and_a_backend_that_is_still_to_be_started_none(
    status: int, starting: bool
) -> None:
    step = Started(steps.RECON_PROBE, RUN, kind=HTTP).ended("{}", exit_status=status)
    found = asked.problems([step], starting=starting)
    assert len(found) == (status < 500 or not starting)
    assert all(one.startswith(f"{RUN} is answered {status}: ") for one in found)


@pytest.mark.parametrize(
    ("reason", "down"),
    [
        ("backend:8000 refused the connection", True),
        ("backend:8000 did not answer within its limit of 10 s", True),
        ("the name backend cannot be resolved: Name or service not known", True),
        ("the connection with backend:8000 failed: No route to host", True),
        ("backend:8000: the answer broke off after 10 of 20 bytes", True),
        ("the certificate of backend:8000 is not trusted: self-signed certificate", False),
    ],
)
def test_what_is_down_may_be_still_to_be_started(reason: str, down: bool) -> None:
    step = started(steps.RECON_PROBE).failed(reason)
    assert asked.problems([step]) == [reason]
    assert asked.problems([step], starting=True) == ([] if down else [reason])


@pytest.mark.parametrize(
    ("message", "down"),
    [
        ("the login POST http://backend:8000/login: backend:8000 refused the connection", True),
        ("the login POST http://backend:8000/login: status 503", True),
        ("the login POST http://backend:8000/login: status 401", False),
        ("/etc/psp/backend.env holds no API_TOKEN", False),
    ],
)
def test_a_login_of_a_backend_that_is_down(message: str, down: bool) -> None:
    assert asked.problems([], message) == [message]
    assert asked.problems([], message, starting=True) == ([] if down else [message])
