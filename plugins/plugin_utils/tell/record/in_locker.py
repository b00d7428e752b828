# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the closing record and its time stamp are in an attempt's folder, and who signed the record."""

from __future__ import annotations

from pathlib import Path

from ...keep import elsewhere, kept
from ...keep.locker import Attempt
from . import envelope

NAME, STAMP = "record.dsse.json", "record.dsse.json.tsr"


def record(attempt: Attempt) -> Path:
    """Return the record's file, which may not exist."""
    return elsewhere.find(attempt.folder / NAME)


def stamp(attempt: Attempt) -> Path:
    """Return its time stamp's file, which may not exist."""
    return elsewhere.find(attempt.folder / STAMP)


def signed(by: envelope.Envelope) -> str:
    """Return by whom an envelope says that it is signed."""
    return f"signed with key {', '.join(by.signatures)}" if by.signatures else "unsigned"


def told(attempt: Attempt) -> str:
    """Return what the ticket says of the record; nothing where there is none.

    Raises:
        ValueError: it cannot be read.
    """
    file = record(attempt)
    if not file.exists():
        return ""
    return f"{signed(envelope.read(file.read_bytes()))}, SHA-256 {kept.sha256(file)}"
