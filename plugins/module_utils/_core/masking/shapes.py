# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What gives itself away without a name: URLs, tokens in published shapes, key blocks, commands."""

from __future__ import annotations

import re
import typing as t
from functools import lru_cache

from . import calls, commands, given, inserted, names, positional
from .blocks import LONGEST
from .lazy import pattern
from .span import MASKED, Span

_Found = t.Iterable[Span]
_USERINFO = pattern(
    rb"://(?P<user>[^\s:/?#@'\"\[\]<>,()]{0,256})(?P<colon>:(?!\d{1,5}(?:[/?#]|$))(?P<secret>[^\s'\"<>`]{0,1024}))?"
    rb"@(?=[\w.\[/%*-])"
)
_HOOK = pattern(
    rb"://(?:hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/"
    rb"|(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/|[\w.-]+\.webhook\.office\.com/webhookb2/"
    rb"|api\.telegram\.org/bot(?=(?P<bot>\d)))(?P<secret>(?(bot)\d{1,20}:[\w-]{8,128}|[A-Za-z0-9_/:@.-]{8,512}))"
)
_USER_MOST = 1300  # bytes of a user and a password
_HOST = 260  # bytes in which such an address says what it is
_ONE_OF_SEVERAL = pattern(rb"@[\w.-]{1,253}(?::\d{1,5})?(?:/[\w.-]*)?,")
_ENCODED_URL = pattern(
    rb"%3a%2f%2f(?:(?!%40|%3a)[^\s&\"'/]){0,128}%3a(?P<secret>(?:(?!%40)[^\s&\"'/]){1,512})%40", re.I
)
_PREFIX = pattern(
    rb"(?:\bgh[pousr]|github_pat|\bnpm|\b[srp]k_(?:live|test|sbox)|\bwhsec|\bshp(?:at|ca|pa|ss)|\bdop_v1|\bhf|\bgsk|\bglsa|\bglc"
    rb"|\blin_api|\bsntry[su]|\bpul|\bdckr_pat|\bxkeysib|\brzp_(?:live|test)|\br8|\brubygems|\bfigd"
    rb"|\bnfp|\bsbp|\bSK_(?:live|test))$"
)
_TOKENS: tuple[tuple[bytes, str], ...] = (
    (
        rb"-(?:(?<=[ijkloprstxyXYK]-)|(?<=[xi][abce]-))(?:(?<=PMAK-)|(?<=NRAK-)|(?<=sq0atp-)|(?<=sq0csp-)|(?<=glpat-)|(?<=glrt-)|(?<=glcbt-)"
        rb"|(?<=nvapi-)|(?<=\bxai-)|(?<=tvly-)|(?<=pplx-)|(?<=FLWSECK-)|(?<=\bpul-)(?=[0-9a-f]{40}\b)|(?<=glptt-)|(?<=gldt-)"
        rb"|(?<=xox[abceoprs]-)|(?<=pypi-)|(?<=xapp-)|(?<=xkeysib-)|(?<=sk-ant-)"
        rb"|(?<=key-)(?<![\w-]key-)(?=[0-9a-f]{32}(?![\w-]))|(?<=sk-proj-)|(?<=\bsk-)|(?<=GOCSPX-)|(?<=SECRET-KEY-))(?P<secret>[A-Za-z0-9_-]{16,512})",
        "token",
    ),
    (
        rb"A(?<!\wA)(?P<secret>(?:KIA|SIA)[A-Z0-9]{16}|Iza[\w-]{35}|T(?:A|C)TT[\w=-]{20,512}|KCp[A-Za-z0-9]{60,80}"
        rb"|QE[a-z][A-Za-z0-9+/=-]{40,512})(?![A-Za-z0-9])",
        "api_key",
    ),
    (rb"S(?<!\wS)(?P<secret>G\.[\w-]{16,64}\.[\w-]{16,128}|K[0-9a-f]{32})(?![A-Za-z0-9])", "api_key"),
    (rb"eyJ(?<!\weyJ)(?P<secret>[\w-]{8,4096}\.[\w-]{0,8192}\.[\w-]{1,8192}(?:\.[\w-]{0,8192}){0,2})", "jwt"),
    (rb"ya29\.(?P<secret>[\w-]{16,512})", "token"),
    (rb"hv[sb]\.(?P<secret>[\w-]{20,512})", "token"),
)
_BEGIN = pattern(rb"BEGIN (?P<what>[A-Z0-9 ]{0,64}PRIVATE KEY(?: BLOCK)?)-----")
_KEY_TEXT = pattern(rb"(?:[A-Za-z0-9+/=\s\\:,.>|]|-(?!----))*")
_SCHEME = pattern(
    rb"(?:\bbearer|\bbasic|(?:(?<=\bauth)|\b)token)(?:[ \t]{1,8}['\"]?|\+|%20)"
    rb"(?P<secret>[A-Za-z0-9._~+/=-]{8,8192})",
    re.I,
)
_LEAST_TOKEN = 20  # characters of what is no user, but a token in its place
_PGPASS = pattern(
    rb":(?:\d{4,5}|\*):(?:[^:\s\\/]|\\.){1,63}:(?:[^:\s\\/]|\\.){1,63}:"
    rb"(?P<secret>(?:[^:\s\\\"']|\\{1,8}:|\\(?![nr\"])|[\"'](?![\s,\]}]|$)){1,512})(?=\r?\n|$|[\"']|\\[nr])"
)
_PGPASS_HOST = pattern(rb"(?:^|\n|\\n|\"|'|\dZ )(?:\*|[A-Za-z0-9_.-]{1,253}|/[\w./-]{1,200})$")
_DASH = pattern(rb"-(?<=[ \t\"'\n]-)(?=-?[A-Za-z])")
_ORACLE = pattern(rb"jdbc:oracle:\w{1,16}:[^\s/@]{1,64}/(?P<secret>[^\s@]{1,256})@", re.I)
_BASE64 = pattern(rb"[A-Za-z0-9+/=]+")
_AFTER = pattern(rb"_(?:[A-Za-z0-9]{16}[A-Za-z0-9_]{0,255}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


@lru_cache(None)
def _token(number: int) -> re.Pattern[bytes]:
    return re.compile(_TOKENS[number][0])


def spans(data: bytes, lower: bytes, start: int, stop: int) -> list[Span]:
    """Return what begins between C(start) and C(stop); C(lower) is the text in lower case."""
    found: list[Span] = []
    for anchor, look in _ANCHORS:
        end = stop + len(anchor) - 1
        place = lower.find(anchor, start, end)
        while place >= 0:
            found += look(data, place)
            place = lower.find(anchor, place + 1, end)
    for text, rare in ((lower, _RARE_LOWER), (data, _RARE)):
        for anchor_pattern, behind, look in rare:
            for match in anchor_pattern.finditer(text, start, min(len(text), stop + _MOST)):
                if start <= match.start() - behind < stop:
                    found += look(data, match.start() - behind)
    for number in range(3):
        found += _tokens(data, start, stop, number)
    found += pgpass(data, start, stop)
    for match in _DASH.finditer(data, start, stop + 2):
        if match.start() < stop:
            found += commands.options(data, match.start())
    for match in _AFTER.finditer(data, start, min(len(data), stop + 300)):
        if match.start() < stop and (
            prefix := _PREFIX.search(data, max(0, match.start() - 16), match.start())
        ):
            end = match.end()
            if prefix[0] == b"whsec" and (base64 := _BASE64.match(data, match.start() + 1)):
                end = base64.end()
            found.append(Span(match.start() + 1, end, "token"))
    return found


def _tokens(data: bytes, start: int, stop: int, number: int) -> _Found:
    for match in _token(number).finditer(data, start, min(len(data), stop + 1024)):
        if match.start() < stop:
            yield Span(*match.span("secret"), _TOKENS[number][1])


def _shape(number: int) -> t.Callable[[bytes, int], _Found]:
    def look(data: bytes, at: int) -> _Found:
        match = _token(number).match(data, at)
        return [Span(*match.span("secret"), _TOKENS[number][1])] if match else []

    return look


def _url(data: bytes, at: int) -> _Found:
    near = data[at : at + _HOST]
    hook = _HOOK.match(data, at) if b"hook" in near or b"telegram" in near else None
    if hook:
        return [Span(*hook.span("secret"), "url.webhook")]
    following = data.find(b"://", at + 3, at + _USER_MOST)  # a password has none
    match = _USERINFO.match(data, at, following if following >= 0 else len(data))
    if not match:
        return []
    found = []
    user = match["user"]
    if len(user) >= _LEAST_TOKEN and (
        names.is_random(str(user, "utf-8", "replace"), 20) or _PREFIX.search(user.rpartition(b"_")[0])
    ):
        found.append(Span(*match.span("user"), "url.user"))
    if match["secret"]:
        start, stop = match.span("secret")
        several = b"," in data[start:stop] and _ONE_OF_SEVERAL.search(data, start, stop)
        stop = several.start() if several else stop
        secret = data[start:stop]
        number = secret.isdigit() and len(secret) >= 4
        if number or not (MASKED.fullmatch(secret) or names.is_ordinary(secret.decode("utf-8", "replace"))):
            found.append(Span(start, stop, "url.password"))
    return found


def _encoded_url(data: bytes, at: int) -> _Found:
    match = _ENCODED_URL.match(data, at)
    return [Span(*match.span("secret"), "url.password")] if match else []


def _block(data: bytes, at: int) -> _Found:
    """Return what is between the two lines of a private key, or can be of it where its end is missing."""
    match = _BEGIN.match(data, at)
    if not match:
        return []
    begin = match.end()
    stop = data.find(b"-----END " + match["what"], begin, begin + LONGEST)
    if stop < 0:
        text = _KEY_TEXT.match(data, begin, begin + LONGEST)
        stop = text.end() if text else begin
    inner = data[begin:stop]
    if MASKED.fullmatch(inner.strip()) or not inner.strip():
        return []
    return [Span(begin, stop, "private_key")]


def _scheme_or_block(data: bytes, at: int) -> _Found:
    return _block(data, at) if data[at + 2 : at + 3] in b"gG" else _scheme(data, at)


def _scheme(data: bytes, at: int) -> _Found:
    match = _SCHEME.match(data, at)
    if not match:
        return []
    text = str(match["secret"], "utf-8")
    least = 16 if data[at : at + 1] in b"tT" else 8
    padded = text.endswith("=") and data[at : at + 1] not in b"tT"
    return [Span(*match.span("secret"), "authorization")] if padded or names.is_random(text, least) else []


def _first(pattern: re.Pattern[bytes], label: str) -> t.Callable[[bytes, int], _Found]:
    def look(data: bytes, at: int) -> _Found:
        match = pattern.match(data, at)
        return [Span(*match.span("secret"), label)] if match and not MASKED.match(match["secret"]) else []

    return look


def pgpass(data: bytes, start: int, stop: int) -> _Found:
    """Return the passwords of lines of C(~/.pgpass)."""
    for match in _PGPASS.finditer(data, start, min(len(data), stop + 1024)):
        if match.start() < stop and _PGPASS_HOST.search(data, max(0, match.start() - 260), match.start()):
            secret = str(match["secret"], "utf-8", "replace")
            if not (names.is_ordinary(secret) and not secret.isdigit()):
                yield Span(*match.span("secret"), "pgpass")


def _with_v(data: bytes, at: int) -> _Found:
    if data[at - 1 : at].lower() == b"n":
        return commands.environment(data, at + 1)
    if data.startswith(b"v put ", at):
        return positional.put(data, at + 5)
    return positional.vault(data, at) if data.startswith(b"vault ", at) else _shape(5)(data, at - 1)


def _with_q(data: bytes, at: int) -> _Found:
    if data.startswith(b"qctl", at):
        return _first(commands.RABBIT, "password")(data, at)
    if data[at - 1 : at].lower() == b"s":
        return positional.logon(data, at + 6)
    return commands.redis(data, at - 2)


# What begins with a byte that is rare in a text, or has one, is looked for by that byte alone: C(memchr()).
_ANCHORS: tuple[tuple[bytes, t.Callable[[bytes, int], _Found]], ...] = (
    (b"://", _url),
    (b"token ", _scheme),
    (b"masterauth", commands.redis),
    (b"setuser ", _first(commands.SETUSER, "acl")),
    (b"set ", commands.setting),
    (b"login", commands.login),
    (b"net use", positional.windows),
    (b"insert into", inserted.spans),
    (b"auth-pass ", commands.redis),
)
_RARE_LOWER: tuple[tuple[re.Pattern[bytes], int, t.Callable[[bytes, int], _Found]], ...] = (
    (pattern(rb"b(?=e(?:arer|gin)[ +%]|asic[ +%])"), 0, _scheme_or_block),
    (pattern(rb"y(?=a29\.)"), 0, _shape(4)),
    (pattern(rb"%(?=3a%2f%2f)"), 0, _encoded_url),
    (pattern(rb"q(?:(?<=req)(?=uirepass)|(?<=rabbitmq)(?=ctl)|(?<=\bsq)(?=lplus\b))"), 0, _with_q),
    (pattern(rb"w(?<=passw)(?=d|ord(?:[ ]|\\{0,8}[\"'],))"), 4, commands.passwd),
    (
        pattern(
            rb"v(?=[sb ap])(?:(?<=\bhv)(?=[sb]\.)|(?<=\bkv)(?= put )|(?<=\ben)(?= )|(?<=\bseten)(?= )"
            rb"|(?=ault (?:operator unseal|unwrap|encrypt_string) ))"
        ),
        0,
        _with_v,
    ),
    (pattern(rb">(?<= >)(?=\S)"), 0, commands.acl_password),
    (given.PIPE, 0, given.piped),
    (given.HERE, 0, given.here),
    (calls.BRACKET, 0, calls.arguments),
    (pattern(rb"j(?=dbc:oracle:)"), 0, _first(_ORACLE, "url.password")),
)
_RARE: tuple[tuple[re.Pattern[bytes], int, t.Callable[[bytes, int], _Found]], ...] = (
    (pattern(rb"J(?<=eyJ)"), 2, _shape(3)),
    (pattern(rb"U(?<=AU)(?=TH)"), 1, commands.redis),
    (pattern(rb"#(?<= #)(?=[0-9a-f]{64}(?![0-9a-f]))"), 0, commands.acl_digest),
)
_MOST = 72  # bytes that such a pattern looks ahead
