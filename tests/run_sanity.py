# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run `ansible-test sanity` on a copy of the checkout; arguments are handed on to it.

ansible-test wants the tree at `ansible_collections/psp/rc_closure`, and no links in it. The copy
holds whatever .gitignore does not name, so it works without git, too; but not the tests' fixtures,
which are captured output, byte by byte, with the marks and line endings that other tools wrote.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from importlib.metadata import distribution
from pathlib import Path

import checkout

ROOT = checkout.ROOT
sys.path.insert(0, str(ROOT / "requirements"))

from install import pip_settings  # noqa: E402  (it lies beside the locks, not on the path)

BOOTSTRAP_URL = "https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
PROBE_SECONDS = 5
# Of a managed host, as tests/config.yml says.
OLDEST = "3.9"

# ansible-test runs it in an empty environment to get pip; it does so from the Python's own copy.
BOOTSTRAP_STAND_IN = """\
import subprocess
import sys

wanted = [name for name in sys.argv[1:] if name not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "ensurepip"], check=True, stdout=subprocess.DEVNULL)
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *wanted], check=True)
"""


def copy_collection(collections: Path) -> Path:
    """Copy the checkout to its place under `collections` and return that place."""
    collection = collections / "ansible_collections" / "psp" / "rc_closure"
    plain = (path for path in checkout.files("/tests/**/fixtures/") if not (ROOT / path).is_symlink())
    checkout.copy(plain, collection)
    return collection


def make_home() -> Path:
    """Return the home that ansible-test gets: its environments, and pip's settings of this user.

    ansible-test passes nearly no variable on to the pip it runs, so an index or certificate that
    the user gives by variable would be lost; a configuration file is read.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = cache / "psp.rc_closure" / "ansible-test"
    config = home / ".config" / "pip" / "pip.conf"
    config.parent.mkdir(parents=True, exist_ok=True)
    settings = {"disable-pip-version-check": "true", "quiet": "2", **pip_settings()}
    lines = [f"{name} = {' '.join(value.split())}" for name, value in settings.items()]
    config.touch(mode=0o600)
    config.write_text("\n".join(["[global]", *lines, ""]), encoding="utf-8")
    return home


def bootstrap_pip_version() -> str:
    """Return the version of the pip bootstrap script that this ansible-test asks for."""
    source = Path(
        str(distribution("ansible-core").locate_file("ansible_test/_internal/python_requirements.py"))
    )
    found = re.search(r"pip='([\d.]+)'", source.read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f"No pip version in {source}: ansible-test has changed, adapt this file")
    return found[1]


def can_be_downloaded(url: str) -> bool:
    """Tell whether the server answers for `url` within a few seconds."""
    request = urllib.request.Request(url, method="HEAD")
    try:
        with urllib.request.urlopen(request, timeout=PROBE_SECONDS):
            return True
    except (urllib.error.URLError, OSError):
        return False


def provide_bootstrap(home: Path) -> None:
    """Put a stand-in for ansible-test's pip bootstrap where its download server is out of reach."""
    version = bootstrap_pip_version()
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists() or can_be_downloaded(BOOTSTRAP_URL.format(version=version)):
        return
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(BOOTSTRAP_STAND_IN, encoding="utf-8")


def oldest_python() -> Path | None:
    """Return the folder of a Python as old as a managed host may have, where this machine has one."""
    own = sorted((Path.home() / ".pyenv" / "versions").glob(f"{OLDEST}.*/bin"))
    for folder in [*map(Path, os.environ["PATH"].split(os.pathsep)), *own]:
        program = folder / f"python{OLDEST}"
        # pyenv's shims are there for each version, and work for the chosen ones.
        if (
            program.exists()
            and subprocess.run([program, "-c", ""], check=False, capture_output=True).returncode == 0
        ):
            return folder
    return None


def main(arguments: list[str]) -> int:
    """Return ansible-test's exit status; with no arguments, that for the oldest Python of a host, too."""
    home = make_home()
    provide_bootstrap(home)
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    runs = [["--python", own, *arguments]]
    environment = {**os.environ, "HOME": str(home)}
    oldest = oldest_python()
    if oldest and not arguments:
        environment["PATH"] = os.pathsep.join([environment["PATH"], str(oldest)])
        runs.append(["--python", OLDEST, "--test", "compile", "--test", "import"])
    elif not arguments:
        print(f"no Python {OLDEST} on this machine: vermin alone holds the modules to it", file=sys.stderr)
    command = [str(Path(sys.executable).parent / "ansible-test"), "sanity", "--color", "no"]
    with tempfile.TemporaryDirectory(prefix="rc-closure-sanity-") as collections:
        collection = copy_collection(Path(collections))
        done = [
            subprocess.run([*command, *run], check=False, cwd=collection, env=environment) for run in runs
        ]
    return max(abs(run.returncode) for run in done)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
