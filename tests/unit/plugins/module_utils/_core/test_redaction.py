# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret is masked in each form it can take; what the evidence stands on survives."""

from __future__ import annotations

import base64
import json
import shlex
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import (
    MASK,
    Redactor,
    secrets_of_env,
)

SECRET = "p@ss/w:rd%1 \"x'é"

FORMS = {
    "raw": SECRET,
    "percent": quote(SECRET, safe=""),
    "percent, lower case": quote(SECRET, safe="").lower(),
    "path": quote(SECRET),
    "query string": quote_plus(SECRET),
    "json": json.dumps(SECRET),
    "repr": repr(SECRET),
    "shell": shlex.quote(SECRET),
    "base64 at 0": base64.b64encode(SECRET.encode()).decode(),
    "base64 at 1": base64.b64encode(b"u" + SECRET.encode() + b"tail").decode(),
    "base64 at 2": base64.b64encode(b"u:" + SECRET.encode() + b"tail").decode(),
    "base64 url": base64.urlsafe_b64encode(b"u:" + SECRET.encode()).decode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_known_secret_is_masked_in_every_form(form: str) -> None:
    shown = Redactor({"DB_PASSWORD": SECRET})(f"before {form} after")
    assert MASK in shown
    assert "rd%1" not in shown
    assert form not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("redis://:hunter2x@10.0.0.1:6379/0", f"redis://:{MASK}@10.0.0.1:6379/0"),
        ("postgresql+asyncpg://psp:a%40b@db/psp?x=1", f"postgresql+asyncpg://psp:{MASK}@db/psp?x=1"),
        ("postgres://psp:p@ss/w:rd@db:5432/psp", f"postgres://psp:{MASK}@db:5432/psp"),
        ("Authorization: Bearer abcdefgh1234", f"Authorization: Bearer {MASK}"),
        ('{"password": "hunter22", "run_id": "7"}', f'{{"password": "{MASK}", "run_id": "7"}}'),
        ("PGPASSWORD=hunter22 psql", f"PGPASSWORD={MASK} psql"),
        ("GET /x?api_key=abcdef&y=1", f"GET /x?api_key={MASK}&y=1"),
        ("x ghp_0123456789abcdefABCDEF y", f"x ghp_{MASK} y"),
    ],
)
def test_what_its_place_gives_away_is_masked(text: str, shown: str) -> None:
    assert Redactor({})(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T10:00:00Z run_id=7f3e ops@x.io",
        "http://127.0.0.1:8000/users/a@b.example?x=1",
        "0.39s → 5f1b:reconcile_run('7f3e0c1a-1111-4222-8333-abcdefabcdef') try=2",
        'INFO  [alembic.runtime.migration] Running upgrade 0005 -> 0006, "MIG-01B"',
        "max-age=31536000; token bucket full",
    ],
)
def test_evidence_survives(text: str) -> None:
    assert Redactor({})(text) == text


def test_a_short_secret_does_not_eat_the_identifiers_it_is_a_part_of() -> None:
    text = "2026-11-24T10:00:00Z run 7f3e0c1a-1111-4222-8333-abcdefabcdef used 7f3e and 2026"
    shown = Redactor({"PIN": "7f3e", "YEAR": "2026"})(text)
    assert shown == f"2026-11-24T10:00:00Z run 7f3e0c1a-1111-4222-8333-abcdefabcdef used {MASK} and {MASK}"


def test_a_secret_that_is_a_uuid_is_masked() -> None:
    token = "7f3e0c1a-1111-4222-8333-abcdefabcdef"
    assert Redactor({"API_TOKEN": token})(f"sent {token}") == f"sent {MASK}"


def test_secrets_of_an_environment() -> None:
    env = {
        "DATABASE_URL": "postgresql+asyncpg://psp:p%40ss@db/psp",
        "REDIS_URL": "redis://redis:6379/0",
        "WEBHOOK_SECRET_ACME": "s3cr3t-value",
        "API_TOKEN": "token-value",
        "ENV": "staging",
        "LEDGER_SHADOW_WRITE": "True",
        "TOKEN_REQUIRED_BY_ADMIN": "true",
        "SECRET_ROTATION_DAYS": "3600",
        "CI_TOKEN_FILE": "/etc/psp/ci_token",
        "EMPTY_PASSWORD": "",
    }
    assert secrets_of_env(env) == {
        "DATABASE_URL": "p@ss",
        "WEBHOOK_SECRET_ACME": "s3cr3t-value",
        "API_TOKEN": "token-value",
    }


@pytest.mark.parametrize(
    "document",
    [
        {"message": 'say "password=hunter22"'},
        {"message": "password=hunter22\\"},
        {"temp_clone_token": None, "token": True},
        {"message": "token: hunter22\nand more"},
        {"password": "hunter22"},
    ],
)
def test_json_stays_json(document: dict[str, object]) -> None:
    text = Redactor({})(json.dumps(document))
    assert json.loads(text).keys() == document.keys()
    assert "hunter22" not in text


@pytest.mark.parametrize("secret", ["p@ss,wyrd1", "a;b&c)d}e]f", 'half"a quote', "with secret=inside of it"])
@pytest.mark.parametrize("place", ["password={}", "{{'token': '{}'}}", "redis://:{}@host", "Bearer {}"])
def test_a_place_that_ends_within_a_known_secret_leaves_none_of_it(secret: str, place: str) -> None:
    shown = Redactor({"known": secret})(place.format(secret))
    assert not any(secret[n : n + 4] in shown for n in range(len(secret) - 3))


@pytest.mark.parametrize("fold", ["\n", "\r\n", " \n  "])
def test_a_secret_folded_over_lines_is_noticed(fold: str) -> None:
    redactor = Redactor({"known": "0123456789abcdefXYZ", "short": "abc1"})
    assert redactor.shows_folded(f"x 01234567{fold}89abcdefXYZ")
    assert not redactor.shows_folded(f"x 01234567{fold}{fold}89abcdefXY")
    assert not redactor.shows_folded(f"ab{fold}c1")
    assert not Redactor({}).shows_folded("x")
