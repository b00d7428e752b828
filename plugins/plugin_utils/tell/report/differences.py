# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a report that was kept differs from the one that its evidence makes. Pure."""

from __future__ import annotations

import typing as t

# A note is one sentence, a stream may be long; what differs is shown as far as it helps to find it.
_SHOWN = 120


def differences(told: t.Any, derived: t.Any, place: str = "") -> list[str]:
    """Return one sentence for each place at which a report is not what is derived from its evidence.

    Args:
        told: the report as it was kept, as JSON has it.
        derived: the report that the evidence makes, as JSON has it.
        place: where in the report these are, such as C(packages.package_1.status).
    """
    if isinstance(told, dict) and isinstance(derived, dict):
        keys = list(dict.fromkeys([*derived, *told]))
        return [
            problem
            for key in keys
            for problem in differences(
                told.get(key, _ABSENT), derived.get(key, _ABSENT), f"{place}.{key}" if place else str(key)
            )
        ]
    if isinstance(told, list) and isinstance(derived, list) and len(told) == len(derived):
        pairs = enumerate(zip(told, derived, strict=True))
        return [problem for number, pair in pairs for problem in differences(*pair, f"{place}[{number}]")]
    # To Python, 1 is True.
    if type(told) is type(derived) and told == derived:
        return []
    return [f"{place} is {_shown(told)}, and by the evidence {_shown(derived)}"]


class _Absent:
    def __repr__(self) -> str:
        return "absent"


_ABSENT = _Absent()


def _shown(value: t.Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"
