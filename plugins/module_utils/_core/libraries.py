# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python libraries that a collector needs, and the interpreter on the host that has them.

The service's own virtual environment usually has what the system's Python lacks: the module is run again
there.
"""

from __future__ import annotations

import typing as t
from importlib import import_module
from pathlib import Path

from ansible.module_utils.common.respawn import (
    has_respawned,
    probe_interpreters_for_module,
    respawn_module,
)

from .steps import hostname

SYSTEM = ("/usr/bin/python3", "/usr/libexec/platform-python", "/usr/local/bin/python3")


def missing(needs: t.Sequence[str]) -> list[str]:
    """Return those that the interpreter at work cannot import."""
    lacking = []
    for name in needs:
        try:
            import_module(name)
        except ImportError:
            lacking.append(name)
    return lacking


def ensure(needs: t.Sequence[str], python: str | None, path: t.Sequence[str]) -> str:
    """Run the module again under an interpreter that has what is missing, and do not return.

    Where nothing is missing, return C(''); where no interpreter has it, one sentence with the ways to get it.
    """
    wanted = missing(needs)
    if not wanted:
        return ""
    asked = candidates(python, path)
    found = None if has_respawned() else probe_interpreters_for_module(asked, ", ".join(needs))
    if found:
        respawn_module(found)
    return sentence(wanted, hostname(), asked)


def candidates(python: str | None, path: t.Sequence[str]) -> list[str]:
    """Return the interpreters to ask, in order: this one, those in these directories, the system's."""
    own = [str(Path(directory, "python3")) for directory in path]
    return list(dict.fromkeys([*([python] if python else []), *own, *SYSTEM]))


def sentence(lacking: t.Sequence[str], host: str, asked: t.Sequence[str]) -> str:
    """Return what a host lacks, with the ways to get it."""
    packages = " and ".join(f"python3-{name}" for name in lacking)
    return (
        f"no Python on {host} has the library {' and '.join(lacking)} (asked: {', '.join(asked)}): "
        f"install the distribution's package {packages}, or name the interpreter of a virtual environment "
        "that has it as rc_closure_python (the option python), or a host that has it as staging_request_host"
    )
