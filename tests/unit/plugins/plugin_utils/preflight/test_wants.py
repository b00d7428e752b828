# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a variable wants, from both sides."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight.wants import problems

GOOD: list[tuple[str, t.Any]] = [
    ("ticket", "PSP-3031"),
    ("name", "2026.11.0-rc3"),
    ("commit", "a" * 40),
    ("commit", "0" * 64),
    ("repository", "psp/backend"),
    ("directory", "/app/backend"),
    ("identifier", "public.reconciliation_findings"),
    ("variable", "_WORKER_HEARTBEAT_SECONDS2"),
    ("url", "https://staging.example:8443/x"),
    ("seconds", 0.5),
    ("seconds", "30"),
    ("count", 3),
    ("boolean", False),
    ("names", ["a"]),
    ("redis_memory", "0"),
    ("redis_memory", "512mb"),
    ("redis_memory", "2G"),
    ("redis_policy", "noeviction"),
    ("redis_policy", "volatile-ttl"),
    ("redis_url", "redis://localhost"),
    ("redis_url", "redis://:p%40ss%2Fw%3Ard%25%27@10.0.0.5:6379/0"),
    ("redis_url", "rediss://worker:it's:fine@redis.example:6380/1?ssl_cert_reqs=required"),
    ("redis_url", "redis://:pw@[::1]:6379"),
]
BAD: list[tuple[str, t.Any]] = [
    ("ticket", "PSP 1"),
    ("ticket", "../etc"),
    ("name", "a/b"),
    ("commit", "a" * 39),
    ("commit", "HEAD"),
    ("commit", "A" * 40),
    ("commit", "a" * 40 + "\n"),
    ("repository", "backend"),
    ("directory", "app/backend"),
    ("identifier", "findings; drop table x"),
    ("variable", "HEARTBEAT-SECONDS"),
    ("variable", "2ND"),
    ("url", "staging.example"),
    ("url", "ftp://x"),
    ("url", "http://h:99999/"),
    ("seconds", 0),
    ("seconds", "soon"),
    ("count", 1.5),
    ("boolean", "yes"),
    ("redis_memory", "512 MB"),
    ("redis_memory", "50%"),
    ("redis_memory", "1tb"),
    ("redis_memory", "-1"),
    ("redis_policy", "no-eviction"),
    ("redis_policy", "allkeys-ttl"),
    ("names", []),
    ("names", "a"),
]


@pytest.mark.parametrize(("want", "value"), GOOD)
def test_good(want: str, value: t.Any) -> None:
    assert problems({"x": {"value": value, "want": want}}) == []


@pytest.mark.parametrize(("want", "value"), BAD)
def test_bad_names_the_variable_and_what_it_wants(want: str, value: t.Any) -> None:
    (problem,) = problems({"rc_x": {"value": value, "want": want}})
    assert problem.startswith("rc_x is ")
    assert ": it wants " in problem


@pytest.mark.parametrize("value", [None, ""])
def test_missing(value: t.Any) -> None:
    assert problems({"rc_x": {"value": value, "want": "ticket"}}) == [
        "rc_x is missing: it wants a ticket's key such as PSP-1234"
    ]
    assert problems({"rc_x": {"value": value, "want": "ticket", "optional": True}}) == []


def test_an_unknown_want_is_an_error() -> None:
    with pytest.raises(ValueError, match="no want 'nonsense'"):
        problems({"x": {"value": "1", "want": "nonsense"}})


@pytest.mark.parametrize("password", ["a@b", "a/b", "a?b", "a#b", "a%b", "a%", "a b", "1/2@3:4%'\""])
def test_a_password_that_was_not_encoded_is_told_and_not_shown(password: str) -> None:
    (problem,) = problems({"rc_url": {"value": f"redis://:{password}@redis:6379/0", "want": "redis_url"}})
    assert problem.startswith("rc_url is something else: it wants redis://user:password@host:port/0")
    assert password not in problem


@pytest.mark.parametrize(
    "url",
    ["http://redis:6379/0", "redis://", "redis:6379", "redis://h:99999/0", "redis://h/cache", "redis://h:/x"],
)
def test_what_is_no_redis_url(url: str) -> None:
    assert len(problems({"rc_url": {"value": url, "want": "redis_url"}})) == 1
