# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The locker's files held to their JSON Schemas, C(docs/schemas), where the library jsonschema is installed.

Without it, what judges again reads the same files, and ends where one is not what it has to be.
"""

from __future__ import annotations

import json
import re
import typing as t
from functools import cache
from importlib import import_module
from pathlib import Path

_SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "schemas"
# What a file is, by its path in the attempt.
_FORMS = {
    r"attempt\.json": "attempt-2",
    r"merge\.json": "merge-1",
    r"(package_\d/)?manifest(-\d+)?\.json": "manifest-2",
    r"package_\d/policy\.json": "policy-2",
    r"package_\d/\d+-\w+\.json": "step-2",
    r"record\.dsse\.json": "record-1",
    r"report\.json": "report-1",
    r"ticket\.json": "ticket-1",
}
LACKING = "the library jsonschema is not installed: no file was held to its JSON Schema"


def can_be_checked() -> bool:
    """Whether the library is installed."""
    try:
        import_module("jsonschema")
    except ImportError:
        return False
    return True


def of(name: str) -> str:
    """Return which schema a file of an attempt has, by its path, C('') for one that has none."""
    return next((schema for pattern, schema in _FORMS.items() if re.fullmatch(pattern, name)), "")


def problems(folder: Path, names: t.Iterable[str]) -> list[str]:
    """Return one sentence for each of these files that is not JSON or not as its schema requires.

    Raises:
        OSError: a file cannot be read.
    """
    found = []
    for name in names:
        if of(name):
            found += [f"{name} {problem}" for problem in _problems(folder / name, of(name))]
    return found


def _problems(file: Path, schema: str) -> t.Iterator[str]:
    try:
        data = json.loads(file.read_text("utf-8"))
    except ValueError as exc:
        yield f"is not JSON: {exc}"
        return
    for error in _validator(schema).iter_errors(data):
        at = ".".join(map(str, error.absolute_path))
        yield f"is not as {schema}.schema.json requires{f', at {at}' if at else ''}: {error.message[:200]}"


@cache
def _validator(schema: str) -> t.Any:
    library = import_module("jsonschema")
    return library.Draft202012Validator(json.loads((_SCHEMAS / f"{schema}.schema.json").read_text("utf-8")))
