# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What earlier attempts of the release had begun and never reported, as a package's evidence has it."""

from __future__ import annotations

import typing as t

from ...module_utils._core.evidence import Evidence
from ...module_utils._core.step_names import EARLIER_ATTEMPTS
from ...module_utils._text import earlier_attempts


class Begun(t.NamedTuple):
    """What an earlier attempt had begun in a package."""

    sentence: str  # what it was and what came of it, without a full stop
    known: bool  # whether all of it ended well, or an attempt's report said before that this is not known


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
            sentence = f"the attempt {attempt.name}, never reported, had begun {'; '.join(map(str, intents))}"
            known = all(one.ended_well for one in intents) or bool(attempt.told_of(evidence.package))
            found.append(Begun(sentence, known))
    return found
