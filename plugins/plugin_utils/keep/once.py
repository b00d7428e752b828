# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be done twice in one attempt, and how far the attempt has come with it.

Such a collector does its work in stages. It is asked what it means to do (C(intend)); that is written into
the locker; only then it does it (C(send)). Whoever finds an intent there already, for one was cut off or the
task is run once more, has it look for what came of it (C(look)), and nothing is done again.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from ...module_utils._core.evidence import Evidence, Step
from ...module_utils._core.step_names import CI_DISPATCH, CI_DISPATCH_INTENT
from .locker import LockerError

Options = dict[str, t.Any]


@dataclass(frozen=True)
class Once:
    """A collector of this kind.

    Attributes:
        intent: the name of the step that says what is meant.
        answer: the name of the step that bears the answer to what was done.
    """

    intent: str
    answer: str

    def is_meant(self, steps: t.Sequence[Step]) -> Step | None:
        """Return the step that says what is meant, where there is one."""
        return next((step for step in steps if step.name == self.intent), None)

    def intend(self) -> Options:
        """Return the module's options to be asked what it means to do."""
        return {"stage": "intend"}

    def send(self, meant: Step) -> Options:
        """Return its options to do what was meant.

        Raises:
            LockerError: the step is no intent.
        """
        return {"stage": "send", "intent": _read(meant)}

    def look(self, meant: Step, kept: Evidence) -> Options:
        """Return its options to look for what came of what was meant.

        Raises:
            LockerError: the step is no intent.
        """
        answer = kept.get(self.answer)
        return {"stage": "look", "intent": _read(meant), "answer": answer.as_dict() if answer else None}


def _read(meant: Step) -> t.Any:
    try:
        return json.loads(meant.stdout)
    except ValueError as exc:
        raise LockerError(f"the step {meant.name} cannot be read: {exc}") from exc


# By the module's name, without its collection.
COLLECTORS = {"ci_run_dispatch": Once(intent=CI_DISPATCH_INTENT, answer=CI_DISPATCH)}
