# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a host has to be there: directories, env files and what they set, logs, and programs. Pure.

Each is given under the name of the role's variable that a sentence is to name.
"""

from __future__ import annotations

import posixpath
import re
import typing as t

from . import formats

Options = t.Mapping[str, t.Any]

# A line of an environment file that holds a secret: by its variable's name, or a password within a URL.
SECRET = (
    r"(?i)^[ \t]*(?:export[ \t]+)?\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|(?:API|PRIVATE|SECRET)_?KEY)"
    r"[ \t]*=[ \t]*['\"]?[^\s'\"]"
    r"|^[^#\n]*=[ \t]*['\"]?[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@"
)
_READ, _WRITE = 4, 2


def paths(args: Options) -> dict[str, list[str]]:
    """Return the paths that the host is asked for, each with the expressions to look for in its lines."""
    asked: dict[str, list[str]] = {path: [] for _name, path in _directories(args)}
    for _name, path, one in _settings(args):
        expressions = [*map(_sets, [*_names(one), "PATH"]), SECRET, *map(_undecoded, one.get("arq") or [])]
        asked.setdefault(path, []).extend(expressions)
    for _name, path, _must in _logs(args):
        asked.setdefault(path, [])
        asked.setdefault(posixpath.dirname(path), [])
    return asked


def programs(args: Options) -> list[list[t.Any]]:
    """Return the programs that the host is asked for: name, directory that it is run in, own PATH, and the
    arguments by which it tells its version, where that matters."""
    return [
        [program, one.get("directory") or "/", list(one.get("path") or []), _asks_version(program, one)]
        for _name, program, one in _programs(args)
    ]


def problems(args: Options, found: Options, host: str, *, machine: bool = True) -> list[str]:
    """Return a sentence for each thing that is not there; none where the host was not asked.

    In a container or pod, which is no C(machine), there are no other users to keep a file from.
    """
    if not found.get("reached") or "files" not in found:
        return []
    files = found["files"]
    lacking = [(name, path, _no_directory(files[path], host)) for name, path in _directories(args)]
    for name, path, one in _settings(args):
        lacking.append((name, path, _setting(files[path], path, one, host, machine=machine)))
    lacking += [(name, path, _no_log(files, path, must, host)) for name, path, must in _logs(args)]
    sentences = [f"{name} {path} {what}" for name, path, what in lacking if what]
    # Where an environment file sets PATH, programs are looked for there.
    if any(_sets("PATH") in files[path]["matches"] for _name, path, _names in _settings(args)):
        return sentences
    return sentences + [
        told for name, program, one in _programs(args) if (told := _program(name, program, one, found, host))
    ]


def _program(name: str, program: str, one: Options, found: Options, host: str) -> str:
    if not found["programs"][program]:
        path = f", or add its directory to {one['variable']}" if one.get("variable") else ""
        return f"{program} of {name} is not found on {host}: install it{path}"
    version = found["versions"].get(program, "")
    if not version or version.startswith("1."):
        return ""
    return (
        f"{program} of {name} on {host} is version {version}, which hands -- on, so that all specs run: "
        f"install yarn 1 (npm install --global yarn@1)"
    )


def _asks_version(program: str, one: Options) -> list[str]:
    """Only of yarn it matters: later versions take C(yarn SCRIPT -- FILE) for another command than 1 does."""
    return ["--version"] if posixpath.basename(program) == "yarn" and "--" in one["argv"] else []


def _directories(args: Options) -> list[tuple[str, str]]:
    """Return name and path; what is no path is a problem of the variable's format."""
    return [(name, path) for name, path in (args.get("directories") or {}).items() if _is_text(path)]


def _settings(args: Options) -> list[tuple[str, str, Options]]:
    given = (args.get("settings") or {}).items()
    return [(name, one["path"], one) for name, one in given if _is_text(one["path"])]


def _names(one: Options) -> list[str]:
    return list(one.get("names") or [])


def _logs(args: Options) -> list[tuple[str, str, bool]]:
    """Return name, path and whether it must be there already, of logs that are files."""
    given = [(name, one["log"], one) for name, one in (args.get("logs") or {}).items()]
    files = [(name, log.get("file"), one) for name, log, one in given if isinstance(log, dict)]
    return [(name, path, bool(one.get("must"))) for name, path, one in files if _is_absolute(path)]


def _programs(args: Options) -> list[tuple[str, str, Options]]:
    given = (args.get("programs") or {}).items()
    return [
        (name, one["argv"][0], one)
        for name, one in given
        if isinstance(one["argv"], list) and one["argv"] and _is_text(one["argv"][0])
    ]


def _is_absolute(value: t.Any) -> t.TypeGuard[str]:
    return isinstance(value, str) and value.startswith("/")


def _is_text(value: t.Any) -> bool:
    return isinstance(value, str) and bool(value)


def _no_directory(file: Options, host: str) -> str:
    if file["error"]:
        return f"cannot be looked at: {file['error']}{_mend(file)}"
    if file["directory"]:
        return ""
    return f"is not a directory on {host}" if file["exists"] else f"does not exist on {host}"


def _setting(file: Options, path: str, one: Options, host: str, *, machine: bool) -> str:
    """Return what is wrong with an environment file; one that the run writes may be missing."""
    written = not one.get("must", True)
    if written and not file["exists"] and not file["error"]:
        return ""
    unset = _not_set(file, _names(one), host)
    if not unset and machine and not written:
        unset = _open_to_all(file, path, host)
    coded = [name for name in one.get("arq") or [] if _undecoded(name) in file["matches"]]
    return unset or (f"on {host}, {coded[0]}: {formats.UNDECODED}" if coded else "")


def _not_set(file: Options, names: t.Sequence[str], host: str) -> str:
    if file["error"]:
        return f"cannot be read: {file['error']}{_mend(file)}"
    if file["directory"] or not file["exists"]:
        return f"is a directory on {host}" if file["directory"] else f"does not exist on {host}"
    if names and not any(_sets(one) in file["matches"] for one in names):
        return f"sets none of {', '.join(names)}"
    return ""


def _open_to_all(file: Options, path: str, host: str) -> str:
    """Return what is wrong with an environment file's mode: who writes it rules the service."""
    about = f"(mode {file['mode']}, owner {file['owner']})"
    if file["everybody"] & _WRITE:
        return f"{about} can be written by every user of {host}: chmod o-rwx {path}"
    if file["everybody"] & _READ and SECRET in file["matches"]:
        return f"{about} holds secrets that every user of {host} can read: chmod o-rwx {path}"
    return ""


def _no_log(files: t.Mapping[str, Options], path: str, must: bool, host: str) -> str:
    """Return what is wrong with a log; that of a service which is still to be started may not exist."""
    file, folder = files[path], files[posixpath.dirname(path)]
    if file["error"]:
        return f"cannot be read: {file['error']}{_mend(file)}"
    if file["directory"]:
        return f"is a directory on {host}: name the file that the log is written to"
    if file["exists"] or (folder["directory"] and not must):
        return ""
    return f"does not exist on {host}: name the file that the log is written to"


def _mend(file: Options) -> str:
    denied = file["denied"]
    return f": give the user {denied} the right to, or set ansible_become for the host" if denied else ""


def _undecoded(name: str) -> str:
    """Return the expression for a Redis URL with a % in its user or password."""
    return rf"^[ \t]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=[ \t]*['\"]?rediss?://[^@\s]*%[^@\s]*@"


def _sets(name: str) -> str:
    return rf"^[ \t]*(?:export[ \t]+)?{re.escape(name)}[ \t]*=."
