# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets that nobody has, of every kind: planted in the twin, and found in any of their forms."""

from __future__ import annotations

import base64
import binascii
import json
import random
import string
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from urllib.parse import quote

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
# Looked for at every fifth byte, by six: what is as long as ten has such a group in full.
_GROUP, _STEP = 6, 5
_LEAST = _GROUP + _STEP - 1

# How a variable of this name is set: {} is a canary. The name, or what is in it, says that it is secret.
VARIABLES = {
    "LEGACY_DB_PASS": "{}",
    "SMTP_PASSWD": "{}",
    "LDAP_BIND_PWD": "{}",
    "SIGNING_PASSPHRASE": "{}",
    "SESSION_SECRET": "{}",
    "PARTNER_TOKENS": "{},{}",
    "STRIPE_API_KEY": "{}",
    "SETTLEMENT_CREDENTIALS": "settle:{}",
    "METRICS_BASIC_AUTH": "metrics:{}",
    "SENTRY_DSN": "https://{}@o1.ingest.example/42",
    "PASSWORD_SALT": "{}",
    "CALLBACK_SIGNATURE": "{}",
    "LOGIN_COOKIE": "{}",
    "JWT_PRIVATE_KEY": '"-----BEGIN PRIVATE KEY-----\\n{}\\n-----END PRIVATE KEY-----"',
    "ADYEN_HMAC": "{}",
    "CHAT_WEBHOOK": "https://chat.example/hooks?token={}",
    "PARTNERS": '{{"acmepay": {{"client_secret": "{}"}}}}',
    "BROKER_URL": "amqp://psp:{}@mq.example:5672/psp",
    "STORAGE_ACCOUNT_KEY": "{}",
    "REPORTS_URL": "https://reports.example/api?api_key={}",
}

# What a text is that gives its secret away: by its shape alone, or by the place where it stands.
SHAPES = {
    "github": "got ghp_{36} back",
    "github fine": "got github_pat_{22}_{59} back",
    "gitlab": "remote said glpat-{20}",
    "slack": "slack says xoxb-{12}-{12}-{24}",
    "slack hook": "POST https://hooks.slack.com/services/T{10}/B{10}/{24}",
    "discord hook": "https://discord.com/api/webhooks/1234567890/{68}",
    "telegram": "https://api.telegram.org/bot123456789:{35}/getMe",
    "stripe": "charged with sk_live_{24}",
    "stripe hook": "endpoint whsec_{32}",
    "aws id": "signed by AKIA{A16}",
    "google": "maps AIza{35}",
    "google access": "refreshed ya29.{60}",
    "npm": "publishing with npm_{36}",
    "pypi": "uploading with pypi-{80}",
    "twilio": "twilio SK{h32}",
    "sendgrid": "mail by SG.{22}.{43}",
    "jwt": "session eyJhbGciOiJIUzI1NiJ9.eyJ{30}.{43}",
    "vault": "vault gave hvs.{90}",
    "azure sas": "https://acc.blob.core.windows.net/c/b?sv=2022-11-02&se=2026-12-01&sr=b&sp=r&sig={43}%3D",
    "atlassian": "jira ATATT3xFfGF0{60}",
    "digitalocean": "droplet dop_v1_{h64}",
    "mailgun": "mailgun key-{h32}",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\n{64}\n{64}\n-----END RSA PRIVATE KEY-----",
    "pgp": "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n{64}\n{64}\n"
    "-----END PGP PRIVATE KEY BLOCK-----",
}
PLACES = {
    "url": "connecting to postgresql+asyncpg://psp:{20}@db.example:5432/psp",
    "url without user": "using redis://:{20}@cache.example:6379/0",
    "query": "GET /callback?access_token={32}&state=ok",
    "fragment": "redirected to https://app.example/#id_token={32}&state=ok",
    "libpq": "host=db.example user=psp password='{10} {10}' dbname=psp",
    "libpq variable": "PGPASSWORD={20} psql -h db.example",
    "pgpass": "db.example:5432:psp:psp:{20}",
    "redis-cli": "$ redis-cli -h cache.example -a {20} ping",
    "redis auth": "AUTH {20}",
    "requirepass": "requirepass {20}",
    "masterauth": "masterauth {20}",
    "curl user": "$ curl -u psp:{20} https://api.example/",
    "curl header": "$ curl -H 'Authorization: Bearer {32}' https://api.example/",
    "mysql": "$ mysql -upsp -p{20} psp",
    "sshpass": "$ sshpass -p {20} ssh host.example",
    "docker": "$ docker login -u psp -p {20} registry.example",
    "htpasswd": "$ htpasswd -b /etc/nginx/users psp {20}",
    "bearer": "Authorization: Bearer {32}",
    "basic": "Authorization: Basic {28}==",
    "proxy": "Proxy-Authorization: Digest {32}",
    "cookie": "Cookie: theme=dark; session={32}",
    "set-cookie": "Set-Cookie: sid={32}; Path=/; HttpOnly",
    "api key header": "X-Api-Key: {32}",
    "aws": "AWS4-HMAC-SHA256 Credential=id/20261124/eu/s3/aws4_request, SignedHeaders=host, Signature={h64}",
    "xml": "<login><user>psp</user><password>{20}</password></login>",
    "yaml": "database:\n  user: psp\n  password: {20}",
    "yaml block": "webhook_secret: |\n  {40}\nother: 1",
    "ini": "[smtp]\npassword = {20}\nport = 25",
    "json": '{{"user": "psp", "client_secret": "{32}"}}',
    "dict": "{{'user': 'psp', 'api_token': '{32}'}}",
    "sql": "ALTER ROLE psp PASSWORD '{20}'",
    "netrc": "machine host.example login psp password {20}",
    "rabbit": "$ rabbitmqctl add_user psp {20}",
    "jdbc": "jdbc:postgresql://db.example/psp?user=psp&password={20}",
}


class Canary(t.NamedTuple):
    """A secret, what it is, and where it was planted."""

    kind: str
    source: str
    secret: str


class Planted:
    """All that was planted.

    Attributes:
        canaries: them.
    """

    def __init__(self) -> None:
        self.canaries: list[Canary] = []
        self._random = random.SystemRandom()

    def variables(self) -> str:
        """Return the lines of an environment file, a canary in each."""
        lines = []
        for name, template in VARIABLES.items():
            values = [self._secret(name, "environment", LETTERS, 32) for _n in range(template.count("{}"))]
            lines.append(f"{name}={template.format(*values)}\n")
        return "".join(lines)

    def texts(self, source: str, kinds: Mapping[str, str] = {**SHAPES, **PLACES}) -> list[str]:
        """Return a text of each kind for a source."""
        return [self.text(source, kind, template) for kind, template in kinds.items()]

    def text(self, source: str, kind: str, template: str) -> str:
        """Return a text with new canaries: C({20}) is one of 20 characters, C({h20}) hexadecimal."""
        made = []
        for literal, field, _spec, _conversion in string.Formatter().parse(template):
            made.append(literal)
            if field:
                drawn = {"h": HEX, "A": string.ascii_uppercase + string.digits}.get(field[0], LETTERS)
                length = int(field.lstrip("hA"))
                made.append(self._secret(kind, source, drawn, length))
        return "".join(made)

    def _secret(self, kind: str, source: str, letters: str, length: int) -> str:
        # It begins and ends as a password does that was drawn, and not as a word or a number.
        inner = "".join(self._random.choices(letters, k=length - 2))
        secret = self._random.choice("abcdef" if letters == HEX else "QXZ") + inner + "7"
        self.canaries.append(Canary(kind, source, secret))
        return secret

    def found(self, data: bytes) -> set[Canary]:
        """Return the canaries that a text contains in any form."""
        groups, hits = self._groups, set[Canary]()
        for at in range(0, len(data) - _GROUP + 1, _STEP):
            for form, shift, canary in groups.get(data[at : at + _GROUP], ()):
                if at >= shift and data.startswith(form, at - shift):
                    hits.add(canary)
        return hits

    @cached_property
    def _groups(self) -> dict[bytes, list[tuple[bytes, int, Canary]]]:
        """Return the forms of all canaries by their first groups, with where in the form each group is."""
        groups: dict[bytes, list[tuple[bytes, int, Canary]]] = {}
        for canary in self.canaries:
            for form in forms(canary.secret):
                for shift in range(_STEP):
                    groups.setdefault(form[shift : shift + _GROUP], []).append((form, shift, canary))
        return groups


def forms(secret: str) -> set[bytes]:
    """Return what tools make of a secret: itself, escaped, encoded, and backwards."""
    raw = secret.encode()
    found = {raw, raw[::-1], raw.upper(), raw.lower(), binascii.hexlify(raw), binascii.hexlify(raw).upper()}
    found |= {"".join(f"%{byte:02x}" for byte in raw).encode(), quote(secret, safe="").encode()}
    found |= {"".join(f"\\u{byte:04x}" for byte in raw).encode(), json.dumps(secret)[1:-1].encode()}
    found |= {"".join(f"&#{byte};" for byte in raw).encode()}
    found |= set(_cores(raw, base64.b64encode, 3, 6)) | set(_cores(raw, base64.b32encode, 5, 5))
    found |= {
        twice
        for once in _cores(raw, base64.b64encode, 3, 6)
        for twice in _cores(once, base64.b64encode, 3, 6)
    }
    found |= {form.translate(bytes.maketrans(b"+/", b"-_")) for form in found}
    return {form for form in found if len(form) >= _LEAST}


def _cores(raw: bytes, encode: t.Callable[[bytes], bytes], period: int, bits: int) -> Iterator[bytes]:
    """Return the characters that are the same whatever stands around the secret."""
    for offset in range(period):
        first, last = -(-offset * 8 // bits), (offset + len(raw)) * 8 // bits
        yield encode(bytes(offset) + raw)[first:last]


def kinds(canaries: Iterable[Canary]) -> set[str]:
    """Return what kinds there are among canaries."""
    return {canary.kind for canary in canaries}
