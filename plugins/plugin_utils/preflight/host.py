# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host has, before anything is touched: one shell command, and its answer. Pure.

The command needs no Python itself, so that a host without one is a finding and not a failure.
"""

from __future__ import annotations

import json
import re
import shlex
import typing as t
from dataclasses import dataclass, field

from ...module_utils._core import libraries

# What ansible-core 2.19 and this collection's modules run on.
OLDEST = (3, 9)
_SHELL = "psp.rc_closure: there is a shell"
_ANSWER = "psp.rc_closure: "
# Any Python understands it, back to 2.7. It succeeds where no library is missing, and then no other is asked.
_SCRIPT = """
import io, json, os, re, socket, sys
asked = json.loads(sys.argv[2])
has = []
for name in asked["needs"]:
    try:
        __import__(name)
        has.append(name)
    except ImportError:
        pass
files = {}
for path, patterns in asked["files"].items():
    text, entries, error = "", [], ""
    try:
        if os.path.isdir(path):
            entries = sorted(os.listdir(path))
        elif os.path.isfile(path):
            with io.open(path, encoding="utf-8", errors="replace") as file:
                text = file.read(65536)
    except (IOError, OSError) as exc:
        error = str(exc)
    files[path] = {
        "exists": os.path.lexists(path),
        "link": os.readlink(path) if os.path.islink(path) else "",
        "directory": os.path.isdir(path),
        "entries": entries,
        "error": error,
        "matches": [pattern for pattern in patterns if re.search(pattern, text, re.MULTILINE)],
    }
taken = []
for address, port in asked["ports"]:
    try:
        socket.create_connection((address, port), 1).close()
        taken.append("%s:%s" % (address, port))
    except (OSError, socket.error):
        pass
programs = {}
for name, directory, path in asked["programs"]:
    places = [directory] if "/" in name else path + os.environ.get("PATH", os.defpath).split(":")
    programs[name] = any(os.access(os.path.join(place, name), os.X_OK) for place in places)
found = {"version": list(sys.version_info[:2]), "has": has, "files": files}
found.update(taken=taken, programs=programs)
print("psp.rc_closure: " + json.dumps([sys.argv[1], found]))
sys.exit(len(has) < len(asked["needs"]))
"""


@dataclass(frozen=True)
class Answer:
    """What one Python of the host answered.

    Of each path in C(files), that is: exists, link (its target), directory (whether it is one), entries (of
    a directory), matches (the patterns found), and error (why it cannot be read).
    """

    version: tuple[int, int]  # its own, such as (3, 11)
    has: frozenset[str] = frozenset()  # those of the libraries asked for that it can import
    files: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)  # where something listens, as address:port
    programs: dict[str, bool] = field(default_factory=dict)  # name → whether it can be run

    @property
    def usable(self) -> bool:
        """Whether modules run under it."""
        return self.version >= OLDEST


def command(
    interpreters: t.Sequence[str],
    needs: t.Sequence[str],
    files: t.Mapping[str, t.Sequence[str]],
    ports: t.Sequence[t.Sequence[t.Any]],
    programs: t.Sequence[t.Sequence[t.Any]] = (),
) -> str:
    """Return the shell command that asks the interpreters, up to the first that has all libraries."""
    asked = json.dumps({"needs": needs, "files": files, "ports": ports, "programs": programs})
    calls = [shlex.join([path, "-c", _SCRIPT, path, asked]) for path in dict.fromkeys(interpreters)]
    return f"echo {shlex.quote(_SHELL)}; {' || '.join([*calls, 'true'])}"


def read(answer: str) -> dict[str, Answer] | None:
    """Return the answers by interpreter; None where there was no shell to ask them."""
    if _SHELL not in answer:
        return None
    lines = re.findall(rf"^{re.escape(_ANSWER)}(\[.*\])\r?$", answer, re.MULTILINE)
    return {
        path: Answer(
            tuple(told["version"]), frozenset(told["has"]), told["files"], told["taken"], told["programs"]
        )
        for path, told in map(json.loads, lines)
    }


def problem(
    host: str,
    interpreters: t.Sequence[str],
    needs: t.Sequence[str],
    found: t.Mapping[str, Answer],
    errors: str = "",
) -> str:
    """Return what a host lacks, as one sentence, or C('').

    Of the interpreters, Ansible's own is the first; C(errors) is the shell's and their standard error.
    """
    own, oldest = interpreters[0], ".".join(map(str, OLDEST))
    mend = f"Python {oldest} or later is required: install it, or set ansible_python_interpreter to one"
    if own not in found:
        why = f" ({errors})" if errors else ""
        return f"{host} has no usable Python at {own}{why}: {mend}"
    if not found[own].usable:
        return f"{own} on {host} is Python {'.'.join(map(str, found[own].version))}: {mend}"
    if fitting(found, needs):
        return ""
    has = {name for one in found.values() if one.usable for name in one.has}
    lacking = [name for name in needs if name not in has] or needs
    return libraries.sentence(lacking, host, list(dict.fromkeys(interpreters)))


def fitting(found: t.Mapping[str, Answer], needs: t.Sequence[str]) -> str:
    """Return the first interpreter that modules run under and that has these libraries, or C('')."""
    return next((path for path, one in found.items() if one.usable and one.has.issuperset(needs)), "")


def look(
    shell: t.Callable[[str], tuple[t.Any, str, str]],
    host: str,
    interpreters: t.Sequence[str],
    *,
    needs: t.Sequence[str] = (),
    files: t.Mapping[str, t.Sequence[str]] | None = None,
    ports: t.Sequence[t.Sequence[t.Any]] = (),
    programs: t.Sequence[t.Sequence[t.Any]] = (),
) -> dict[str, t.Any]:
    """Return whether the host was C(reached), and what it has, or C(msg), why it cannot be used.

    C(shell) runs a command there and returns its status and both streams. Of the interpreters, Ansible's own
    is the first.
    """
    _status, stdout, stderr = shell(command(interpreters, needs, files or {}, ports, programs))
    found = read(stdout)
    errors = " ".join((stderr or ("" if found else stdout)).split())
    if found is None:
        nothing: dict[str, t.Any] = {"python": "", "files": {}, "taken": [], "programs": {}}
        return {"reached": False, "msg": f"{host} cannot be reached: {errors}", **nothing}
    lacking = problem(host, interpreters, needs, found, errors)
    if lacking:
        return {"reached": True, "msg": lacking}
    own = found[interpreters[0]]
    python = fitting(found, needs)
    return {
        "reached": True,
        "python": python,
        "files": own.files,
        "taken": own.taken,
        "programs": own.programs,
    }


def another(files: t.Mapping[str, t.Mapping[str, t.Any]], own: t.Mapping[str, str]) -> list[str]:
    """Return a sentence for each file that this collection did not make, with what C(own) says to do."""
    found = ((path, files[path], advice) for path, advice in own.items() if path in files)
    return [
        f"{path} is there and was not made by this role: {advice}"
        for path, file, advice in found
        if file["exists"] and not file["matches"]
    ]
