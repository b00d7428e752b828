# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a JSON document has at a pointer (RFC 6901)."""

from __future__ import annotations

import typing as t


def resolve(document: t.Any, pointer: str) -> t.Any:
    """Return it; the empty pointer is the whole document.

    Raises:
        LookupError, TypeError, ValueError: there is nothing.
    """
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def at(document: t.Any, pointer: str) -> t.Any:
    """Return it, or None."""
    try:
        return resolve(document, pointer)
    except (LookupError, TypeError, ValueError):
        return None


def text(value: t.Any) -> str:
    """Return a scalar as JSON writes it, without quotes; C('') of all else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else ""
