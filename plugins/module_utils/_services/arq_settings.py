# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where arq would find a worker's settings: in its Python's path, and in the directory it is started in."""

from __future__ import annotations

import os
import shutil
import typing as t
from pathlib import Path

from .._core.command import run
from .._core.redaction import Redactor

# Goes down the packages by their directories, so that nothing of the application is run. One that changes its
# own path may have its parts anywhere, so that nothing is told of it.
_LOOK = """
import importlib.machinery, importlib.util, pathlib, sys
name, *below = sys.argv[1].split(".")
spec = importlib.util.find_spec(name)
for part in below:
    if spec is None or spec.submodule_search_locations is None:
        sys.exit(44)
    if spec.origin and "__path__" in pathlib.Path(spec.origin).read_text("utf-8", "replace"):
        sys.exit(0)
    # Made, not run: what is below asks it for its path.
    sys.modules[name] = importlib.util.module_from_spec(spec)
    places, name = list(spec.submodule_search_locations), f"{name}.{part}"
    spec = importlib.machinery.PathFinder.find_spec(name, places)
sys.exit(0 if spec else 44)
"""
_ABSENT = 44
# arq's options without a value; with others, which word is the settings' name is not told.
_FLAGS = ("--burst", "--no-burst", "--verbose", "-v")
_FIRST_BYTES = 4096


class NotFoundError(Exception):
    """The settings are not there; the message says what was looked for, and where."""


def look(command: t.Sequence[str], directory: str, limit: float, pythonpath: str = "") -> bool:
    """Return whether the settings of C(arq MODULE.CLASS) are there; False where it cannot be told.

    Args:
        command: the worker's command, as argv.
        directory: where it is started.
        limit: seconds that the look may take.
        pythonpath: the worker's C(PYTHONPATH), where it has one.

    Raises:
        NotFoundError: they are not there.
    """
    if not Path(directory).is_dir():
        raise NotFoundError(f"the worker's directory {directory} is not there")
    wanted, python = settings_module(command), interpreter(command[0])
    if not wanted or not python or not os.access(directory, os.R_OK | os.X_OK):
        return False
    step = run(
        [python, "-B", "-c", _LOOK, wanted],
        limit=limit,
        redact=Redactor({}),
        directory=directory,
        env={**os.environ, "PYTHONPATH": pythonpath},
    )
    if step.exit_status == _ABSENT:
        raise NotFoundError(f"arq would find no module {wanted} in {directory}, nor in the path of {python}")
    return step.ok


def settings_module(command: t.Sequence[str]) -> str:
    """Return the module of arq's argument C(MODULE.CLASS), or C('') where the command is another."""
    arguments = [word for word in command[1:] if word not in _FLAGS]
    if not command or Path(command[0]).name != "arq" or len(arguments) != 1:
        return ""
    module = arguments[0].rpartition(".")[0]
    return module if all(part.isidentifier() for part in module.split(".")) else ""


def interpreter(program: str) -> str:
    """Return the Python that a script is run by, as its first lines say, or C('')."""
    path = shutil.which(program)
    if path is None:
        return ""
    with Path(path).open("rb") as script:
        first, _newline, rest = script.read(_FIRST_BYTES).partition(b"\n")
    line = first.decode("utf-8", "replace")
    if not line.startswith("#!"):
        return ""
    words = line[2:].split()
    if words[:1] == ["/bin/sh"]:
        # A path that is too long for the kernel, or has a space, is on the line below.
        words = rest.decode("utf-8", "replace").partition("exec' ")[2].split(" ", 1)[:1]
    if words and Path(words[0]).name == "env":
        words = [shutil.which(words[1]) or ""] if len(words) > 1 else []
    python = words[0].strip('"') if words else ""
    return python if "python" in Path(python).name else ""
