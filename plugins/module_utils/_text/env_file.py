# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment file of a service: C(KEY=value) lines as systemd and dotenv read them.

Understood are C(export), single and double quotes, whose text may go over several lines, comments and
CRLF; a value is never expanded. A quote that never ends is a character like any other. Writing keeps
every line that it does not have to change.
"""

from __future__ import annotations

import re
import typing as t

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# A variable, or else a line of something else.
_ENTRY = re.compile(
    rf"[ \t]*(?:export[ \t]+)?(?P<name>{_NAME.pattern})[ \t]*=[ \t]*"
    r"(?:'(?P<single>(?:[^'\\]|\\.)*)'|\"(?P<double>(?:[^\"\\]|\\.)*)\"|)(?P<rest>[^\n]*)\n?"
    r"|[^\n]*\n|[^\n]+",
    re.DOTALL,
)
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_SYSTEMD_ESCAPED, _ESCAPE = re.compile(r"[\"\\$`]"), r"\\\g<0>"
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./?&~-]*")


class Entry(t.NamedTuple):
    """What stands on a line of the file, or on several where a quote goes over them."""

    text: str  # as it stands there, line ends included
    name: str  # the variable that it sets, or C('')
    value: str  # the variable's value


def entries(text: str) -> t.Iterator[Entry]:
    """Return all that stands in an environment file, in its order; joined, the texts are the file's."""
    for found in _ENTRY.finditer(text):
        yield Entry(found[0], found["name"] or "", _value(found))


def parse(text: str) -> dict[str, str]:
    """Return the variables that an environment file sets; the last of a name wins."""
    return {entry.name: entry.value for entry in entries(text) if entry.name}


def update(text: str, values: t.Mapping[str, str]) -> str:
    """Return the file's text with these variables set: in place where they stand, else at the end.

    A text in which every variable already has its value comes back unchanged.

    Raises:
        ValueError: a name is no variable's, or a value holds a line break or a NUL.
    """
    current = parse(text)
    stale = {name: value for name, value in values.items() if current.get(name) != value}
    rendered = {name: f"{name}={_quote(name, value)}\n" for name, value in stale.items()}
    parts = [rendered.get(entry.name, entry.text) for entry in entries(text)]
    if rendered and parts and not parts[-1].endswith("\n"):
        parts.append("\n")
    return "".join([*parts, *(line for name, line in rendered.items() if name not in current)])


def for_docker(variables: t.Mapping[str, str]) -> str:
    """Return the variables as Docker's C(--env-file) takes them, which knows no quotes.

    Raises:
        ValueError: a value begins or ends with a blank, which Docker would cut off, or has several lines.
    """
    for name, value in variables.items():
        if "\n" in value:
            raise ValueError(f"the value of {name} has several lines, which Docker's env file cannot hold")
        if value != value.strip():
            raise ValueError(f"the value of {name} begins or ends with a blank, which Docker would cut off")
    return "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))


def for_systemd(variables: t.Mapping[str, str]) -> str:
    """Return the variables as systemd's C(EnvironmentFile) takes them, which knows no C(export)."""
    return "".join(
        f'{name}="{_SYSTEMD_ESCAPED.sub(_ESCAPE, value)}"\n' for name, value in sorted(variables.items())
    )


def _value(found: re.Match[str]) -> str:
    if found["single"] is not None:
        return re.sub(r"\\(['\\])", r"\1", found["single"])
    if found["double"] is not None:
        return re.sub(r"\\([\"\\$`])", r"\1", found["double"])
    return _COMMENT.sub("", (found["rest"] or "").rstrip())


def _quote(name: str, value: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of an environment variable")
    if any(char in value for char in "\n\r\0"):
        raise ValueError(f"the value of {name} holds a line break or a NUL")
    if _PLAIN.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
