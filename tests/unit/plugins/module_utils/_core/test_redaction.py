# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret is masked in each form it can take and wherever its place gives it away; the evidence survives."""

from __future__ import annotations

import base64
import html
import json
import random
import re
import shlex
import time
import typing as t
import unicodedata
from urllib.parse import quote, quote_plus

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import (
    MASK,
    Redactor,
    ordinary_of_env,
    secrets_of_env,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._text import env_file
from tests.unit.plugins.module_utils._core import (
    redaction_cases,
    redaction_cases_commands,
    redaction_cases_more,
)

GOES = redaction_cases.GOES + redaction_cases_more.GOES + redaction_cases_commands.GOES
STAYS = redaction_cases.STAYS + redaction_cases_more.STAYS + redaction_cases_commands.STAYS
MASKS = re.compile(r"\[masked:[A-Za-z0-9_.#@-]+\]")
SECRETS = [
    "p@ss/w:rd%1 \"x'é",
    "Xy7kQ2@mZ9!pLw#4",
    "correct horse battery",
    "a1b2c3d4e5f60718",
    "Grüße&<b>'q'\"dq\"",
    "back\\slash$dollar`tick",
    "пароль-Zk27",
    "hunter2x",
]


def forms(secret: str) -> t.Iterator[tuple[str, str]]:
    """Return what tools make of a secret, and how it is called."""
    raw, document = secret.encode(), json.dumps(secret)
    yield "raw", secret
    for name, percent in {
        "all": quote(secret, safe=""),
        "path": quote(secret),
        "query": quote_plus(secret),
    }.items():
        lower = re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), percent)
        yield from ((f"percent {name}", percent), (f"percent lower {name}", lower))
    yield "percent twice", quote(quote(secret, safe=""), safe="")
    yield "every byte percent", "".join(f"%{byte:02x}" for byte in raw)
    yield from (("json", document), ("json in json", json.dumps(document)))
    yield "json as it is", json.dumps(secret, ensure_ascii=False)
    yield "unicode escapes", "".join(f"\\u{ord(char):04x}" for char in secret)
    yield "unicode escapes in capitals", "".join(f"\\u{ord(char):04X}" for char in secret)
    yield from (("repr", repr(secret)), ("bytes", repr(raw)), ("repr of repr", repr(repr(secret))))
    yield from (("sql", secret.replace("'", "''")), ("yaml", secret.replace('"', '""')))
    yield from (("shell", shlex.quote(secret)), ("backslashes", re.sub(r"([^\w])", r"\\\1", secret)))
    yield "shell, double", re.sub(r'(["\\$`])', r"\\\1", secret)
    yield from (("html", html.escape(secret)), ("html twice", html.escape(html.escape(secret))))
    yield "entities", "".join(f"&#{ord(char)};" for char in secret)
    yield "entities, hexadecimal", "".join(f"&#x{ord(char):x};" for char in secret)
    yield "pgpass", secret.replace("\\", "\\\\").replace(":", "\\:")
    yield "libpq", secret.replace("\\", "\\\\").replace("'", "\\'")
    for offset in range(3):
        encoded = base64.b64encode(b"u:"[:offset] + raw).decode()
        yield f"base64 at {offset}", encoded
        yield f"base64, url-safe, at {offset}", base64.urlsafe_b64encode(b"u:"[:offset] + raw).decode()
        yield f"base64 of base64 at {offset}", base64.b64encode(encoded.encode()).decode()
        if len(encoded) > 28:
            yield f"base64 in lines at {offset}", f"{encoded[:20]}\n{encoded[20:]}"
    for offset in range(5):
        yield f"base32 at {offset}", base64.b32encode(b"abcde"[:offset] + raw).decode()
    yield from (("hex", raw.hex()), ("HEX", raw.hex().upper()))
    for form in ("NFC", "NFD"):
        yield form, unicodedata.normalize(t.cast("t.Any", form), secret)
    yield "coloured", f"{secret[:4]}\x1b[31m{secret[4:]}\x1b[0m"
    if len(secret) >= 16:
        yield "folded", f"{secret[:9]}\n    {secret[9:]}"


FORMS = [
    pytest.param(secret, form, id=f"{secret[:4]}, {name}")
    for secret in SECRETS
    for name, form in forms(secret)
]


@pytest.mark.parametrize(("secret", "form"), FORMS)
def test_a_known_secret_is_masked_in_every_form(secret: str, form: str) -> None:
    redact = Redactor({"DB.password": secret})
    shown = redact(f"before <{form}> after")
    assert shown.startswith("before <")
    assert shown.endswith("> after")
    assert "[masked:DB.password]" in shown
    # Quotes, padding and what depends on the bytes beside it are left.
    assert len(MASKS.sub("", shown)) <= len("before <> after") + 26
    assert redact(shown) == shown
    assert redact.ledger["DB.password"] >= 1


@pytest.mark.parametrize(("text", "secret"), GOES, ids=[given[0][:40] for given in GOES])
def test_what_its_place_gives_away_is_masked(text: str, secret: str) -> None:
    redact = Redactor({})
    shown = redact(text)
    before, _secret, behind = text.partition(secret)
    left = MASKS.sub("", shown)
    assert not any(
        secret[n : n + 4] in left.removeprefix(before).removesuffix(behind) for n in range(len(secret) - 3)
    )
    assert shown != text
    assert redact(shown) == shown
    if "PRIVATE" not in text:
        assert shown.startswith(before)
        assert shown.endswith(behind)


@pytest.mark.parametrize("text", STAYS, ids=[text[:40] for text in STAYS])
def test_evidence_survives(text: str) -> None:
    assert Redactor({})(text) == text
    assert Redactor({"DB.password": "Xy7kQ2@mZ9!pLw#4", "PIN": "7f3e", "ENV": "staging"})(text) == text


def test_the_mask_says_what_it_hid() -> None:
    redact = Redactor({"DATABASE_URL.password": "p@ss-w0rd", "COPY": "p@ss-w0rd"})
    assert (
        redact("postgresql://psp:p%40ss-w0rd@db/psp")
        == "postgresql://psp:[masked:DATABASE_URL.password]@db/psp"
    )
    assert redact("p@ss-w0rd") == "[masked:DATABASE_URL.password]"
    one, two = "q7Zk2Vw9Xr4Tn6Lp8Bd3", "z7Zk2Vw9Xr4Tn6Lp8Bd3"
    shown = redact(f"Authorization: Bearer {one}\nAuthorization: Bearer {two}\nAuthorization: Bearer {one}\n")
    numbers = [mask.rpartition("[")[2] for mask in shown.split("]")[:3]]
    assert numbers == ["masked:authorization", "masked:authorization#2", "masked:authorization"]
    assert redact.ledger == {"DATABASE_URL.password": 2, "authorization": 2, "authorization#2": 1}


@pytest.mark.parametrize(
    ("secret", "text", "shown"),
    [
        ("staging", "ENV=staging at staging-db", "ENV=staging at staging-db"),
        ("staging", "postgres://staging:staging@db/staging", "postgres://staging:[masked:PW]@db/staging"),
        ("queue", "RECON_RUNNER=queue", "RECON_RUNNER=queue"),
        ("1234", "run 1234, requirepass 1234", "run 1234, requirepass [masked:PW]"),
        ("test", "test passed, PGPASSWORD=test", "test passed, PGPASSWORD=[masked:PW]"),
        ("abc", "abc password=abc", "abc password=[masked:PW]"),
        ("2026-11-24", "2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),
    ],
)
def test_a_weak_secret_is_masked_only_where_its_place_gives_it_away(
    secret: str, text: str, shown: str
) -> None:
    redact = Redactor({"PW": secret})
    assert redact.weak["PW"].startswith("it ")
    assert redact(text) == shown


def test_what_the_evidence_contains_anyway_is_weak() -> None:
    env = {
        "REGION": "frankfurt1",
        "DB_URL": "postgres://ledger7:ledger7@db/ledger7",
        "A_TOKEN": "B_TOKEN",
        "B_TOKEN": "x9",
    }
    redact = Redactor(secrets_of_env(env), ordinary_of_env(env))
    assert redact.weak.keys() == {"DB_URL.password", "A_TOKEN", "B_TOKEN"}
    assert redact("ledger7 B_TOKEN") == "ledger7 B_TOKEN"


def test_a_short_secret_does_not_eat_the_identifiers_it_is_a_part_of() -> None:
    text = "2026-11-24T10:00:00Z run 7f3e0c1a-1111-4222-8333-abcdefabcdef used 7f3e and wallet_hunter, hunter"
    shown = Redactor({"PIN": "7f3e", "W": "hunter"})(text)
    assert shown == text.replace("used 7f3e", "used [masked:PIN]").replace(", hunter", ", [masked:W]")


@pytest.mark.parametrize("secret", ["7f3e0c1a-1111-4222-8333-abcdefabcdef", "01ARZ3NDEKTSV4RRFFQ69G5FAV"])
def test_a_secret_that_is_an_id_is_masked(secret: str) -> None:
    assert Redactor({"API_TOKEN": secret})(f"sent {secret}") == "sent [masked:API_TOKEN]"


def test_secrets_of_an_environment() -> None:
    token = "q7Zk2Vw9Xr4Tn6Lp8Bd3"
    env = {
        "DATABASE_URL": "postgresql+asyncpg://psp:p%40ss@db/psp",
        "REDIS_URL": "redis://redis:6379/0",
        "CACHE": "redis://:one-1@a:6379,redis://:two-2@b:6379",
        "CALLBACK": f"https://x.example/h?token={token}&n=1",
        "PG": "host=db password='a b' user=psp",
        "WEBHOOK_SECRET_ACME": "s3cr3t-value",
        "API_TOKEN": "token-value",
        "API_KEYS": "first-key,second-key",
        "GOOGLE_CREDENTIALS": json.dumps({"type": "service_account", "private_key": "line-1\nline-2"}),
        "STRIPE": f"sk_live_{token}",
        "LICENSE_KEY": token,
        "ENV": "staging",
        "LEDGER_SHADOW_WRITE": "True",
        "WEBHOOK_SIGNATURE_ENFORCED": "True",
        "TOKEN_REQUIRED_BY_ADMIN": "true",
        "SECRET_ROTATION_DAYS": "3600",
        "CI_TOKEN_FILE": "/etc/psp/ci_token",
        "PRIMARY_KEY": "id",
        "PWD": "/srv/app",
        "EMPTY_PASSWORD": "",
    }
    assert secrets_of_env(env) == {
        "DATABASE_URL.password": "p@ss",
        "CACHE.password": "one-1",
        "CACHE.password.2": "two-2",
        "CALLBACK.token": token,
        "PG.password": "a b",
        "WEBHOOK_SECRET_ACME": "s3cr3t-value",
        "API_TOKEN": "token-value",
        "API_KEYS": "first-key,second-key",
        "API_KEYS.1": "first-key",
        "API_KEYS.2": "second-key",
        "GOOGLE_CREDENTIALS.type": "service_account",
        "GOOGLE_CREDENTIALS.private_key": "line-1\nline-2",
        "STRIPE": f"sk_live_{token}",
        "LICENSE_KEY": token,
    }
    assert secrets_of_env({"A": "visible-1", "TOKEN": "shown-1"}, {"A": True, "TOKEN": False}) == {
        "A": "visible-1"
    }


@pytest.mark.parametrize(
    "document",
    [
        {"message": 'say "password=hunter22"'},
        {"message": "password=hunter22\\"},
        {"temp_clone_token": None, "token": True},
        {"message": "token: hunter22\nmore"},
        {"password": "hunter22"},
        {"password": 12345678},
    ],
)
def test_json_stays_json(document: dict[str, object]) -> None:
    text = Redactor({})(json.dumps(document))
    assert json.loads(text).keys() == document.keys()
    assert "hunter22" not in text
    assert "12345678" not in text


@pytest.mark.parametrize("secret", ["p@ss,wyrd1", "a;b&c)d}e]f", 'half"a quote', "with secret=inside of it"])
@pytest.mark.parametrize("place", ["password={}", "{{'token': '{}'}}", "redis://:{}@host", "Bearer {}"])
def test_a_place_that_ends_within_a_known_secret_leaves_none_of_it(secret: str, place: str) -> None:
    shown = MASKS.sub("", Redactor({"known": secret})(place.format(secret)))
    assert not any(secret[n : n + 4] in shown for n in range(len(secret) - 3))


@pytest.mark.parametrize("fold", ["\n", "\r\n", " \n  "])
def test_a_secret_folded_over_lines_is_noticed_and_masked(fold: str) -> None:
    redactor = Redactor({"known": "0123456789abcdefXYZ", "short": "abc1"})
    assert redactor.shows_folded(f"x 01234567{fold}89abcdefXYZ")
    assert not redactor.shows_folded(f"x 01234567{fold}{fold}89abcdefXY")
    assert not redactor.shows_folded(f"ab{fold}c1")
    assert not Redactor({}).shows_folded("x")
    assert redactor(f"x 01234567{fold}89abcdefXYZ") == f"x [masked:known]{fold}[masked:known]"


@pytest.mark.parametrize(
    "text",
    ["\ud800 \udcff", "a\x00b", "\x1b[31m\r\n", "x" * 5000, "\udcc3\udca9", "[masked:", "[masked:x", "://@"],
)
def test_strange_text_comes_back_as_it_is(text: str) -> None:
    assert Redactor({"T": "q7Zk2Vw9Xr4Tn6Lp8Bd3"})(text) == text


@pytest.mark.parametrize(
    "bomb",
    [
        "password=",
        "://a:",
        "\\",
        "=",
        "a_",
        '"',
        "token: '",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ",
        "AUTH ",
        "--key ",
        " -a",
        "| sudo ",
        "<<<",
        "mysql -p",
        "echo a | sudo -S ",
        "login('a',",
        "insert into a (token) values (",
        "vault kv put a ",
        "mysqladmin password ",
    ]
    + ["Cookie: a=", "[", "secret=[", 'key": ', "%3a%2f%2f", "a", "://a@", "%25", "\n", "\\n", "::", "x@"],
)
def test_time_is_linear_in_the_text(bomb: str) -> None:
    redact = Redactor({"T": "q7Zk2Vw9Xr4Tn6Lp8Bd3"})
    begun = time.process_time()
    redact(bomb * (60_000 // len(bomb)))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("bomb", ["Cookie: a=b; ", "cookie=1; "])
def test_cookies_are_looked_at_once(bomb: str) -> None:
    redact, text = Redactor({}), bomb * (300_000 // len(bomb))
    begun = time.process_time()
    shown = redact(text)
    assert time.process_time() - begun < 10
    assert shown == text.replace("a=b", "a=[masked:cookie]")


def test_many_secrets() -> None:
    secrets = {f"S{n}": f"sec-{n * 7919:08x}-{n * 104729:08x}" for n in range(5000)}
    redact = Redactor(secrets)
    assert redact(f"a {secrets['S4999']} b") == "a [masked:S4999] b"
    assert redact.weak == {}
    assert MASK not in redact("nothing here")


@pytest.mark.parametrize("size", [1, 7, 64, 4096, 1 << 20])
def test_a_stream_is_masked_as_its_whole_text_is(size: int) -> None:
    secret = "Xy7kQ2@mZ9!pLw#4"
    lines = [given[0] for given in GOES] + STAYS + [made[1] for made in forms(secret)]
    text = "\n\n".join(lines * (1 if size == 1 else 3)).encode("utf-8", "surrogatepass")
    secrets = {"DB.password": secret}
    whole = b"".join(Redactor(secrets).stream([text]))
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    assert b"".join(Redactor(secrets).stream(pieces)) == whole


def test_where_a_block_ends_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n\n".join([*(given[0] for given in GOES), *STAYS] * 2)
    whole = Redactor({})(text)
    for size in (997, 4096, 10_007):
        monkeypatch.setattr(Redactor, "_block", size)
        assert Redactor({})(text) == whole


def test_an_environment_file_of_bad_lines() -> None:
    text = "\ufeffDB_PASSWORD=first-one-9\r\nDB_PASSWORD=second-one-9\r\nexport API_TOKEN=tok-en-123456\r\n"
    text += "EMPTY_TOKEN=\r\nEMPTY_SECRET=''\r\nA_TOKEN=B_TOKEN\r\nB_TOKEN=zz9-plural\r\n"
    text += 'PEM_KEY="line-one-abcdefghijkl\r\nline-two-mnopqrstuv"\r\n'
    env = env_file.parse(text)
    assert secrets_of_env(env) == {
        "DB_PASSWORD": "second-one-9",
        "API_TOKEN": "tok-en-123456",
        "A_TOKEN": "B_TOKEN",
        "B_TOKEN": "zz9-plural",
        "PEM_KEY": "line-one-abcdefghijkl\r\nline-two-mnopqrstuv",
    }
    redact = Redactor(secrets_of_env(env), ordinary_of_env(env))
    assert redact("B_TOKEN line-two-mnopqrstuv, zz9-plural") == "B_TOKEN [masked:PEM_KEY], [masked:B_TOKEN]"
    assert "A_TOKEN" in redact.weak


def test_a_name_is_secret_or_shown_where_a_variable_says_so() -> None:
    exceptions = {"TENANT": True, "PUBLIC_TOKEN": False}
    env = {"TENANT": "acme-north", "PUBLIC_TOKEN": "pk-visible-1"}
    secrets = secrets_of_env(env, exceptions)
    redact = Redactor(secrets, ordinary_of_env(env, exceptions), ["PUBLIC_TOKEN"])
    assert redact("PUBLIC_TOKEN=pk-visible-1 acme-north") == "PUBLIC_TOKEN=pk-visible-1 [masked:TENANT]"


def test_five_thousand_secrets() -> None:
    choose = random.Random(5000)
    secrets = {f"K{n}": f"{choose.getrandbits(120):x}q" for n in range(5000)}
    begun = time.process_time()
    redact = Redactor(secrets)
    shown = redact(" ".join(secrets.values()))
    assert time.process_time() - begun < 30
    assert set(MASKS.findall(shown)) == {f"[masked:{label}]" for label in secrets}
    assert MASKS.sub("", shown).strip() == ""


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(("text", "secret"), GOES)
def test_a_document_that_holds_the_text_stays_one(text: str, secret: str, indent: int | None) -> None:
    document = {"list": ["before", text, "behind"], "last": 1}
    shown = Redactor({})(json.dumps(document, indent=indent, ensure_ascii=False))
    found = json.loads(shown)
    assert (found["list"][0], found["list"][2], found["last"]) == ("before", "behind", 1)
    assert secret not in found["list"][1]


def test_a_block_of_lines_is_masked_behind_the_times_of_a_log() -> None:
    stamp = "2026-11-24T02:52:03.1234567Z "
    lines = ["webhook_secret: |", "  q7Zk2Vw9Xr4Tn6Lp8Bd3", "  q7Zk2Vw9Xr4Tn6Lp8Bd4", "other: 1"]
    shown = Redactor({})("\n".join(stamp + line for line in lines))
    masks = ["[masked:webhook_secret]", "[masked:webhook_secret#2]"]
    assert shown == "\n".join(stamp + line for line in [lines[0], *(f"  {mask}" for mask in masks), lines[3]])


def test_a_user_that_is_a_token_is_known_anywhere() -> None:
    env = {"SENTRY_DSN": "https://0f3c9a7be2d14658a1b2c3d4e5f60718@o1.ingest.example/42"}
    redact = Redactor(secrets_of_env(env), ordinary_of_env(env))
    assert redact.weak == {}
    assert redact(quote(env["SENTRY_DSN"], safe="")).count("[masked:SENTRY_DSN.user]") == 1
