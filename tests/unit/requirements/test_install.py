# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""pip's settings reach uv, and an environment is made anew only where it has to be."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

REQUIREMENTS = Path(__file__).resolve().parents[3] / "requirements"


@pytest.fixture
def install() -> ModuleType:
    """Return requirements/install.py, which lies on no import path, as a fresh module."""
    spec = importlib.util.spec_from_file_location("install", REQUIREMENTS / "install.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_environment_wins_over_pips_files(install: ModuleType) -> None:
    listing = (
        ":env:.index-url='https://three.example/simple'\n"
        "download.index-url='https://other.example/simple'\n"
        "global.cert='/etc/ca.pem'\n"
        "global.index-url='https://one.example/simple'\n"
        "install.index-url='https://two.example/simple'\n"
        "global.extra-index-url='\\nhttps://a.example/s\\nhttps://b.example/s'\n"
    )
    assert install.merge_settings(listing) == {
        "index-url": "https://three.example/simple",
        "extra-index-url": "\nhttps://a.example/s\nhttps://b.example/s",
        "cert": "/etc/ca.pem",
    }


@pytest.mark.parametrize(
    ("settings", "environment", "wanted"),
    [
        ({}, {}, {}),
        ({"index-url": "https://u:p@i/s"}, {}, {"UV_DEFAULT_INDEX": "https://u:p@i/s"}),
        (
            {"extra-index-url": "\nhttps://a/s\nhttps://b/s"},
            {},
            {"UV_INDEX": "https://a/s https://b/s", "UV_INDEX_STRATEGY": "unsafe-best-match"},
        ),
        ({"find-links": "/w1 /w2"}, {}, {"UV_FIND_LINKS": "/w1,/w2"}),
        ({"trusted-host": "a b"}, {}, {"UV_INSECURE_HOST": "a b"}),
        ({"no-index": "1"}, {}, {"UV_NO_INDEX": "true"}),
        ({"no-index": "0"}, {}, {}),
        ({"cert": "/etc/ca.pem"}, {}, {"SSL_CERT_FILE": "/etc/ca.pem"}),
        (
            {"cert": "/etc/ca.pem", "index-url": "https://pip/s"},
            {"SSL_CERT_FILE": "/own.pem", "UV_DEFAULT_INDEX": "https://uv/s"},
            {"SSL_CERT_FILE": "/own.pem", "UV_DEFAULT_INDEX": "https://uv/s"},
        ),
    ],
)
def test_pips_settings_become_uvs(
    install: ModuleType,
    settings: dict[str, str],
    environment: dict[str, str],
    wanted: dict[str, str],
) -> None:
    always = {"UV_SYSTEM_CERTS": "true", "VIRTUAL_ENV": str(install.VENV)}
    assert install.uv_environment(settings, environment) == {**always, **wanted}


@pytest.fixture
def acts(install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the installer work on an empty checkout and record what it does instead of doing it."""
    done: list[str] = []
    venv = tmp_path / ".venv"
    lock = tmp_path / "py.txt"
    lock.write_text("a==1\n")

    def create_venv() -> None:
        done.append("create")
        venv.mkdir(exist_ok=True)

    def install_by_uv() -> bool:
        done.append("uv")
        return True

    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", venv)
    monkeypatch.setattr(install, "STAMP", venv / "installed.json")
    monkeypatch.setattr(install, "lock_file", lambda: lock)
    monkeypatch.setattr(install, "create_venv", create_venv)
    monkeypatch.setattr(install, "install_by_uv", install_by_uv)
    monkeypatch.setattr(install, "install_by_pip", lambda: done.append("pip"))
    monkeypatch.setattr(install, "compile_bytecode", lambda: done.append("compile"))
    return done


def test_a_second_run_does_nothing(install: ModuleType, acts: list[str]) -> None:
    assert install.main() == 0
    assert install.main() == 0
    assert acts == ["create", "uv", "compile"]


def test_a_new_lock_is_installed_into_the_same_environment(install: ModuleType, acts: list[str]) -> None:
    install.main()
    install.lock_file().write_text("a==2\n")
    install.main()
    assert acts == ["create", "uv", "compile", "uv", "compile"]


@pytest.mark.parametrize("changed", ["python", "base", "place"])
def test_another_python_or_place_takes_a_new_environment(
    install: ModuleType, acts: list[str], changed: str
) -> None:
    install.main()
    stamp = json.loads(install.STAMP.read_text())
    install.STAMP.write_text(json.dumps({**stamp, changed: "another"}))
    install.main()
    assert acts == ["create", "uv", "compile", "create", "uv", "compile"]


def test_pip_steps_in_for_uv(install: ModuleType, acts: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install, "install_by_uv", lambda: False)
    assert install.main() == 0
    assert acts == ["create", "pip", "compile"]


def test_a_failed_install_is_not_taken_for_done(
    install: ModuleType, acts: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise subprocess.CalledProcessError(1, ["pip"])

    monkeypatch.setattr(install, "install_by_uv", lambda: False)
    monkeypatch.setattr(install, "install_by_pip", fail)
    assert install.main() == 1
    assert not install.STAMP.exists()
    assert acts == ["create"]


def test_bytecode_is_there_whatever_the_environment_says(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packages = tmp_path / "lib/python3.99/site-packages"
    for name in ("one", "ansible_collections/two"):
        (packages / name).mkdir(parents=True)
        (packages / name / "module.py").write_text("ONE = 1\n")
    (packages / "template.py").write_text("{{ no python }\n")
    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "VENV_PYTHON", Path(sys.executable))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    install.compile_bytecode()
    assert [path.parts[-3] for path in packages.rglob("*.pyc")] == ["one"]


def find_python(path: Path, home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run find_python.sh with `path` alone on PATH."""
    return subprocess.run(
        ["/bin/sh", REQUIREMENTS / "find_python.sh"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": str(path), "HOME": str(home), **variables},
    )


def add_program(folder: Path, name: str, script: str) -> None:
    """Write an executable shell script."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_shim_that_answers_127_is_passed_over(tmp_path: Path) -> None:
    add_program(tmp_path / "bin", "python3", "exit 127")
    add_program(tmp_path / "bin", "python3.13", f'exec "{sys.executable}" "$@"')
    found = find_python(tmp_path / "bin", tmp_path)
    assert found.returncode == 0
    assert os.access(found.stdout.strip(), os.X_OK)


def test_a_chosen_python_that_is_too_old_is_refused(tmp_path: Path) -> None:
    add_program(tmp_path, "old", "echo 'Python 3.9, outside 3.11 to 3.14'; exit 1")
    found = find_python(tmp_path, tmp_path, PYTHON=str(tmp_path / "old"))
    assert found.returncode == 1
    assert f"PYTHON={tmp_path / 'old'} cannot be used: Python 3.9" in found.stderr
