# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first command works for everybody: the twin's own tests, from two fresh copies of the checkout.

One is root's, in a directory that only root may enter. The other belongs to a user without privileges, who
has a home of its own and no more of root's environment than pip's settings. Each installs its own `.venv`.
Whoever is not root runs the second only, as himself.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import checkout

UNPRIVILEGED = "nobody"
COMMANDS = (["requirements/setup.sh"], [".venv/bin/python", "-m", "pytest", "-q", "tests/integration/twin"])
LIMIT_SECONDS = 300
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PASSED_ON = ("PIP_", "SSL_", "REQUESTS_", "UV_")


def main() -> int:
    """Run both; 0 where all passed."""
    me = pwd.getpwuid(os.geteuid()).pw_name
    users = [me, UNPRIVILEGED] if os.geteuid() == 0 else [me]
    failed = [user for user in users if not _passes(user, drop=user != me)]
    return 1 if failed else 0


def _passes(user: str, *, drop: bool) -> bool:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="rc-closure-") as place:
        copy = Path(place, "rc_closure")
        checkout.copy(checkout.files(), copy)
        if drop:
            subprocess.run(["chown", "--recursive", f"{user}:", place], check=True)
        as_user = _as(user, place) if drop else {}
        passed = all(_succeeds(command, copy, as_user) for command in COMMANDS)
    print(f"{'ok' if passed else 'FAILED':<7}{user:<20}{time.monotonic() - started:6.1f} s", flush=True)
    return passed


def _as(user: str, home: str) -> dict[str, Any]:
    """Return what makes a process another user's."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    environment = {**kept, "HOME": home, "TMPDIR": home, "PATH": SYSTEM_PATH, "LANG": "C.UTF-8"}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": [], "env": environment}


def _succeeds(command: list[str], copy: Path, as_user: dict[str, Any]) -> bool:
    return subprocess.run(command, cwd=copy, timeout=LIMIT_SECONDS, check=False, **as_user).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
