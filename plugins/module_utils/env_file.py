# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The environment file of a service: C(KEY=value) lines as systemd and dotenv read them.

Understood are C(export), single and double quotes, comments and CRLF; a value is never expanded.
Writing keeps every line that it does not have to change.
"""

from __future__ import annotations

import re
import typing as t

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LINE = re.compile(rf"\s*(?:export\s+)?(?P<name>{_NAME.pattern})\s*=[ \t]*(?P<value>.*)")
_SINGLE = re.compile(r"'(?P<inner>(?:[^'\\]|\\.)*)'")
_DOUBLE = re.compile(r'"(?P<inner>(?:[^"\\]|\\.)*)"')
_COMMENT = re.compile(r"(?:^|\s+)#.*$")
_SYSTEMD_ESCAPED, _ESCAPE = re.compile(r"[\"\\$`]"), r"\\\g<0>"
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./?&~-]*")


def parse(text: str) -> dict[str, str]:
    """Return the variables that an environment file sets; the last of a name wins."""
    found = (_LINE.match(line) for line in text.splitlines())
    return {match["name"]: _unquote(match["value"].rstrip()) for match in found if match}


def update(text: str, values: t.Mapping[str, str]) -> str:
    """Return the file's text with these variables set: in place where they stand, else at the end.

    A text in which every variable already has its value comes back unchanged.

    Raises:
        ValueError: a name is no variable's, or a value holds a line break or a NUL.
    """
    current = parse(text)
    stale = {name: value for name, value in values.items() if current.get(name) != value}
    if not stale:
        return text
    rendered = {name: f"{name}={_quote(name, value)}" for name, value in stale.items()}
    lines = [rendered.get(_name(line), line) for line in text.splitlines()]
    lines += [line for name, line in rendered.items() if name not in current]
    return "\n".join(lines) + "\n"


def for_docker(variables: t.Mapping[str, str]) -> str:
    """Return the variables as Docker's C(--env-file) takes them, which knows no quotes.

    Raises:
        ValueError: a value begins or ends with a blank, which Docker would cut off.
    """
    for name, value in variables.items():
        if value != value.strip():
            raise ValueError(f"the value of {name} begins or ends with a blank, which Docker would cut off")
    return "".join(f"{name}={value}\n" for name, value in sorted(variables.items()))


def for_systemd(variables: t.Mapping[str, str]) -> str:
    """Return the variables as systemd's C(EnvironmentFile) takes them, which knows no C(export)."""
    return "".join(
        f'{name}="{_SYSTEMD_ESCAPED.sub(_ESCAPE, value)}"\n' for name, value in sorted(variables.items())
    )


def _name(line: str) -> str:
    match = _LINE.match(line)
    return match["name"] if match else ""


def _unquote(value: str) -> str:
    if match := _SINGLE.match(value):
        return re.sub(r"\\(['\\])", r"\1", match["inner"])
    if match := _DOUBLE.match(value):
        return re.sub(r"\\([\"\\$`])", r"\1", match["inner"])
    return _COMMENT.sub("", value)


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
