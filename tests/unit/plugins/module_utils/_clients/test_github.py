# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client waits where it is asked to, repeats what is safe, keeps its token, and names what to mend."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import github
from ansible_collections.psp.rc_closure.plugins.module_utils._clients.github import GitHub
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import CollectError
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from tests.unit.plugins.module_utils._clients.fake_github import (
    DISPATCHES,
    REPOSITORY,
    TOKEN,
    WORKFLOWS,
    FakeGitHub,
    QuickDeadline,
    Reply,
    collector,
    serve,
    workflow,
)

RUN = f"{REPOSITORY}/actions/runs/42"
LOGS = f"{REPOSITORY}/actions/jobs/99/logs"
OK = Reply(body={"id": 42})
STEP, LOG = StepName("ci_run", "Run"), StepName("ci_job_log", "Log")


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with serve() as server:
        yield server


@pytest.fixture(autouse=True)
def _no_pauses() -> None:
    QuickDeadline.pauses = []


def client(fake: FakeGitHub, seconds: float = 300, **params: Any) -> GitHub:
    return github.connect(collector(fake, **params), QuickDeadline(seconds))


def test_a_request_bears_token_and_version(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, OK)
    answer = client(fake).get("/actions/runs/42", STEP)
    assert (answer.status, answer.document, answer.problem) == (200, {"id": 42}, "")
    headers = fake.requests[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == github.API_VERSION


def test_the_token_comes_from_its_file_and_is_masked_wherever_it_shows(
    fake: FakeGitHub, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("a-token-of-another-kind\n", encoding="utf-8")
    fake.on("GET", RUN, Reply(body={"id": 42, "name": "a-token-of-another-kind"}))
    github = client(fake, token="", token_file=str(file))
    step = github.get("/actions/runs/42", STEP).step
    assert fake.requests[0].headers["authorization"] == "Bearer a-token-of-another-kind"
    assert "another-kind" not in str(step.as_dict())
    assert "[masked:token]" in step.stdout


@pytest.mark.parametrize("option", ["token_file", "ca_file"])
def test_a_file_that_cannot_be_read_is_named(fake: FakeGitHub, option: str) -> None:
    with pytest.raises(CollectError, match=f"the {option} /nowhere/x cannot be read: No such file"):
        client(fake, token="", **{option: "/nowhere/x"})


def test_all_pages_are_one_answer(fake: FakeGitHub) -> None:
    link = {"Link": f'<{fake.url}{WORKFLOWS}?page=2>; rel="next", <x>; rel="last"'}
    first, second = {"workflows": [workflow(id=1)]}, {"workflows": [workflow(id=2)]}
    fake.on("GET", WORKFLOWS, Reply(body=first, headers=link), Reply(body=second))
    answer = client(fake).pages("/actions/workflows", STEP, query={"x": "y"})
    assert [item["id"] for item in answer.items("workflows")] == [1, 2]
    assert [request.query for request in fake.requests] == [
        {"x": "y", "per_page": "100", "page": "1"},
        {"x": "y", "per_page": "100", "page": "2"},
    ]
    assert answer.step.command.count("GET ") == 2
    assert answer.step.stdout.count('"workflows": [') == 2


def test_an_endless_list_ends(fake: FakeGitHub) -> None:
    fake.on("GET", WORKFLOWS, Reply(body={"workflows": []}, headers={"Link": '<x>; rel="next"'}))
    client(fake).pages("/actions/workflows", STEP)
    assert len(fake.requests) == github.LAST_PAGE


def test_a_log_is_fetched_from_another_host_without_the_token(fake: FakeGitHub) -> None:
    with serve() as storage:
        fake.on("GET", LOGS, Reply(302, headers={"Location": f"{storage.url}/99?sig=abcdef"}))
        storage.on("GET", "/99", Reply(body="2026-11-20T08:14:02.1Z hello\n"))
        answer = client(fake).log(99, LOG)
    assert answer.step.stdout == "2026-11-20T08:14:02.1Z hello\n"
    assert (answer.status, answer.problem) == (200, "")
    (asked,), (fetched,) = fake.requests, storage.requests
    assert "authorization" in asked.headers
    assert "authorization" not in fetched.headers
    assert fetched.query == {"sig": "abcdef"}
    assert "abcdef" not in str(answer.step.as_dict())
    assert answer.step.command == f"GET {fake.url}{LOGS}"
    assert "302 Found" in answer.step.stderr
    assert "200 OK" in answer.step.stderr


def test_a_log_that_lies_behind_several_redirects(fake: FakeGitHub) -> None:
    with serve() as storage:
        fake.on("GET", LOGS, Reply(302, headers={"Location": "/_services/99?sig=abcdef"}))
        fake.on("GET", "/_services/99", Reply(307, headers={"Location": f"{storage.url}/99?sig=fedcba"}))
        storage.on("GET", "/99", Reply(body="hello\n"))
        answer = client(fake).log(99, LOG)
    assert (answer.step.stdout, answer.status) == ("hello\n", 200)
    asked = [*fake.requests, *storage.requests]
    assert ["authorization" in request.headers for request in asked] == [True, False, False]
    assert "abcdef" not in str(answer.step.as_dict())
    assert "fedcba" not in str(answer.step.as_dict())


def test_redirects_in_a_circle_end(fake: FakeGitHub) -> None:
    fake.on("GET", LOGS, Reply(302, headers={"Location": "/_storage/99"}))
    fake.on("GET", "/_storage/99", Reply(302, headers={"Location": "/_storage/99"}))
    assert "Exceeded 3 redirects" in client(fake).log(99, LOG).problem
    assert len(fake.asked("GET", "/_storage/99")) == 3 * len(fake.asked("GET", LOGS))


@pytest.mark.parametrize(
    ("reply", "pause"),
    [
        (Reply(429, {"message": "slow down"}, {"Retry-After": "7"}), 7),
        (Reply(403, {"message": "You have exceeded a secondary rate limit"}, {"Retry-After": "30"}), 30),
        (Reply(403, {"message": "You have exceeded a secondary rate limit."}), 60),
        (
            Reply(
                403,
                {"message": "API rate limit exceeded"},
                # Ten seconds after the server's own time.
                {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795488730"},
            ),
            10,
        ),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_rate_limit_is_waited_for(fake: FakeGitHub, method: str, reply: Reply, pause: float) -> None:
    fake.on(method, RUN, reply, OK)
    github = client(fake)
    answer = github.ask(method, "/actions/runs/42", STEP, body={} if method == "POST" else None)
    assert answer.document == {"id": 42}
    assert QuickDeadline.pauses == [pause]


def test_a_signed_address_is_masked_where_the_log_breaks_off(fake: FakeGitHub) -> None:
    fake.on("GET", LOGS, Reply(302, headers={"Location": "/_storage/99?sig=abcdef"}))
    fake.on("GET", "/_storage/99", Reply(body="2026-11-20T08:14:02.1Z hello\n", cut=True))
    answer = client(fake).log(99, LOG)
    assert "broke off after" in answer.problem
    assert "abcdef" not in answer.problem + str(answer.step.as_dict())
    assert answer.step.stdout


def test_a_rate_limit_beyond_the_limit_is_not_waited_for(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(429, {"message": "slow down"}, {"Retry-After": "900"}))
    answer = client(fake, seconds=60).get("/actions/runs/42", STEP)
    assert QuickDeadline.pauses == []
    assert "rate limit is used up" in answer.problem


def test_an_unwell_server_is_asked_again(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(502, "bad gateway"), Reply(body={"id": 42}, cut=True), OK)
    assert client(fake).get("/actions/runs/42", STEP).document == {"id": 42}
    assert QuickDeadline.pauses == [0, 2]


@pytest.mark.parametrize("reply", [Reply(502, "bad gateway"), Reply(body={"id": 42}, cut=True)])
def test_a_dispatch_is_never_repeated_where_it_may_have_arrived(fake: FakeGitHub, reply: Reply) -> None:
    fake.on("POST", DISPATCHES, reply)
    answer = client(fake).ask("POST", "/actions/workflows/7/dispatches", STEP, body={"ref": "main"})
    assert len(fake.requests) == 1
    assert answer.problem


def test_an_unchanged_document_is_no_problem(fake: FakeGitHub) -> None:
    fake.on("GET", RUN, Reply(304))
    answer = client(fake).get("/actions/runs/42", STEP, etag='"abc"')
    assert fake.requests[0].headers["if-none-match"] == '"abc"'
    assert (answer.status, answer.problem) == (304, "")


@pytest.mark.parametrize(
    ("reply", "sentences"),
    [
        (Reply(401, {"message": "Bad credentials"}), ["401 (Bad credentials)", "wrong, expired or revoked"]),
        (
            Reply(
                403,
                {"message": "Resource not accessible by personal access token"},
                {"X-Accepted-GitHub-Permissions": "actions=write"},
            ),
            ["may not do this on psp/backend", "it needs actions=write"],
        ),
        (Reply(403, {"message": "Resource protected"}, {"X-GitHub-SSO": "required"}), ["single sign-on"]),
        (Reply(403, {"message": "Repository was archived so is read-only."}), ["psp/backend is archived"]),
        (Reply(404, {"message": "Not Found"}), ["it is not there, or the token may not see psp/backend"]),
        (Reply(410, {"message": "Gone"}), ["expired"]),
        (Reply(301, {"message": "Moved Permanently"}), ["the repository has moved"]),
        (
            Reply(422, {"message": "Workflow does not have 'workflow_dispatch' trigger"}),
            ["no workflow_dispatch trigger on this ref"],
        ),
        (Reply(422, {"message": "No ref found for: nope"}), ["no branch and no tag"]),
        (
            Reply(422, {"message": "Validation Failed", "errors": [{"message": "too late"}, "really"]}),
            ["422 (Validation Failed too late really)"],
        ),
        (
            Reply(200, "<html>log in</html>", {"Content-Type": "text/html"}),
            ["a web page", "the url must be the API's"],
        ),
        (Reply(404, "<!DOCTYPE html><p>nothing"), ["a web page"]),
        (Reply(200, "hello"), ["something that is no JSON"]),
        (Reply(500, "oops"), ["500 (oops)", "GitHub is unwell"]),
        (Reply(200, {"id": 42}, cut=True), ["broke off after"]),
    ],
)
def test_what_to_mend(fake: FakeGitHub, reply: Reply, sentences: list[str]) -> None:
    fake.on("GET", RUN, reply)
    problem = client(fake).get("/actions/runs/42", STEP).problem
    assert problem.startswith(f"GET {fake.url}{RUN}")
    assert [sentence for sentence in sentences if sentence not in problem] == []
    assert "\n" not in problem


def test_an_enterprise_server_with_an_authority_of_its_own(tmp_path: Path) -> None:
    with serve(tls=tmp_path) as fake:
        enterprise = f"{fake.url}/api/v3"
        fake.on("GET", f"/api/v3{RUN}", OK)
        fake.on("GET", f"/api/v3{LOGS}", Reply(302, headers={"Location": f"{fake.url}/_storage/99"}))
        fake.on("GET", "/_storage/99", Reply(body="hello\n"))
        github = client(fake, url=enterprise, ca_file=fake.certificate)
        assert github.get("/actions/runs/42", STEP).document == {"id": 42}
        assert github.log(99, LOG).step.stdout == "hello\n"
        problem = client(fake, url=enterprise).get("/actions/runs/42", STEP).problem
    assert "is not trusted: self-signed certificate" in problem
    assert problem.endswith("name the PEM file of the server's authority as ca_file")


def test_a_server_that_is_not_there() -> None:
    with serve() as fake:
        github = client(fake)
    answer = github.get("/actions/runs/42", STEP)
    assert "refused the connection" in answer.problem
    assert answer.passing
