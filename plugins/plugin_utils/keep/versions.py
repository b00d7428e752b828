# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The versions of what judges and reports, found without Ansible."""

from __future__ import annotations

import json
import platform
import re
import typing as t
from importlib import metadata
from pathlib import Path

LIBRARIES = ("Jinja2", "PyYAML", "cryptography", "requests", "sqlglot")
COLLECTION = "psp.rc_closure"
UNKNOWN = "unknown"
# With another version of these, the same evidence may be judged differently.
_JUDGING = (COLLECTION, "sqlglot")
_ROOT = Path(__file__).parents[3]


def found() -> dict[str, str]:
    """Return the versions of the collection, Python and the libraries; one that is not there is left out."""
    versions = {COLLECTION: own(), "Python": platform.python_version()}
    for library in LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions


def judging(versions: t.Mapping[str, str] | None = None) -> dict[str, str]:
    """Return those of the versions, or of the installed ones, that a verdict may depend on."""
    given = found() if versions is None else versions
    return {name: given[name] for name in _JUDGING if name in given}


def own() -> str:
    """Return the collection's version: a checkout has C(galaxy.yml), an installed one C(MANIFEST.json)."""
    try:
        manifest = _ROOT / "MANIFEST.json"
        if manifest.is_file():
            return str(json.loads(manifest.read_text("utf-8"))["collection_info"]["version"])
        said = re.search(r"^version: *(\S+)", (_ROOT / "galaxy.yml").read_text("utf-8"), re.M)
    except (OSError, ValueError, KeyError, TypeError):
        return UNKNOWN
    return said[1] if said else UNKNOWN
