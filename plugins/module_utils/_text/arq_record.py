# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""arq's own record of a job in Redis: C(arq:job:ID) until it ends, then C(arq:result:ID) while that is kept.

Pure: what a key really holds, C(_clients/arq_redis) reads.
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import asdict, dataclass

RESULT = "arq:result:"
JOB = "arq:job:"


@dataclass(frozen=True)
class Record:
    """What Redis holds of a job."""

    key: str
    function: str = ""
    arguments: str = ""  # the positional ones and those by name, as JSON
    queue: str = ""
    attempt: int | None = None
    enqueued: str = ""  # RFC 3339, UTC, as all times
    started: str = ""
    finished: str = ""
    success: bool | None = None  # None while it has not ended
    result: str = ""
    unreadable: str = ""  # why the rest is empty
    before: bool = False  # whether there was a key of this job before the run was asked for

    @property
    def job(self) -> str:
        """The job's id."""
        return job_of(self.key)


def job_of(key: str) -> str:
    """Return the id of the job that a key is about."""
    return key.split(":", 2)[-1]


def concerns(record: Record, raw: bytes, run_id: str) -> bool:
    """Whether it is of the run, by its arguments or the job's id; of one that cannot be read by its bytes."""
    text = raw.decode("utf-8", "replace") if record.unreadable else record.arguments
    if run_id.isdigit() and not record.unreadable:
        # A number may stand in any text, such as a time's.
        if run_id in _values(json.loads(text)):
            return True
        text = ""
    return bool(re.search(rf"(?<![\w-]){re.escape(run_id)}(?![\w-])", f"{record.job}\n{text}"))


def _values(value: t.Any) -> t.Iterator[str]:
    """Return what a value out of JSON holds, at any depth."""
    if isinstance(value, (list, dict)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _values(one)
    else:
        yield str(value)


def render(records: t.Sequence[Record]) -> str:
    """Return records as text, one JSON object a line."""
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in records)


def parse(text: str) -> list[Record]:
    """Read what C(render()) wrote.

    Raises:
        ValueError: the text is something else.
    """
    try:
        return [Record(**json.loads(line)) for line in text.splitlines()]
    except TypeError as exc:
        raise ValueError(f"these are no records: {exc}") from exc
