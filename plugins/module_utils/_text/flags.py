# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Feature flags, read out of what a running process reports."""

from __future__ import annotations

import json
import typing as t

from .._core.evidence import Step
from . import env_file, json_pointer


def values(step: Step, flags: t.Sequence[t.Mapping[str, str]]) -> dict[str, t.Any]:
    """Return each flag's value as the answer has it; one that is not in it, or in it twice, is left out.

    The answer is JSON on stdout, in which a flag's C(pointer) (RFC 6901) finds it, or C(NAME=value) lines, in
    which its C(variable) does.
    """
    try:
        document = json.loads(step.stdout, object_pairs_hook=_object)
    except ValueError:
        said = {flag["name"]: set_in(step.stdout, flag["variable"]) for flag in flags}
        return {name: values[0] for name, values in said.items() if len(values) == 1}
    found = {}
    for flag in flags:
        if not flag.get("pointer"):
            continue
        try:
            found[flag["name"]] = json_pointer.resolve(document, flag["pointer"])
        except (LookupError, TypeError, ValueError):
            continue
    return found


def set_in(text: str, variable: str) -> list[str]:
    """Return the different values that C(NAME=value) lines give to a variable, in their order."""
    return list(dict.fromkeys(one.value for one in env_file.entries(text) if one.name == variable))


def at(step: Step, pointer: str) -> t.Any:
    """Return what a JSON answer has at a pointer (RFC 6901), or None."""
    try:
        return json_pointer.resolve(json.loads(step.stdout), pointer)
    except (LookupError, TypeError, ValueError):
        return None


def is_true(value: t.Any) -> bool:
    """Whether a flag's value is the checklist's C(True), as JSON or as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _object(pairs: list[tuple[str, t.Any]]) -> dict[str, t.Any]:
    """Make an object of its pairs; what it says twice it does not say."""
    names = [name for name, _value in pairs]
    return {name: value for name, value in pairs if names.count(name) == 1}
