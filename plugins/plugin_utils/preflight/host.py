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
import errno, io, json, os, pwd, re, socket, subprocess, sys, time
began = time.time()
asked = json.loads(sys.argv[2])
def named(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
def system():
    try:
        with io.open("/etc/os-release", encoding="utf-8") as file:
            return re.search("^PRETTY_NAME=(.+)$", file.read(), re.MULTILINE).group(1).strip("'\\"")
    except (AttributeError, IOError, OSError, ValueError):
        return "%s %s" % (os.uname()[0], os.uname()[2])
def everybody(path, mode):
    while mode & 7 and path != os.path.dirname(path):
        path = os.path.dirname(path)
        mode = mode if os.stat(path).st_mode & 1 else 0
    return mode & 7
has = []
for name in asked["needs"]:
    try:
        __import__(name)
        has.append(name)
    except ImportError:
        pass
files = {}
for path, patterns in asked["files"].items():
    text, entries, error, denied, mode, owner, may = "", [], "", "", 0, "", 0
    try:
        about = os.stat(path)
        mode, owner = about.st_mode & 4095, named(about.st_uid)
        may = everybody(os.path.realpath(path), mode)
        if os.path.isdir(path):
            entries = sorted(os.listdir(path))
            if not os.access(path, os.X_OK):
                raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
        elif os.path.isfile(path):
            with io.open(path, encoding="utf-8", errors="replace") as file:
                text = file.read(65536)
    except (IOError, OSError) as exc:
        error = "" if exc.errno in (errno.ENOENT, errno.ENOTDIR) else str(exc)
        denied = named(os.geteuid()) if exc.errno == errno.EACCES else ""
    files[path] = {
        "exists": os.path.lexists(path),
        "link": os.readlink(path) if os.path.islink(path) else "",
        "directory": os.path.isdir(path),
        "entries": entries,
        "error": error,
        "denied": denied,
        "mode": "%04o" % mode,
        "owner": owner,
        "everybody": may,
        "matches": [pattern for pattern in patterns if re.search(pattern, text, re.MULTILINE)],
    }
taken = []
for address, port in asked["ports"]:
    try:
        socket.create_connection((address, port), 1).close()
        taken.append("%s:%s" % (address, port))
    except (OSError, socket.error):
        pass
programs, versions = {}, {}
def runs(path):
    if not os.path.isfile(path) or not os.access(path, os.X_OK):
        return False
    try:
        with io.open(path, "rb") as file:
            first = file.readline(4096).decode("utf-8", "replace")
    except (IOError, OSError):
        return True
    interpreter = first[2:].split() if first.startswith("#!") else []
    return not interpreter or os.path.exists(interpreter[0])
for name, directory, path, version in asked["programs"]:
    usual = path + os.environ.get("PATH", os.defpath).split(":")
    places = [os.path.join(place, name) for place in ([directory] if "/" in name else usual)]
    program = next((place for place in places if runs(place)), "")
    programs[name] = bool(program)
    if program and version:
        env = dict(os.environ, PATH=":".join(usual), COREPACK_ENABLE_NETWORK="0")
        limit = {"timeout": 10} if sys.version_info[0] > 2 else {}
        try:
            told = subprocess.Popen([program] + version, cwd=directory, env=env, stdin=open(os.devnull),
                                    stdout=subprocess.PIPE, stderr=open(os.devnull, "w"))
            versions[name] = told.communicate(**limit)[0].decode("ascii", "replace").strip()
        except OSError:
            pass
        except Exception:
            told.kill()
found = {"version": list(sys.version_info[:2]), "has": has, "files": files}
found.update(taken=taken, programs=programs, versions=versions, os=system(), clock=[began, time.time()])
print("psp.rc_closure: " + json.dumps([sys.argv[1], found]))
sys.exit(len(has) < len(asked["needs"]))
"""


@dataclass(frozen=True)
class Answer:
    """What one Python of the host answered.

    Of each path in C(files), that is: exists, link (its target), directory (whether it is one), entries (of
    a directory), matches (the patterns found), mode, owner, everybody (the bits of what all users may do, 4
    to read and 2 to write, where they can get there), error (why it cannot be read or entered), and denied
    (the user who lacks the right to).
    """

    version: tuple[int, int]  # its own, such as (3, 11)
    has: frozenset[str] = frozenset()  # those of the libraries asked for that it can import
    files: dict[str, dict[str, t.Any]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)  # where something listens, as address:port
    programs: dict[str, bool] = field(default_factory=dict)  # name → whether it can be run
    versions: dict[str, str] = field(default_factory=dict)  # of those whose version is asked for
    os: str = ""  # the system's name and version, as /etc/os-release or the kernel says
    clock: t.Sequence[float] = ()  # when it began and ended, in Unix seconds of the host's clock

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
            tuple(told["version"]),
            frozenset(told["has"]),
            *(told[name] for name in ("files", "taken", "programs", "versions", "os", "clock")),
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
        nothing: dict[str, t.Any] = {"python": "", "files": {}, "taken": [], "programs": {}, "versions": {}}
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
        "versions": own.versions,
        "os": own.os,
        "clock": own.clock,
    }


def another(files: t.Mapping[str, t.Mapping[str, t.Any]], own: t.Mapping[str, str]) -> list[str]:
    """Return a sentence for each file that this collection did not make, with what C(own) says to do."""
    found = ((path, files[path], advice) for path, advice in own.items() if path in files)
    return [
        f"{path} is there and was not made by this role: {advice}"
        for path, file, advice in found
        if file["exists"] and not file["matches"]
    ]
