# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page's own words. Evidence never passes here: it is shown as it is."""

from __future__ import annotations

import typing as t

LANGUAGE = "en"

RESULTS = {"met": "met", "not_met": "not met", "not_proven": "not proven", "left_out": "left out"}
OUTCOMES = {
    "timed_out": "stopped at its limit",
    "failed": "could not be carried out",
    "not_run": "left out",
}


def words(sentence: str, **values: t.Any) -> str:
    """Return a fixed sentence as the page has it, with its values filled in."""
    return sentence.format(**values) if values else sentence
