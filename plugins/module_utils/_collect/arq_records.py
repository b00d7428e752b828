# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show what arq itself keeps of a run's job in Redis, and which jobs it knew before."""

from __future__ import annotations

import typing as t
from contextlib import closing, suppress

from .._clients import arq_redis
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.deadline import Deadline
from .._core.step_names import StepName
from .._text import arq_record
from .._text.arq_record import Record
from .._text.service_variables import REDIS, names
from . import redis_evidence
from .servers import LIMIT_SECONDS

with suppress(ImportError):  # the steps say so
    import redis

POLL_SECONDS = 0.2
# arq writes the result right after the log's last line.
RESULT_SECONDS = 2.0
MOST_KEYS = 20_000
_AT_ONCE = 500
_PATTERNS = (f"{arq_record.JOB}*", f"{arq_record.RESULT}*")


class ArqRecords:
    """What Redis has of jobs, before a run is asked for and since."""

    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._url = collector.url(REDIS)
        self._before: set[str] | None = None  # the jobs that Redis knew, or None where that is not known
        self._looked: set[str] = set()
        self._found: list[Record] = []

    def mark(self) -> None:
        """Take the step of how many jobs Redis knows before the run is asked for, and remember them."""
        if not self._collector.params["process"]:
            return
        keys = self._ask(steps.RECON_RECORDS_BEFORE, _keys)
        if keys is not None:
            self._before = {arq_record.job_of(key) for key in keys}
            self._keep(steps.RECON_RECORDS_BEFORE, f"{len(self._before)} jobs\n")

    def look(self, run_id: str) -> None:
        """Remember what there is of the run's job: while it runs, that is another record than afterwards."""
        if self._before is not None:
            self._ask(None, lambda client: self._look(client, run_id))

    def read(self, run_id: str) -> None:
        """Take the step of all that there was of the run's job, as soon as its result is among it."""

        def look(client: t.Any) -> list[Record]:
            return Deadline(RESULT_SECONDS).watch(
                lambda: self._look(client, run_id),
                lambda found: any(one.success is not None for one in found),
                POLL_SECONDS,
            )

        if self._before is not None and self._ask(steps.RECON_RECORDS, look) is not None:
            self._keep(steps.RECON_RECORDS, arq_record.render(self._found))

    def _look(self, client: t.Any, run_id: str) -> list[Record]:
        known = self._before or set()
        new = [key for key in _keys(client) if key not in self._looked]
        for start in range(0, len(new), _AT_ONCE):
            keys = new[start : start + _AT_ONCE]
            for key, raw in zip(keys, client.mget(keys)):
                self._looked.add(key)
                record = arq_redis.read(key, raw or b"", before=arq_record.job_of(key) in known)
                if raw and arq_record.concerns(record, raw, run_id):
                    self._found.append(record)
        return self._found

    def _ask(self, step: StepName | None, question: t.Callable[[t.Any], t.Any]) -> t.Any:
        """Return Redis' answer, or None where there is none; the step then says why."""
        why = ""
        try:
            if not self._url:
                raise ValueError(
                    f"the environment sets no {names(self._collector.params['variables'], REDIS)[0]}"
                )
            ca_file = self._collector.params["ca_file"]
            with closing(redis_evidence.connected(self._url, LIMIT_SECONDS, ca_file)) as client:
                return question(client)
        except NameError:
            why = "this Python has no library redis"
        except ValueError as exc:
            why = str(exc)
        except redis.RedisError as exc:
            why = f"{type(exc).__name__}: {exc}"
        if step is not None:
            self._collector.failed(step, self._what(), why)
        return None

    def _keep(self, step: StepName, text: str) -> None:
        self._collector.ended(step, self._what(), text)

    def _what(self) -> str:
        return f"SCAN and MGET {' and '.join(_PATTERNS)}  ({self._url})"


def _keys(client: t.Any) -> list[str]:
    found: list[str] = []
    for pattern in _PATTERNS:
        for key in client.scan_iter(match=pattern, count=1000):
            found.append(key.decode("utf-8", "backslashreplace"))
            if len(found) > MOST_KEYS:
                raise ValueError(f"Redis has more than {MOST_KEYS} jobs and results")
    return sorted(set(found))
