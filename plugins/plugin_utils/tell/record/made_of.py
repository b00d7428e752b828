# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a closing record is made of: the locker's manifests and policies, and the installed rules."""

from __future__ import annotations

from pathlib import Path

from ...keep import elsewhere, kept, manifest, versions
from ...keep.locker import PACKAGES, Attempt
from . import statement

_ROOT = Path(__file__).parents[4]
# The judges, what reads the tools' text for them, and what both know of evidence.
_RULES = (
    "plugins/module_utils/_core/evidence.py",
    "plugins/module_utils/_core/step_names.py",
    "plugins/module_utils/_text/*.py",
    "plugins/plugin_utils/judge/*.py",
)


def has_manifest(attempt: Attempt) -> bool:
    """Return whether an attempt has what a record is about; those of earlier versions do not."""
    return elsewhere.find(attempt.folder / manifest.NAME).exists()


def inputs(attempt: Attempt) -> dict[str, str]:
    """Return the SHA-256 of the attempt's manifest and of each package's, by their paths.

    Raises:
        OSError: one cannot be read.
    """
    own = {manifest.NAME: manifest.digest(attempt.folder)} if has_manifest(attempt) else {}
    packages = manifest.packages(attempt.folder)
    return {**own, **{f"{one.name}/{manifest.NAME}": manifest.digest(one) for one in packages}}


def policy(attempt: Attempt) -> statement.Policy:
    """Return what the installed collection judges an attempt by."""
    return statement.Policy(versions.own(), {statement.RULES: rules(), **policies(attempt)})


def policies(attempt: Attempt) -> dict[str, str]:
    """Return the SHA-256 of each package's policy, by its path in the attempt."""
    files = {number: elsewhere.find(attempt.package(number) / "policy.json") for number in PACKAGES}
    return {
        f"package_{number}/{file.name}": kept.sha256(file) for number, file in files.items() if file.exists()
    }


def rules() -> str:
    """Return the SHA-256 of the installed rules: that of a line for each of their files."""
    files = (file for pattern in _RULES for file in _ROOT.glob(pattern))
    return statement.of_lines({file.relative_to(_ROOT).as_posix(): kept.sha256(file) for file in files})
