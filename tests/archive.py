# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the collection's archive, as it is released.

    python tests/archive.py [FOLDER]        into dist/ without one; prints its path

It is built from a copy of the checkout without what `.gitignore` names, so that nothing gets into it which
only lies about.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import checkout

GALAXY = Path(sys.executable).parent / "ansible-galaxy"


def build(folder: Path) -> Path:
    """Build it in this folder, in place of an earlier one, and return its path."""
    with tempfile.TemporaryDirectory(prefix="rc-closure-archive-") as copy:
        checkout.copy(checkout.files(), Path(copy))
        command = [str(GALAXY), "collection", "build", copy, "--output-path", str(folder), "--force"]
        subprocess.run(command, cwd=folder, check=True, stdout=sys.stderr)
    (archive,) = folder.glob("psp-rc_closure-*.tar.gz")
    return archive


def main(arguments: list[str]) -> int:
    """Build it and print its path."""
    folder = Path(arguments[0] if arguments else checkout.ROOT / "dist").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for earlier in folder.glob("psp-rc_closure-*.tar.gz"):
        earlier.unlink()
    print(build(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
