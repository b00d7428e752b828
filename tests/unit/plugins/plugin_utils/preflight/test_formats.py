# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The formats of variables, from both sides."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight.formats import of_keys, problem, texts

GOOD: list[tuple[str, t.Any]] = [
    ("ticket", "PSP-3031"),
    ("name", "2026.11.0-rc3"),
    ("commit", "a" * 40),
    ("commit", "0" * 64),
    ("repository", "psp/backend"),
    ("absolute_path", "/app/backend"),
    ("identifier", "public.reconciliation_findings"),
    ("own_path", "~/secrets/ci_token"),
    ("own_path", "/etc/psp/ci_token"),
    ("arq_redis_url", "redis://:plain-._~0123@redis:6379/0?x=%20"),
    ("token", {"file": "/etc/psp/backend.env", "variable": "API_TOKEN"}),
    ("token", {"login": {"url": "http://b/login", "pointer": "/t", "body": {"a": "b"}}}),
    ("token", {}),
    ("run_api", {"request": {"path": "/runs"}}),
    ("service_variables", {"database": {"host": "DB_HOST"}}),
    ("variable", "_WORKER_HEARTBEAT_SECONDS2"),
    ("url", "https://staging.example:8443/x"),
    ("seconds", 0.5),
    ("seconds", "30"),
    ("count", 3),
    ("names", ["a"]),
    ("secret", "p@ss"),
    ("size", "512mb"),
    ("size", "2GB"),
    ("size", 0),
    ("log", {"file": "/var/log/psp/worker.log"}),
    ("log", {"unit": "psp-worker", "file": ""}),
    ("log", {"container": "psp-worker"}),
    ("redis_url", "redis://localhost"),
    ("redis_url", "redis://:p%40ss%2Fw%3Ard%25%27@10.0.0.5:6379/0"),
    ("redis_url", "rediss://worker:it's:fine@redis.example:6380/1?ssl_cert_reqs=required"),
    ("redis_url", "redis://:pw@[::1]:6379"),
]
BAD: list[tuple[str, t.Any]] = [
    ("ticket", "PSP 1"),
    ("ticket", "../etc"),
    ("ticket", "PSP-1/../../etc"),
    ("ticket", "ÇÖZÜM-1"),
    ("name", "sürüm 1"),
    ("name", ".."),
    ("name", "a/b"),
    ("commit", "a" * 39),
    ("commit", "HEAD"),
    ("commit", "A" * 40),
    ("commit", "a" * 40 + "\n"),
    ("repository", "backend"),
    ("absolute_path", "app/backend"),
    ("identifier", "findings; drop table x"),
    ("variable", "HEARTBEAT-SECONDS"),
    ("variable", "2ND"),
    ("url", "staging.example"),
    ("url", "ftp://x"),
    ("url", "http://h:99999/"),
    ("seconds", 0),
    ("seconds", "soon"),
    ("count", 1.5),
    ("log", {"file": "worker.log"}),
    ("log", {"unit": "a", "file": "/b"}),
    ("log", {"path": "/b"}),
    ("log", "/b"),
    ("names", "a"),
    ("size", "512 MB"),
    ("size", "lots"),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_good(kind: str, value: t.Any) -> None:
    assert problem("x", kind, value) == ""


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_bad_names_the_variable_and_its_format(kind: str, value: t.Any) -> None:
    assert problem("rc_x", kind, value).startswith(f"rc_x {value!r} is not ")


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_missing(value: t.Any) -> None:
    told = "rc_x is missing: a ticket's key such as PSP-1234 is required"
    assert problem("rc_x", "ticket", value) == told
    assert problem("rc_x", "ticket", value, required=False) == ""


@pytest.mark.parametrize("password", ["a@b", "a/b", "a?b", "a#b", "a%b", "a%", "a b", "1/2@3:4%'\""])
def test_a_password_that_was_not_encoded_is_told_and_not_shown(password: str) -> None:
    found = problem("rc_url", "redis_url", f"redis://:{password}@redis:6379/0")
    assert found.startswith("rc_url is not redis://user:password@host:port/0")
    assert password not in found


def test_a_password_in_another_url_is_not_shown() -> None:
    found = problem("rc_url", "url", "https://staging:s3cret@host:99999")
    assert found == "rc_url is not a valid http or https URL"


@pytest.mark.parametrize(
    "url",
    ["http://redis:6379/0", "redis://", "redis:6379", "redis://h:99999/0", "redis://h/cache", "redis://h:/x"],
)
def test_what_is_no_redis_url(url: str) -> None:
    assert problem("rc_url", "redis_url", url)


def test_a_text_is_neither_a_dictionary_nor_a_list() -> None:
    defaults = {"env": {"ENV": "staging"}, "argv": [], "name": "", "count": 3}
    assert texts(
        {"env": '{"ENV": "x"}', "argv": "a b", "name": "x", "count": "3", "other": "y"}, defaults
    ) == [
        "argv is a text and not a list: give it in a file, or as JSON behind -e",
        "env is a text and not a dictionary: give it in a file, or as JSON behind -e",
    ]
    assert not texts({"env": {"a": "b"}, "argv": ["a"]}, defaults)
    assert not texts({"env": "{{ vault_env }}", "argv": "{{ other }}"}, defaults)
    assert not texts({"env": "", "argv": ""}, defaults)


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("arq_redis_url", "redis://:a%2Fb@redis:6379/0", "arq does not decode the % of its user or password"),
        ("arq_redis_url", "redis://u%40x:pw@redis:6379/0", "set staging_variables.decodes to true"),
        ("token", {"file": "/x", "value": "0123456789"}, "file and value are given: give one"),
        ("token", {"value": "short"}, "value has fewer than 8 characters"),
        ("token", {"login": {"url": "auth/login"}}, "login.url 'auth/login' is not a valid"),
        ("token", {"login": {"url": "http://b/x", "pointer": "token"}}, "login.pointer 'token' is not"),
        ("token", {"variable": "API-TOKEN"}, "variable 'API-TOKEN' is not"),
        ("run_api", {"request": {"path": "runs"}}, "request.path 'runs' is not an absolute path"),
        ("service_variables", {"redis": {"port": "P"}}, "redis has no host"),
    ],
)
def test_what_is_wrong_with_a_dictionary_is_said(kind: str, value: t.Any, told: str) -> None:
    found = problem("rc_x", kind, value)
    assert found.startswith("rc_x: ")
    assert told in found
    assert "a%2Fb" not in found


def test_a_key_that_is_not_there() -> None:
    told = "rc_x.request.url. Supported parameters include: body, path."
    assert of_keys(told) == "rc_x.request has no url: it takes body, path"
    assert of_keys("rc_x must be one of: a, b") == "rc_x must be one of: a, b"
