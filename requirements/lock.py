# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compile the .in files into one lock per Python; arguments (`--upgrade`) are handed on to uv.

Without --upgrade, a version that is locked stays, as long as the .in files allow it.
"""

from __future__ import annotations

import os
import subprocess
import sys

from install import LOCKS, REQUIREMENTS, VENV, pip_settings, uv_environment

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SOURCES = ("runtime.in", "twin.in", "dev.in")
# Additional indexes stay out, so that a lock does not tell what one machine happens to hold.
SETTINGS = {"index-url", "cert", "trusted-host"}
HEADER = "# CPython {python}: made by `make lock` from the .in files, which are the place to edit.\n"


def compile_lock(python: str, arguments: list[str], environment: dict[str, str]) -> None:
    """Write the lock for one Python; raise `CalledProcessError` where there is no solution.

    Only versions that come as wheels are taken, and the lock names no index: where packages come
    from is the business of the machine that installs them.
    """
    lock = LOCKS / f"py{python.replace('.', '')}.txt"
    options = ["--python-version", python, "--only-binary", ":all:", "--no-header"]
    options += ["--no-annotate", "--no-emit-index-url", "--no-emit-find-links", "--quiet"]
    subprocess.run(
        [VENV / "bin" / "uv", "pip", "compile", *options, "-o", lock, *arguments, *SOURCES],
        check=True,
        cwd=REQUIREMENTS,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    lock.write_text(HEADER.format(python=python) + lock.read_text(encoding="utf-8"), "utf-8")


def main(arguments: list[str]) -> int:
    """Compile every lock."""
    settings = {key: value for key, value in pip_settings().items() if key in SETTINGS}
    environment = uv_environment(settings, os.environ)
    try:
        for python in PYTHONS:
            compile_lock(python, arguments, environment)
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
