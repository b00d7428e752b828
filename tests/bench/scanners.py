# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: PLC0415  # the packages are there in a process of their own alone
"""How much faster text is masked than other hands' scanners only look through it.

    python -m tests.bench.scanners FILE     the megabytes that each scans in a second of one core, as JSON
    python -m tests.bench.scanners --find   what CredSweeper finds in the files that standard input names

They are packages of their own (C(requirements/scanners.in)), which are put into C(.cache/scanners): what
CredSweeper needs is more than all of the rest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / ".cache" / "scanners"
SOURCE = ROOT / "requirements" / "scanners.in"
LIMIT_SECONDS = 900


def mb_s(text: bytes) -> dict[str, float]:
    """Return scanner → megabytes a second of one core; none where the packages cannot be had."""
    if not (PACKAGES / "credsweeper").is_dir():
        argv = [sys.executable, "-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
        argv += ["--target", str(PACKAGES), "-r", str(SOURCE)]
        if subprocess.run(argv, check=False, stdin=subprocess.DEVNULL).returncode:
            return {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "text.log")
        file.write_bytes(text)
        done = subprocess.run(
            [sys.executable, __file__, str(file)],
            env={**os.environ, "PYTHONPATH": str(PACKAGES), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            check=True,
            timeout=LIMIT_SECONDS,
        )
    return t.cast("dict[str, float]", json.loads(done.stdout.splitlines()[-1]))


def credsweeper_finds(files: t.Iterable[Path]) -> list[tuple[str, str, str]] | None:
    """Return file, rule and value of what CredSweeper finds; None where it cannot be had."""
    env = {**os.environ, "PYTHONPATH": str(PACKAGES)}
    there = [sys.executable, "-c", "import credsweeper"]
    if subprocess.run(there, env=env, check=False, capture_output=True).returncode:
        return None
    done = subprocess.run(
        [sys.executable, __file__, "--find"],
        input="\n".join(map(str, files)),
        env=env,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=LIMIT_SECONDS,
    )
    return [tuple(found) for found in json.loads(done.stdout.splitlines()[-1])]


def _finds(files: t.Iterable[str]) -> list[tuple[str, str, str]]:
    from credsweeper.app import CredSweeper
    from credsweeper.file_handler.text_content_provider import TextContentProvider

    scanner = CredSweeper()
    return [
        (file, found.rule_name, line.value or "")
        for file in files
        for found in scanner.file_scan(TextContentProvider(file))
        for line in found.line_data_list
    ]


def _detect_secrets() -> t.Callable[[str], object]:
    from detect_secrets import SecretsCollection
    from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
    from detect_secrets.settings import get_settings

    get_settings().configure_plugins(
        [{"name": plugin.__name__} for plugin in get_mapping_from_secret_type_to_class().values()]
    )
    return SecretsCollection().scan_file


def _credsweeper() -> t.Callable[[str], object]:
    from credsweeper.app import CredSweeper
    from credsweeper.file_handler.text_content_provider import TextContentProvider

    # Without its model it is the faster one.
    scanner = CredSweeper(ml_threshold=0)
    return lambda file: scanner.file_scan(TextContentProvider(file))


def _measured(scan: t.Callable[[str], object], file: str) -> float:
    begun = time.process_time()
    scan(file)
    return Path(file).stat().st_size / 1e6 / (time.process_time() - begun)


if __name__ == "__main__":
    if sys.argv[1] == "--find":
        print(json.dumps(_finds(sys.stdin.read().splitlines())))
        sys.exit()
    found = {"detect_secrets": _detect_secrets, "credsweeper": _credsweeper}
    print(json.dumps({name: _measured(make(), sys.argv[1]) for name, make in found.items()}))
