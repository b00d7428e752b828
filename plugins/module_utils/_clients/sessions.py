# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The database's sessions while a command runs: whose they are, and which transactions they write in."""

from __future__ import annotations

import threading
import typing as t
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

from . import postgres

with suppress(ImportError):  # run_collector(needs=…) says so
    import psycopg2

QUERY = """\
SELECT pid, application_name = %(mark)s AS own, backend_xid::text::bigint AS xid
FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
  AND (application_name = %(mark)s OR backend_xid IS NOT NULL)"""
# A transaction shorter than this may be missed.
POLL_SECONDS = 0.01


@dataclass
class Seen:
    """What was seen so far."""

    own: set[int] = field(default_factory=set)  # processes of the sessions that have the mark as their name
    transactions: set[int] = field(default_factory=set)  # theirs, such as write
    others: set[int] = field(default_factory=set)  # of all other sessions
    problem: str = ""  # why nobody can look


@contextmanager
def watched(params: t.Mapping[str, str], mark: str) -> t.Iterator[Seen]:
    """Look at the database's sessions again and again, until the block ends."""
    seen, over = Seen(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(params, mark, seen, over), daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join(postgres.CONNECT_SECONDS)


def _watch(params: t.Mapping[str, str], mark: str, seen: Seen, over: threading.Event) -> None:
    try:
        with closing(postgres.connect(params)) as connection, connection.cursor() as cursor:
            while not over.wait(POLL_SECONDS):
                cursor.execute(QUERY, {"mark": mark})
                for pid, own, xid in cursor.fetchall():
                    if own:
                        seen.own.add(pid)
                    if xid is not None:
                        (seen.transactions if own else seen.others).add(xid)
    except (postgres.NoDatabaseError, psycopg2.Error) as exc:
        seen.problem = " ".join(str(exc).split())
