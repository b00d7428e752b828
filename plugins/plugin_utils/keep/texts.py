# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All texts within data."""

from __future__ import annotations

import typing as t


def each(data: t.Any, change: t.Callable[[str], str]) -> t.Any:
    """Return a copy of lists and dictionaries with each text in it changed; keys stay."""
    if isinstance(data, dict):
        return {key: each(value, change) for key, value in data.items()}
    if isinstance(data, list):
        return [each(value, change) for value in data]
    return change(data) if isinstance(data, str) else data
