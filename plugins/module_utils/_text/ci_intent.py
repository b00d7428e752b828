# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is meant to be dispatched, written down before it is, and which run may have come of it. Pure.

Where a dispatch's answer was lost, or never awaited, the intent is all there is to tell its run from others
by: its marker, where the workflow shows one, or else the server's own time and the runs known before.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from .._core.evidence import parse_time
from .github_runs import DISPATCHED, Document, shows

# From a request to the appearance of its run, beside the limit that the request itself has.
SLACK_SECONDS = 60.0


@dataclass(frozen=True)
class Intent:
    """A dispatch that is meant, before it is sent."""

    workflow: int  # its id
    ref: str  # the branch or tag to dispatch on
    commit: str  # the release's, at which the ref is
    marker: str  # what the run's title will show, C('') where the workflow takes none
    known: tuple[int, ...]  # the ids of the runs that were there already
    moment: str  # the server's time then, RFC 3339; C('') where it named none
    seconds: float  # within which the request is sent, or given up
    written: str  # when this was written down, by the clock of the host that dispatches, RFC 3339

    def as_text(self) -> str:
        """Return it as JSON, one key for each attribute."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_dict(cls, data: t.Mapping[str, t.Any]) -> Intent:
        """Build an intent from what C(as_text()) says.

        Raises:
            KeyError, TypeError, ValueError: it is not an intent.
        """
        numbers = {"workflow": int(data["workflow"]), "seconds": float(data["seconds"])}
        return cls(**{**data, **numbers, "known": tuple(map(int, data["known"]))})

    def why_not(self, run: Document, *, timely: bool = False) -> str:
        """Return why a run is not the one that this dispatch made, C('') where it may be.

        Where nobody saw it being answered, the run must be C(timely): a later one may be somebody else's.
        """
        if run.get("event") != DISPATCHED:
            return f"it was started by {run.get('event')}, not by a dispatch"
        created = parse_time(str(run["created_at"]))
        if run.get("id") in self.known or (self.moment and created < parse_time(self.moment)):
            return "it was there before the dispatch"
        if self.marker:
            return "" if shows(run, self.marker) else f"its title does not show the marker {self.marker}"
        if timely and self.is_over(created):
            return f"it was created later than the dispatch, meant at {self.moment}, can have been sent"
        return ""

    def is_over(self, moment: datetime | None) -> bool:
        """Whether no run of this dispatch can appear any more at the server's time C(moment)."""
        if moment is None or not self.moment:
            return False
        return moment > parse_time(self.moment) + timedelta(seconds=self.seconds + SLACK_SECONDS)
