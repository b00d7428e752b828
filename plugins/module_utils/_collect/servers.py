# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show who is connected, as the Redis and the Postgres of a service's environment list it."""

from __future__ import annotations

from .._clients import postgres
from .._core.collector import Collector
from .._core.step_names import StepName
from .._text import connections
from . import redis_evidence

LIBRARIES = ("redis", "psycopg2")
LIMIT_SECONDS = 10.0


def look(collector: Collector, clients: StepName, sessions: StepName) -> None:
    """Take both steps; one that cannot be taken says why."""
    redis_evidence.clients(collector, clients, LIMIT_SECONDS)
    try:
        postgres.ask(collector, connections.SESSIONS, sessions)
    except NameError:
        collector.failed(sessions, connections.SESSIONS, "this Python has no library psycopg2")
