# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a host has to be there: directories, files, the variables that a file sets, and programs. Pure.

Each is given under the name of the role's variable that a sentence is to name.
"""

from __future__ import annotations

import re
import typing as t

Options = t.Mapping[str, t.Any]


def paths(args: Options) -> dict[str, list[str]]:
    """Return the paths that the host is asked for, each with the expressions to look for in its lines."""
    asked: dict[str, list[str]] = {path: [] for _name, path in _directories(args)}
    for _name, path, names in _settings(args):
        asked.setdefault(path, []).extend(map(_sets, [*names, "PATH"]))
    return asked


def programs(args: Options) -> list[list[t.Any]]:
    """Return the programs that the host is asked for: name, directory that it is run in, and own PATH."""
    return [
        [program, one.get("directory") or "/", list(one.get("path") or [])]
        for _name, program, one in _programs(args)
    ]


def problems(args: Options, found: Options, host: str) -> list[str]:
    """Return a sentence for each thing that is not there; none where the host was not asked."""
    if not found.get("reached") or "files" not in found:
        return []
    files = found["files"]
    lacking = [(name, path, _no_directory(files[path], host)) for name, path in _directories(args)]
    lacking += [(name, path, _not_set(files[path], names, host)) for name, path, names in _settings(args)]
    sentences = [f"{name} {path} {what}" for name, path, what in lacking if what]
    # Where an environment file sets PATH, programs are looked for there.
    if any(_sets("PATH") in files[path]["matches"] for _name, path, _names in _settings(args)):
        return sentences
    return sentences + [
        f"{program} of {name} is not found on {host}: install it"
        + (f", or add its directory to {one['variable']}" if one.get("variable") else "")
        for name, program, one in _programs(args)
        if not found["programs"][program]
    ]


def _directories(args: Options) -> list[tuple[str, str]]:
    """Return name and path; what is no path is a problem of the variable's format."""
    return [(name, path) for name, path in (args.get("directories") or {}).items() if _is_text(path)]


def _settings(args: Options) -> list[tuple[str, str, list[str]]]:
    given = (args.get("settings") or {}).items()
    return [(name, one["path"], list(one.get("names") or [])) for name, one in given if _is_text(one["path"])]


def _programs(args: Options) -> list[tuple[str, str, Options]]:
    given = (args.get("programs") or {}).items()
    return [
        (name, one["argv"][0], one)
        for name, one in given
        if isinstance(one["argv"], list) and one["argv"] and _is_text(one["argv"][0])
    ]


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str) and bool(value)


def _no_directory(file: Options, host: str) -> str:
    if file["error"]:
        return f"cannot be looked at: {file['error']}"
    if file["directory"]:
        return ""
    return f"is not a directory on {host}" if file["exists"] else f"does not exist on {host}"


def _not_set(file: Options, names: t.Sequence[str], host: str) -> str:
    if file["error"]:
        return f"cannot be read: {file['error']}"
    if file["directory"] or not file["exists"]:
        return f"is a directory on {host}" if file["directory"] else f"does not exist on {host}"
    if names and not any(_sets(one) in file["matches"] for one in names):
        return f"sets none of {', '.join(names)}"
    return ""


def _sets(name: str) -> str:
    return rf"^[ \t]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=."
