# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A draft as an inventory's files, which are written once and never over what somebody edited."""

from __future__ import annotations

import hashlib
import json
import secrets
import textwrap
import typing as t
from pathlib import Path

import yaml

from ...module_utils._core import files
from .values import ALL, Draft, Value, group_of

PASSWORD_FILE = ".redis_password"
_DIGESTS = ".draft.json"
_WIDTH = 118
_HEAD = """\
A draft, made from what runs. Above each value is where it was seen; GUESS marks what may be otherwise,
TO FILL IN what nothing was found for. All variables are in the README of each role. The release is given on
the command line: rc_closure_ticket, rc_closure_release and rc_closure_commit.
"""


def texts(draft: Draft) -> dict[str, str]:
    """Return path below the inventory → its text."""
    made = {"hosts.yml": _hosts(draft)}
    for group in dict.fromkeys([ALL, *(group_of(value.name) for value in draft.values)]):
        parts = [_shown(value) for value in draft.values if group_of(value.name) == group]
        head = [_comment(note) for note in draft.notes] if group == ALL else []
        first = f"{_comment(_HEAD)}{''.join(head)}" if group == ALL else ""
        made[f"group_vars/{group}.yml"] = "---\n" + "\n".join(filter(None, [first, *parts]))
    return made


def summary(draft: Draft) -> dict[str, t.Any]:
    """Return how many values were seen, and the names of what is guessed or has to be filled in."""
    missing = [one.name for one in draft.values if _is_missing(one)]
    guessed = [one.name for one in draft.values if one.guess]
    return {"values": len(draft.values), "guessed": guessed, "to_fill_in": missing}


def refusal(folder: Path) -> str:
    """Return why nothing may be written there, or C('')."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return ""
    try:
        digests = json.loads((folder / _DIGESTS).read_text("utf-8"))
    except (OSError, ValueError):
        return f"{folder} is there, and is no draft: name another directory by discover_to"
    now = {
        str(path.relative_to(folder)): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()
    }
    edited = {name for name in now.keys() | digests.keys() if now.get(name) != digests.get(name)}
    edited -= {_DIGESTS, PASSWORD_FILE}
    if edited:
        named = ", ".join(sorted(edited))
        return f"the draft in {folder} was edited ({named}), and stays: name another directory by discover_to"
    return ""


def write(folder: Path, made: t.Mapping[str, str], *, password: bool) -> None:
    """Write the files, and what tells later whether they were edited; a password is made once.

    Raises:
        OSError: they cannot be written.
    """
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write(path, text)
    if password and not (folder / PASSWORD_FILE).exists():
        files.write(folder / PASSWORD_FILE, secrets.token_hex(24))
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in made.items()}
    files.write(folder / _DIGESTS, json.dumps(digests, indent=1))


def _hosts(draft: Draft) -> str:
    children: dict[str, t.Any] = {
        group: {"hosts": {name: {} for name in names}} for group, names in draft.groups.items()
    }
    tree = {ALL: {"hosts": draft.hosts, "children": children}}
    return f"---\n{yaml.safe_dump(_plain(tree), sort_keys=False, width=_WIDTH).replace('{}', '')}".replace(
        ": \n", ":\n"
    )


def _shown(value: Value) -> str:
    marked = f"GUESS: {value.seen}" if value.guess else value.seen
    text = yaml.safe_dump(
        _plain(value.value), default_flow_style=True, sort_keys=False, allow_unicode=True, width=100_000
    )
    return f"{_comment(marked)}{value.name}: {text.removesuffix('...' + chr(10))}"


def _plain(value: t.Any) -> t.Any:
    """Return the same without the marks that Ansible puts on values, which YAML does not take."""
    return json.loads(json.dumps(value))


def _comment(text: str) -> str:
    lines = (line for part in text.splitlines() for line in textwrap.wrap(part, _WIDTH) or [""])
    return "".join(f"# {line}\n" for line in lines)


def _is_missing(value: Value) -> bool:
    return value.seen.startswith("TO FILL IN")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
