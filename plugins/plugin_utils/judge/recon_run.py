# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One reconciliation run as Package-3's evidence shows it: in the API and in the worker's log."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from itertools import groupby

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, Evidence, Step
from ...module_utils._text import arq_log, recon
from ...module_utils._text.arq_log import Attempt
from ...module_utils._text.recon import Poll
from ...module_utils._text.run_api import RunApi
from . import clocks
from .base import MissingStepError, Policy, ended


@dataclass(frozen=True)
class Run:
    """A run."""

    id: str  # as the POST was answered
    polls: tuple[Poll, ...]  # how the API was asked for it
    attempts: tuple[Attempt, ...]  # the jobs that have its id, in what workers logged since before the POST
    api: RunApi = field(default_factory=RunApi)
    address: str = ""  # what was asked for it

    def state_in(self, poll: Poll) -> str:
        """Return the state that an answer shows the run in, or C('')."""
        return poll.state_of(self.id, self.api, self.address)

    @property
    def states(self) -> list[str]:
        """The states that good answers gave, each once, in order."""
        states = filter(None, map(self.state_in, self.polls))
        return [state for state, _same in groupby(states)]

    @property
    def state(self) -> str:
        """The last of the states, or C('')."""
        return (self.states or [""])[-1]

    @property
    def forward(self) -> bool:
        """Whether the states of a run that has ended follow one another as they should."""
        order = (recon.QUEUED, recon.RUNNING, self.state)
        return self.states == [state for state in order if state in self.states]

    @property
    def finished(self) -> list[Attempt]:
        """The attempts that ended for good."""
        return [attempt for attempt in self.attempts if attempt.finished]

    @property
    def running_shown_by(self) -> str:
        """What shows that it was running: a poll that met it, else the worker's start line, else nothing."""
        if recon.RUNNING in self.states:
            return "a poll"
        return "the worker's start line" if self.attempts else ""

    @property
    def answers(self) -> str:
        """What came in place of a state: HTTP statuses, or why there was no answer."""
        other = (p.status or p.body for p in self.polls if not self.state_in(p))
        return ", ".join(sorted({str(answer) for answer in other}))


def find(evidence: Evidence, policy: Policy) -> Run:
    """Return the run that was asked for, as the API that the policy describes (C(api)) tells of it.

    Raises:
        MissingStepError: there is none, or the API or the log could not be read.
    """
    post, api = ended(evidence, steps.RECON_POST), RunApi(policy.get("api") or {})
    run_id = api.id_of(post.stdout)
    if not run_id or not 200 <= (post.exit_status or 0) < 300:
        raise MissingStepError(f"the POST gave no run id (it was answered {post.exit_status})")
    lifecycle = evidence.get(steps.RECON_LIFECYCLE)
    # One that hit its limit is evidence of how far the run came.
    if lifecycle is None or not lifecycle.stdout:
        lifecycle = ended(evidence, steps.RECON_LIFECYCLE)
    polls, attempts = recon.transcript(lifecycle.stdout), _attempts(evidence, run_id, post)
    return Run(run_id, tuple(polls), tuple(attempts), api, lifecycle.command)


def is_proven(evidence: Evidence, policy: Policy) -> bool:
    """Whether there is a run that ended both in the API and in the worker's log."""
    try:
        run = find(evidence, policy)
    except MissingStepError:
        return False
    return run.state in recon.TERMINAL and bool(run.finished)


def is_before(evidence: Evidence, log: Step, post: Step) -> bool:
    """Whether a log was marked before the POST: what came of that is in it."""
    marked, asked = (clocks.Moment(step.host, step.started) for step in (log, post))
    return not clocks.is_after(evidence, marked, asked)


def _attempts(evidence: Evidence, run_id: str, post: Step) -> t.Iterator[Attempt]:
    """Yield the run's attempts in each worker's log that was marked before the POST."""
    logs = [step for step in evidence.steps if step.name == steps.RECON_WORKER_LOG and step.outcome == ENDED]
    for log in logs or [ended(evidence, steps.RECON_WORKER_LOG)]:
        if is_before(evidence, log, post):
            yield from arq_log.attempts_for(log.stdout, run_id)
