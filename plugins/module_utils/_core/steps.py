# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a step is made: it starts, and is closed as ended, failed or left out."""

from __future__ import annotations

import platform
import typing as t
from dataclasses import dataclass, field

from .evidence import ENDED, FAILED, NOT_RUN, Step, utc_now
from .step_names import StepName
from .streams import Stream

Redact = t.Callable[[str], str]


def hostname() -> str:
    """Return this machine's name as its users know it."""
    return platform.node() or "localhost"


@dataclass(frozen=True)
class Started:
    """A step under way: what is asked, where, and since when, as C(Step) has it.

    C(redact) masks secrets in all of its text; a C(kind) that is given is another than the usual one.
    """

    step: StepName
    what: str
    redact: Redact = str
    kind: str = ""
    directory: str | None = None
    host: str = field(default_factory=hostname)
    at: str = field(default_factory=utc_now)

    def ended(
        self,
        stdout: str = "",
        stderr: str = "",
        *,
        exit_status: int | None = None,
        outcome: str = ENDED,
        reason: str = "",
    ) -> Step:
        """Return the step with what came back, closed now."""
        return Step(
            name=str(self.step),
            title=self.step.heading,
            kind=self.kind or self.step.kind,
            command=self.redact(self.what),
            directory=self.directory,
            host=self.host,
            started=self.at,
            ended=utc_now(),
            exit_status=exit_status,
            stdout=_masked(stdout, self.redact),
            stderr=_masked(stderr, self.redact),
            outcome=outcome,
            reason=self.redact(reason),
        )

    def failed(self, reason: str) -> Step:
        """Return the step of something that could not be carried out, with the reason."""
        return self.ended(outcome=FAILED, reason=reason)

    def not_run(self, reason: str) -> Step:
        """Return the step of something that is left out on purpose, with the reason."""
        return self.ended(outcome=NOT_RUN, reason=reason)


def _masked(stream: str, redact: Redact) -> str:
    """Return the text masked; what is in a file was masked on its way there."""
    return stream if isinstance(stream, Stream) else redact(stream)
