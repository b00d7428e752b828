# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that carry one reconciliation run through the queue, seen from the API and from the worker's log.

Where the log stands is marked before the POST, so that what is read afterwards was written since.
"""

from __future__ import annotations

import typing as t
import uuid
from dataclasses import replace
from datetime import datetime, timezone

from .._clients.authorization import Authorization
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.deadline import Deadline
from .._core.evidence import ENDED, FAILED, TIMED_OUT, Step, utc_now
from .._core.step_names import StepName
from .._logs import sources
from .._logs.log import Reading
from .._text import arq_log, recon
from .._text.run_api import RunApi
from . import servers
from .arq_records import ArqRecords
from .process_environment import show

FOLLOWING = (steps.RECON_LIFECYCLE, steps.RECON_GET)
CONNECTIONS = (steps.RECON_CONNECTIONS, steps.RECON_REDIS_CLIENTS, steps.RECON_SESSIONS)
# The id of no run, in whatever form an API has them: a UUID, of which RFC 9562 gives this one to nobody.
NO_RUN = str(uuid.UUID(int=0))
LOG_POLL_SECONDS = 0.2
# So long the worker's log may be behind the API.
LOG_SECONDS = 15.0


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(run_id) and C(state), as the API gave them last."""
    run = _Run(collector)
    if collector.check_mode:
        if collector.params["probe"]:
            run.probe()
        run.rehearse("check mode: no run is asked for")
        return {"run_id": "", "state": ""}
    watched = _WorkerLog(collector)
    run.records.mark()
    run_id = run.post()
    state = run.follow(run_id) if run_id else ""
    if not run_id:
        run.leave_out("the POST gave no run id", FOLLOWING)
    watched.read(run_id, patient=state in recon.TERMINAL)
    if run_id:
        run.records.read(run_id)
    return {"changed": bool(run_id), "run_id": run_id, "state": state}


class _Run:
    """A run of the API, from its POST to its end or to the limit."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._params = collector.params
        self._url = str(self._params["url"]).rstrip("/")
        self._api = RunApi(self._params["api"])
        self._authorization = Authorization(collector)
        self._connections = _Connections(collector)
        self.records = ArqRecords(collector)

    def post(self) -> str:
        """Ask for a run and return its id, or C('') where none was given."""
        run_id = ""
        asked = self._api.request(uuid.uuid4().hex, datetime.now(timezone.utc))
        more = {"headers": asked.headers, "body": asked.body}
        for step in self._answers(asked.method, self._url + asked.path, steps.RECON_POST, more):
            run_id = self._id(self._collector.add(step))
            if step.exit_status != recon.TOO_MANY_REQUESTS:
                break
        return run_id

    def probe(self) -> None:
        """Look at a run that cannot exist: who asks must be known, and nothing changes."""
        url = self._url + self._api.answer_path(NO_RUN)
        limit = self._params["request_limit"]
        self._collector.add(self._authorization.ask("GET", url, steps.RECON_PROBE, limit=limit).step)

    def follow(self, run_id: str) -> str:
        """Look at the run until it has ended or the limit is reached; return its last known state."""
        url = self._url + self._api.answer_path(run_id)
        looks: list[Step] = []
        state = ""
        for step in self._answers("GET", url, steps.RECON_GET, {}):
            looks.append(step)
            state = _poll(step).state_of(run_id, self._api, url) or state
            if state in recon.TERMINAL or recon.is_final(step.exit_status):
                break
            # Without a pool there are connections only while it runs.
            if self._may_run(state) and self._connections.look(state):
                self.records.look(run_id)
        self._connections.look(state)
        self._keep_transcript(url, looks, state)
        good = [step for step in looks if step.exit_status == 200]
        self._collector.add((good or looks)[-1])
        return state

    def leave_out(self, reason: str, which: t.Iterable[StepName]) -> None:
        """Keep the steps that are not taken, with the reason."""
        for step in which:
            self._collector.not_run(step, self._url, reason)

    def rehearse(self, reason: str) -> None:
        """Keep what would be asked, and the reason why it is not."""
        asked = self._api.request(uuid.uuid4().hex, datetime.now(timezone.utc))
        post = " ".join(filter(None, [asked.method, self._url + asked.path, asked.body]))
        self._collector.not_run(steps.RECON_POST, post, reason)
        log = sources.chosen(self._params["worker_log"])
        for step in FOLLOWING:
            self._collector.not_run(step, f"GET {self._url}{self._api.answer_template}", reason)
        self._collector.not_run(steps.RECON_WORKER_LOG, f"{log.name}  (what comes from then on)", reason)

    def _may_run(self, state: str) -> bool:
        return state == recon.RUNNING or not (state in recon.TERMINAL or self._api.tells_running)

    def _id(self, post: Step) -> str:
        good = post.exit_status is not None and 200 <= post.exit_status < 300
        return self._api.id_of(post.stdout) if good else ""

    def _answers(
        self, method: str, url: str, step: StepName, more: t.Mapping[str, t.Any]
    ) -> t.Iterator[Step]:
        """Ask again and again, with the waits that the answers call for, until the limit is reached."""
        backoff, deadline = recon.Backoff(), Deadline(self._params["limit"])
        while True:
            limit = self._params["request_limit"]
            answer = self._authorization.ask(method, url, step, limit=limit, **more)
            with deadline.held():  # the limit is the run's, and not that of looking at connections
                yield answer.step
            status, left = answer.step.exit_status, deadline.left
            wait = backoff.after(status, answer.headers.get("retry-after", ""))
            if not left or (status == recon.TOO_MANY_REQUESTS and wait > left):
                return
            deadline.pause(wait)

    def _keep_transcript(self, url: str, looks: t.Sequence[Step], state: str) -> None:
        ended = state in recon.TERMINAL
        refused = f"the API answered {looks[-1].exit_status}, which asking again does not mend"
        late = f"the run had not ended within {self._params['limit']:g} s"
        why = "" if ended else refused if recon.is_final(looks[-1].exit_status) else late
        what = f"GET {url}  (asked {len(looks)} times)"
        transcript = self._collector.start(steps.RECON_LIFECYCLE, what, at=looks[0].started).ended(
            "".join(f"{_poll(step).line()}\n" for step in looks),
            exit_status=looks[-1].exit_status,
            outcome={late: TIMED_OUT, refused: FAILED}.get(why, ENDED),
            reason=why,
        )
        self._collector.add(replace(transcript, ended=looks[-1].ended))


class _Connections:
    """Which connections the host's workers have, and which ones Redis and Postgres list, once in a state."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._seen: set[str] = set()

    def look(self, state: str) -> bool:
        """Take the steps, unless that is done or not wanted; return whether they were taken."""
        if not self._collector.params["process"] or state in self._seen:
            return False
        self._seen.add(state)
        own, clients, sessions = (step.about(state=state or "not seen") for step in CONNECTIONS)
        show(self._collector, own, connections=True)
        servers.look(self._collector, clients, sessions)
        return True


class _WorkerLog:
    """The worker's log from now on."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._log = sources.chosen(collector.params["worker_log"])
        self._marked_at = utc_now()
        try:
            self._mark: dict[str, t.Any] | None = self._log.mark()
        except OSError as exc:
            self._mark = None
            self._cannot_read(exc)

    def read(self, run_id: str, *, patient: bool) -> None:
        """Keep what was written since; where C(patient), wait for the run's end to be among it."""
        mark = self._mark
        if mark is None:
            return

        def has_ended(reading: Reading) -> bool:
            return any(attempt.finished for attempt in arq_log.attempts_for(reading.text, run_id))

        deadline = Deadline(LOG_SECONDS if patient else 0)
        try:
            reading = deadline.watch(lambda: self._log.read_since(mark), has_ended, LOG_POLL_SECONDS)
        except OSError as exc:
            self._cannot_read(exc)
            return
        what = f"{self._log.name} {reading.note}"
        # Of what was not read, nobody knows what it says about the run.
        why = f"{reading.left} bytes of the log were cut" if reading.left else ""
        step = self._collector.start(steps.RECON_WORKER_LOG, what, at=self._marked_at)
        self._collector.add(step.ended(reading.text, outcome=FAILED if why else ENDED, reason=why))

    def _cannot_read(self, exc: OSError) -> None:
        reason = f"{self._log.name} cannot be read: {exc.strerror}"
        self._collector.failed(steps.RECON_WORKER_LOG, self._log.name, reason, at=self._marked_at)


def _poll(step: Step) -> recon.Poll:
    """Return what the transcript keeps of an answer; of one that never came, why."""
    return recon.Poll(step.started, step.exit_status, step.stdout if step.outcome == ENDED else step.reason)
