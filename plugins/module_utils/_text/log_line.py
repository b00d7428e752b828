# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a line of a log is wrapped in: a container's, the journal's or a formatter's prefix, JSON, logfmt.

Only forms that are known are taken off. What stands before a message and is in none of them is text of the
message's own, so that a sentence which quotes another logger's line is not taken for that line.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, field

# A line in JSON in a container's JSON behind a prefix has three.
_DEEPEST = 4
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")

_STAMP = (
    r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| ?[+-]\d\d(?::?\d\d)?)?"
    r"|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
    r"|\d\d:\d\d:\d\d(?:[.,]\d+)?"
)
_LEVEL = r"(?i:trace|debug|info|notice|warn|warning|error|critical|fatal)\b"
_NAME = r"arq|[A-Za-z_]\w*(?:\.\w+)+"
_PREFIX = re.compile(
    r"(?:<\d{1,3}>)?"  # syslog's priority
    rf"(?:(?:{_STAMP}) std(?:out|err) F )?"  # the file that a container's runtime keeps for Kubernetes
    # docker compose: C(worker-1  | ), Swarm: C(worker.1.id@node    | ), foreman: C(07:03:31 worker.1  | ),
    # pm2: C(0|worker  | )
    rf"(?:(?:(?:{_STAMP}) )?(?:\d{{1,4}}\|)?[\w.@-]+ {{0,40}}\| )?"
    rf"(?:(?:{_STAMP}) \S+ [\w./@-]+\[\d+\]: ?)?"  # journalctl and syslog: C(<time> <host> <name>[<pid>]: )
    r"(?:(?:[ \t]{0,40}(?:[-|,:][ \t]{0,40})?)(?:"
    rf"{_STAMP}|{_LEVEL}"
    r"|\[[\w .,:+/-]*\]"  # C([2026-11-29 07:03:31,754: INFO/MainProcess])
    r"|(?:Main|Fork|Spawn)?Process(?:-\d+)?\b|MainThread\b|Task-\d+\b"
    r"|\w+\.py:\d+\b"
    rf"|(?P<logger>{_NAME})(?::\w+:\d+)?(?=[ \t:|-])"
    # A name of the deployment's, where a level or a time follows.
    rf"|[\w./@-]+(?:[ \t]{{0,3}}[-|:,])?[ \t]{{1,9}}(?=\[?(?:{_LEVEL}|{_STAMP}))"
    r"))*(?:[ \t]{0,9}[-|:])?"
)
_FIRST_STAMP = re.compile(_STAMP)
# structlog's console writes the logger's name behind the message, and then its values.
_TRAILING = re.compile(rf"(?<=\S)\s+\[(?P<logger>{_NAME})\](?:\s+[\w.]+=\S+)*\s*$")
_PAIR = re.compile(r"(?P<name>[\w@.-]+)=(?:\"(?P<quoted>(?:[^\"\\]|\\.)*)\"|(?P<plain>[^\s\"]*))(?=\s|$)")

_MESSAGES = ("event", "message", "msg", "log", "MESSAGE")
_LOGGERS = ("logger", "logger_name", "log.logger")
_TIMES = ("time", "timestamp", "@timestamp", "ts")


@dataclass(frozen=True)
class Layer:
    """A line with so many of its wrappings taken off."""

    text: str  # what is left, with the blanks that it begins with
    whole: str  # the same with its own prefix
    logger: str = ""  # the name of who wrote it, C('') where no wrapping names it
    stamps: tuple[str, ...] = ()  # the times on the wrappings, the outermost first
    fields: t.Mapping[str, t.Any] = field(default_factory=dict)  # where it is JSON or logfmt, what it holds


def layers(line: str) -> t.Iterator[Layer]:
    """Yield a line without its prefix, then, of JSON and logfmt, its message without its own, and so on."""
    text, logger = line, ""
    stamps: tuple[str, ...] = ()
    for _depth in range(_DEEPEST):
        text = _ANSI.sub("", text).rstrip()
        whole, prefix = text, _PREFIX.match(text)
        if prefix:
            found = _FIRST_STAMP.search(prefix[0])
            stamps += (found[0],) if found else ()
            logger, text = prefix["logger"] or logger, text[prefix.end() :]
        fields = fields_of(text)
        if not fields:
            trailing = _TRAILING.search(text)
            if trailing:
                logger, text = trailing["logger"], text[: trailing.start()]
        yield Layer(text, whole, logger, stamps, fields)
        inner = next((fields[name] for name in _MESSAGES if isinstance(fields.get(name), str)), None)
        if inner is None:
            return
        stamps += tuple(str(fields[name]) for name in _TIMES if fields.get(name))
        text, logger = inner, _logger(fields) or logger


def message(line: str) -> Layer:
    """Return a line without all its wrappings."""
    return list(layers(line))[-1]


def fields_of(text: str) -> dict[str, t.Any]:
    """Return what a JSON object or a line of logfmt holds; nothing where the text is neither."""
    text = text.strip()
    if not text.startswith("{"):
        pairs = list(_PAIR.finditer(text)) if _PAIR.match(text) else []
        return {pair["name"]: _value(pair) for pair in pairs} if len(pairs) > 1 else {}
    try:
        found: dict[str, t.Any] = json.loads(text)
    except ValueError:
        return {}
    return found


def _value(pair: re.Match[str]) -> str:
    quoted = pair["quoted"]
    return pair["plain"] if quoted is None else re.sub(r"\\([\"\\])", r"\1", quoted)


def _logger(fields: t.Mapping[str, t.Any]) -> str:
    """Return the name of a logger; C(name) may also be the service's, which has no dots."""
    named = next((str(fields[name]) for name in _LOGGERS if fields.get(name)), "")
    inner, name = fields.get("log"), str(fields.get("name") or "")
    if not named and isinstance(inner, dict):
        named = str(inner.get("logger") or "")
    return named or (name if re.fullmatch(_NAME, name) else "")
