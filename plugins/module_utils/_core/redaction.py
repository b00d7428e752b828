# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one sink for text: every text that leaves a host passes a C(Redactor).

It masks what is known to be secret, in each form that tools give it (as it is, percent-encoded,
base64, JSON and shell escaped), and what looks like a secret by its place (the password in a URL, a
bearer token, C(password=…)). Identifiers that the evidence stands on, UUIDs and timestamps, survive a
secret that happens to be a part of them.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
import typing as t
from bisect import bisect_right
from urllib.parse import quote, quote_plus, unquote, urlsplit

MASK = "********"
MINIMUM_LENGTH = 4
# What is shorter may come about by chance: a line of a secret, or a secret where lines are joined.
PIECE_LENGTH = 16
_FOLD = re.compile(r"[ \t\r]{0,64}\n[ \t\r]{0,64}")

_SECRET_NAME = re.compile(
    r"PASS(WORD|WD|PHRASE)?(_|$)|SECRET|TOKEN|CREDENTIAL|PRIVATE|(^|_)(API|ACCESS|SIGNING|ENCRYPTION)_?KEY|(^|_)AUTH(_|$)|(^|_)KEY$",
    re.IGNORECASE,
)
# What such a variable may hold and is no secret: masked everywhere, it would eat the evidence.
_ABOUT_SECRETS = re.compile(
    r"_(FILE|PATH|DIR|NAME|TTL|SECONDS|MINUTES|EXPIRY|ENABLED|REQUIRED)$", re.IGNORECASE
)
_ORDINARY = re.compile(r"|true|false|yes|no|on|off|none|null|enabled|disabled|\d{1,6}", re.IGNORECASE)
_PROTECTED = re.compile(
    r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
    r"|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
)
# Every repetition is bounded, so that a line of a hundred megabytes costs what its length is, not its square.
_PLACES = (
    # scheme://user:password@host; the password ends at the last @, for tools print it unencoded too.
    # A port with a path behind it is no password.
    re.compile(
        r"(?P<keep>://[^\s:/?#@'\"]{0,128}:)(?!\d{1,5}[/?#])(?P<secret>[^\s'\"<>]{0,512})(?=@[\w.\[/-])"
    ),
    re.compile(
        r"(?P<keep>\b(?:bearer|token|basic)\s{1,8})(?P<secret>[A-Za-z0-9._~+/=-]{8,8192})", re.IGNORECASE
    ),
    re.compile(
        r"(?P<keep>(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|x-signature)"
        # JSON stays JSON: its literals are no secrets, and an escaped quote is left whole.
        r"[\"']?\s{0,8}[=:]\s{0,8}[\"']?)"
        r"(?P<secret>(?!\*{8}|(?:null|true|false)\b)(?:[^\s\"'&,;)}\]\\]|\\[^\s\"']){4,8192})",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-))(?P<secret>[A-Za-z0-9_-]{16,512})"),
    re.compile(r"(?P<keep>\beyJ)(?P<secret>[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]{1,4096})"),
    re.compile(
        r"(?P<keep>-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----)(?P<secret>[^-]{0,65536})",
    ),
)


def secrets_of_env(env: t.Mapping[str, str]) -> dict[str, str]:
    """Return name → value of the secrets among a service's variables.

    A variable is secret by its name; one that holds a URL with a password gives that password. Switches,
    small numbers, and what only says something about a secret, such as its file, are not.
    """
    secrets: dict[str, str] = {}
    for name, value in env.items():
        password = _password_of_url(value)
        if password:
            secrets[name] = password
        elif _SECRET_NAME.search(name) and not _ABOUT_SECRETS.search(name) and not _ORDINARY.fullmatch(value):
            secrets[name] = value
    return secrets


def _password_of_url(value: str) -> str:
    """Return the decoded password of a URL such as C(redis://user:password@host), or C('')."""
    try:
        return unquote(urlsplit(value).password or "") if "://" in value else ""
    except ValueError:
        return ""


class Redactor:
    """Masks secrets in text."""

    def __init__(self, secrets: t.Mapping[str, str]) -> None:
        """Take name → value of what is known to be secret.

        Values of fewer than C(MINIMUM_LENGTH) characters cannot be told from ordinary text, and are masked
        only where their place gives them away.
        """
        self.secrets = dict(secrets)
        values = {part for value in self.secrets.values() for part in (value, *_long_lines(value))}
        known = {form for value in values for form in _forms(value)}
        self._known = _any_of(known)
        self._long = _any_of(form for form in known if len(form) >= PIECE_LENGTH)

    def __call__(self, text: str) -> str:
        """Return the text with every secret masked.

        Both kinds are looked for in the text as it came: what a place gives away may be a piece of a known
        secret only, as of one that has a comma in it, and what is known a piece of what a place gives away.
        """
        spans = [match.span("secret") for place in _PLACES for match in place.finditer(text)]
        spans += self._known_spans(text)
        return _masked(text, sorted(spans)) if spans else text

    def shows_folded(self, text: str) -> bool:
        """Whether a long secret shows in a text once its lines are joined: tools fold base64, for instance.

        Nothing is masked, for a mask over a line's end would take the output's form with it.
        """
        return self._long.search(_FOLD.sub("", text)) is not None

    def _known_spans(self, text: str) -> list[tuple[int, int]]:
        protected = [match.span() for match in _PROTECTED.finditer(text)]

        def is_inside(span: tuple[int, int]) -> bool:
            # Spans do not overlap: only the last one that begins before the match can hold it. A match that
            # fills it is a secret after all.
            before = bisect_right(protected, (span[0], len(text)))
            return before > 0 and span[1] <= protected[before - 1][1] and span != protected[before - 1]

        found = (match.span() for match in self._known.finditer(text))
        return [span for span in found if not is_inside(span)]


def _masked(text: str, spans: t.Sequence[tuple[int, int]]) -> str:
    """Return the text with one mask for each run of spans, which are sorted and may overlap."""
    pieces, end = [], 0
    for start, stop in spans:
        if start >= end:
            pieces += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])


def _any_of(forms: t.Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of these texts, the longest first, and of none nothing."""
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


def _long_lines(value: str) -> list[str]:
    """Return what of a secret of several lines, such as a key, would give it away by itself."""
    lines = value.splitlines()
    return [line for line in lines if len(line) >= PIECE_LENGTH and "---" not in line and len(lines) > 1]


def _forms(value: str) -> set[str]:
    """Return the forms in which tools show a secret: raw and encoded."""
    if len(value) < MINIMUM_LENGTH:
        return set()
    percent = {quote(value, safe=""), quote(value), quote_plus(value)}
    lower = {re.sub(r"%[0-9A-F]{2}", lambda match: match[0].lower(), form) for form in percent}
    escaped = {json.dumps(value)[1:-1], repr(value)[1:-1], shlex.quote(value).strip("'")}
    return {value} | percent | lower | escaped | _base64_forms(value.encode())


def _base64_forms(raw: bytes) -> set[str]:
    """Return what base64 makes of the secret at each of the three offsets it can have in a stream.

    The characters that depend on neighbouring bytes are cut off.
    """
    forms = set()
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first = (offset * 8 + 5) // 6
        last = (offset + len(raw)) * 8 // 6
        if last - first >= MINIMUM_LENGTH * 2:
            core = encoded[first:last]
            forms |= {core, core.replace("+", "-").replace("/", "_")}
    return forms
