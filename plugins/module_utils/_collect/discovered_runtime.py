# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs a process: a systemd unit, supervisor, a container or a pod; and what that says of it."""

from __future__ import annotations

import configparser
import json
import typing as t
from pathlib import Path

from .._clients import process
from .._core import command
from .._text import command_line
from .._text.command_line import SUPERVISOR

Finding = dict[str, t.Any]

_UNIT = ("EnvironmentFiles", "User")


def of(
    everything: t.Mapping[int, process.Process],
    one: process.Process,
    environment: t.Mapping[str, str],
    limit: float,
) -> Finding:
    """Return C(kind), and of each kind what it has: C(name), C(env_files), C(log), C(image) and the like."""
    cgroup, own = _cgroup(str(one.pid)), _cgroup("self")
    container, unit = command_line.container(cgroup), command_line.unit(cgroup)
    name = environment.get("SUPERVISOR_PROCESS_NAME", "")
    if container and container not in own:
        kind = "pod" if "kubepods" in cgroup or "KUBERNETES_SERVICE_HOST" in environment else "docker"
        return {"kind": kind, "id": container, **_container(container, limit)}
    if name:
        return {"kind": "supervisor", "name": name, **_supervisor(everything, one, name)}
    if unit and unit not in own:
        return {"kind": "systemd", "name": unit, **_unit(unit, limit)}
    return {"kind": "none"}


def _supervisor(everything: t.Mapping[int, process.Process], one: process.Process, name: str) -> Finding:
    """Return how the supervisor above a process is configured, and what it has of the program."""
    above = one
    while above.parent in everything and not _supervises(above):
        above = everything[above.parent]
    argv = list(above.argv)
    named = next((argv[i + 1] for i, word in enumerate(argv[:-1]) if word in ("-c", "--configuration")), "")
    conf = Path(above.directory, named) if named else Path("/etc/supervisor/supervisord.conf")
    read = configparser.RawConfigParser(strict=False)
    read.read(conf, "utf-8")
    included = read.get("include", "files", fallback="").split()
    read.read([path for files in included for path in _matching(conf.parent, files)], "utf-8")
    section = f"program:{name}"
    program = dict(read[section]) if read.has_section(section) else {}
    control = next(
        (str(path) for word in argv if (path := Path(word).parent / "supervisorctl").exists()),
        "supervisorctl",
    )
    return {
        "conf": str(conf),
        "supervisorctl": control,
        "include_dir": str((conf.parent / included[0]).parent) if included else "",
        "home": read.get("supervisord", "directory", fallback="").replace("%%", "%") or str(conf.parent),
        "command": program.get("command", "").replace("%%", "%"),
        "log": program.get("stdout_logfile", "").replace("%%", "%"),
    }


def _matching(folder: Path, pattern: str) -> list[Path]:
    return sorted(Path("/").glob(pattern.lstrip("/")) if pattern.startswith("/") else folder.glob(pattern))


def _supervises(one: process.Process) -> bool:
    what = command_line.read(one.argv)
    return what is not None and what.kind == SUPERVISOR


def _unit(name: str, limit: float) -> Finding:
    argv = ["systemctl", "show", f"{name}.service", *(f"--property={one}" for one in _UNIT)]
    pairs = [line.partition("=") for line in command.run(argv, limit=limit).stdout.splitlines()]
    files = [value.partition(" (")[0] for key, _equals, value in pairs if key == "EnvironmentFiles" and value]
    told = {key: value for key, _equals, value in pairs}
    return {"env_files": files, "user": told.get("User", "")}


def _container(identity: str, limit: float) -> Finding:
    """Return what the engine has of a container; nothing where it cannot be asked."""
    step = command.run(["docker", "inspect", identity], limit=limit)
    try:
        about = json.loads(step.stdout)[0]
    except (ValueError, LookupError):
        return {}
    mounts = [
        {"type": one["Type"], "source": one.get("Name") or one["Source"], "target": one["Destination"]}
        for one in about.get("Mounts", [])
    ]
    networks = about.get("NetworkSettings", {}).get("Networks", {})
    return {
        "name": about["Name"].lstrip("/"),
        "image": about["Config"]["Image"],
        "networks": [{"name": name} for name in networks],
        "mounts": mounts,
        "address": next((one["IPAddress"] for one in networks.values() if one.get("IPAddress")), ""),
    }


def _cgroup(pid: str) -> str:
    try:
        return (process.PROC / pid / "cgroup").read_text("utf-8", "replace")
    except OSError:
        return ""
