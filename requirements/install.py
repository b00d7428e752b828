# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make `.venv` what the lock for its Python says; do nothing where it is that already.

Runs on a bare Python (standard library only). uv does the work where it can be had, because it
is some ten times faster than pip; pip does it elsewhere. Only wheels are taken: the machine needs
no compiler.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
LOCKS = REQUIREMENTS / "locks"
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"

LIST_SETTINGS = ("extra-index-url", "find-links", "trusted-host")
TRUE = {"1", "true", "yes", "on"}


def lock_file() -> Path:
    """Return the lock for the running Python's minor version."""
    major, minor = sys.version_info[:2]
    return LOCKS / f"py{major}{minor}.txt"


def wanted_state() -> dict[str, str]:
    """Return what a finished environment was made of; any difference calls for an install."""
    return {
        "lock": hashlib.sha256(lock_file().read_bytes()).hexdigest(),
        "python": sys.version,
        "base": sys.base_prefix,
        # Scripts in bin/ carry the absolute path, so a moved checkout needs a new environment.
        "place": str(VENV),
    }


def recorded_state() -> dict[str, str]:
    """Return what the stamp says, or nothing where there is no readable stamp."""
    try:
        return dict(json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def create_venv() -> None:
    """Make a new, empty `.venv` on the interpreter that stands behind the running one."""
    print(f"Creating .venv with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    base = getattr(sys, "_base_executable", None) or sys.executable
    subprocess.run([base, "-m", "venv", "--prompt", "rc_closure", str(VENV)], check=True)


def pip_settings() -> dict[str, str]:
    """Return pip's own settings (`index-url`, `cert`, …), from its files and the environment."""
    listing = subprocess.run(
        [str(VENV_PYTHON), "-m", "pip", "config", "list"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return merge_settings(listing)


def merge_settings(listing: str) -> dict[str, str]:
    """Merge the lines of `pip config list` as `pip install` does: the environment wins."""
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        name, _equals, value = line.partition("=")
        section, _dot, key = name.rpartition(".")
        if section in sections:
            sections[section][key] = str(ast.literal_eval(value))
    return {**sections["global"], **sections["install"], **sections[":env:"]}


def uv_environment(settings: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` with pip's index settings in uv's variables; uv reads none of pip's.

    They go by the environment, since an index address may hold a password. What is set for uv
    already stays as it is.
    """
    lists = {key: settings.get(key, "").split() for key in LIST_SETTINGS}
    translated = {
        "UV_DEFAULT_INDEX": settings.get("index-url", ""),
        "UV_INDEX": " ".join(lists["extra-index-url"]),
        # pip takes the best file of all indexes; uv by default stops at the first with the name.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if lists["extra-index-url"] else "",
        "UV_FIND_LINKS": ",".join(lists["find-links"]),
        "UV_INSECURE_HOST": " ".join(lists["trusted-host"]),
        "UV_NO_INDEX": "true" if settings.get("no-index", "").lower() in TRUE else "",
        "UV_SYSTEM_CERTS": "true",
        "SSL_CERT_FILE": settings.get("cert", ""),
    }
    given = {name: value for name, value in translated.items() if value}
    return {**given, **environment, "VIRTUAL_ENV": str(VENV)}


def install_by_uv() -> bool:
    """Install the lock by uv and drop what it no longer names; tell whether that worked."""
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    uv = [str(VENV / "bin" / "uv"), "pip", "sync", "--quiet", "--only-binary", ":all:"]
    bootstrap = subprocess.run([*pip, "-r", str(REQUIREMENTS / "uv.txt")], check=False)
    if bootstrap.returncode != 0:
        return False
    environment = uv_environment(pip_settings(), os.environ)
    return subprocess.run([*uv, str(lock_file())], check=False, env=environment).returncode == 0


def install_by_pip() -> None:
    """Install the lock by pip; raise `CalledProcessError` when that fails."""
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
    subprocess.run([*pip, "--requirement", str(lock_file())], check=True)


def compile_bytecode() -> None:
    """Compile what is installed, as pip does and uv does not.

    A closure starts some fifty Pythons, and where PYTHONDONTWRITEBYTECODE is set each of them would compile
    again what it imports. Ansible's loader compiles collections itself, whatever lies beside them.
    """
    packages = next((VENV / "lib").glob("python3*/site-packages"))
    compiled = [str(VENV_PYTHON), "-m", "compileall", "-q", "-j", "0", "-x", "/ansible_collections/"]
    # A package may ship templates that are no Python.
    subprocess.run([*compiled, str(packages)], check=False, capture_output=True)


def bring_up_to_date() -> None:
    """Install where the environment is not what the lock and the Python ask for."""
    wanted, recorded = wanted_state(), recorded_state()
    if wanted == recorded:
        return
    STAMP.unlink(missing_ok=True)
    same_python = {**wanted, "lock": ""} == {**recorded, "lock": ""}
    if not same_python:
        create_venv()
    print(f"Installing {lock_file().relative_to(ROOT)}", flush=True)
    if not install_by_uv():
        print("uv could not do it; going on with pip, which takes longer", file=sys.stderr)
        install_by_pip()
    compile_bytecode()
    STAMP.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Bring `.venv` up to date, one process at a time."""
    if not lock_file().is_file():
        print(f"No lock for this Python: {lock_file().relative_to(ROOT)}", file=sys.stderr)
        return 1
    with lock_file().open(encoding="utf-8") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        try:
            bring_up_to_date()
        except subprocess.CalledProcessError as error:
            print(f"Could not install ({error})", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
