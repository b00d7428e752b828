# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier attempts of the release had begun and never reported, as a package's evidence has it."""

from __future__ import annotations

import typing as t

from ...module_utils._core.evidence import Evidence
from ...module_utils._core.step_names import EARLIER_ATTEMPTS
from ...module_utils._text import earlier_attempts


class Begun(t.NamedTuple):
    """Something that an earlier attempt had begun, and of which no outcome was kept."""

    sentence: str  # without a full stop
    told: bool  # whether an attempt's report said so before


def attempts(evidence: Evidence) -> list[earlier_attempts.Attempt]:
    """Return the earlier attempts of the release that were begun and never reported.

    Raises:
        KeyError, TypeError, ValueError: the step that says so cannot be read.
    """
    step = evidence.get(EARLIER_ATTEMPTS)
    return earlier_attempts.parse(step.stdout) if step else []


def begun(evidence: Evidence, names: t.Container[str] | None = None) -> list[Begun]:
    """Return what was begun in the package, or of that the intents of these names, one for each attempt."""
    found = []
    for attempt in attempts(evidence):
        intents = [
            one
            for one in attempt.intents
            if one.package == evidence.package and (names is None or one.name in names)
        ]
        if intents:
            sentence = earlier_attempts.sentence(attempt, intents)
            found.append(Begun(sentence, bool(attempt.told_of(evidence.package))))
    return found
