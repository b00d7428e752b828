# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to ask Postgres of the content of tables and of whose transactions changed it, and to read it. Pure.

A row's C(xmin) is the transaction that wrote it. What a snapshot did not see yet was written since then, and
by the run where its own sessions were seen with that transaction.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass

from .._core.evidence import Step
from . import psql_text

# xmin has 32 bits, and begins again.
_EPOCH = 2**32
_HALF = "coalesce(sum(('x' || {half}(r.hash, 16))::bit(64)::bigint::numeric), 0)"
_SESSIONS = ("sessions", "read_only", "transactions", "transactions_of_others")


class Sessions(t.NamedTuple):
    """What pg_stat_activity showed while a run was under way."""

    own: int  # sessions that took over the options which the run was given
    read_only: bool  # whether these made them read-only
    transactions: int  # of those sessions, such as write
    others: int  # transactions of other sessions of the database, such as write


@dataclass(frozen=True)
class Content:
    """The content of tables at one moment."""

    tables: t.Mapping[
        str, tuple[int, str]
    ]  # table -> its rows and their digest, C('') where it was not taken
    changed: int | None  # rows written since the look before, None for the first look
    of_run: int | None  # of these, rows written by transactions that were seen in the run's own sessions

    @property
    def compared(self) -> bool:
        """Whether the content itself was read, not only what was written since."""
        return bool(self.tables) and all(digest for _rows, digest in self.tables.values())

    @property
    def names(self) -> str:
        """The tables and their rows, for a sentence."""
        return ", ".join(f"{name} ({rows} rows)" for name, (rows, _digest) in self.tables.items())

    def unchanged_since(self, before: Content) -> bool:
        """Whether it is the same; where it was not read, whether nothing was written."""
        if self.compared and before.compared:
            return self.tables == before.tables
        counts, counts_before = (
            {name: rows for name, (rows, _digest) in c.tables.items()} for c in (self, before)
        )
        return self.changed == 0 and counts == counts_before


def relations(plan: t.Any) -> list[str]:
    """Return the tables that a plan, by C(EXPLAIN (VERBOSE, FORMAT JSON)), reads, as SQL names them."""
    found: set[str] = set()
    rest = [json.loads(plan) if isinstance(plan, str) else plan]
    for node in rest:
        if isinstance(node, dict):
            rest.extend(node.values())
            if "Relation Name" in node:
                found.add(f"{_quoted(node.get('Schema', 'public'))}.{_quoted(node['Relation Name'])}")
        elif isinstance(node, list):
            rest.extend(node)
    return sorted(found)


def query(tables: t.Sequence[str], since: str, own: t.Collection[int], *, digest: bool = True) -> str:
    """Return the query for the content of these tables, and for what was written since a snapshot.

    C(since) is C(txid_current_snapshot())'s text at the look before, C('') at the first; C(own) are the
    transactions of the run. Without C(digest), the content itself is left out, which costs most of the time.
    """
    new = _new(since) if since else ""
    changed = f"count(*) FILTER (WHERE {new})" if new else "NULL"
    ours = f"r.xid IN ({', '.join(str(xid) for xid in sorted(own)) or 'NULL'})"
    of_run = f"count(*) FILTER (WHERE {ours})" if new else "NULL"
    halves = " || ':' || ".join(_HALF.format(half=half) for half in ("left", "right"))
    hashed = "md5((t.*)::text)" if digest else "NULL"
    return "\nUNION ALL\n".join(
        f"SELECT {_literal(table)} AS relation, count(*) AS rows,\n"
        f"       {f'md5({halves})' if digest else 'NULL'} AS digest,\n"
        f"       {changed} AS changed,\n       {of_run} AS of_run,\n"
        "       txid_current_snapshot()::text AS snapshot\n"
        f"FROM (SELECT {hashed} AS hash, t.xmin::text::bigint AS xid FROM {table} AS t) AS r"
        for table in tables
    )


def snapshot(step: Step) -> str:
    """Return the snapshot of a look, C('') where there is none."""
    rows = psql_text.rows_of(step.stdout)
    return rows[0][5] if step.ok and rows else ""


def read(step: Step) -> Content | None:
    """Read back a look at the content; None where it says nothing."""
    rows = psql_text.rows_of(step.stdout) if step.ok else []
    if not rows:
        return None
    changed, of_run = (
        sum(int(row[place]) for row in rows) if all(row[place] for row in rows) else None for place in (3, 4)
    )
    return Content({row[0]: (int(row[1]), row[2]) for row in rows}, changed, of_run)


def sessions_table(seen: Sessions) -> str:
    """Return what was seen of the sessions as psql would print it."""
    cells = [str(int(value)) for value in seen]
    return psql_text.table(_SESSIONS, [cells])


def sessions(step: Step | None) -> Sessions:
    """Read back what was seen of a run's sessions; none where nobody looked."""
    rows = psql_text.rows_of(step.stdout) if step is not None and step.ok else []
    if not rows:
        return Sessions(0, read_only=False, transactions=0, others=0)
    own, read_only, transactions, others = (int(cell) for cell in rows[0])
    return Sessions(own, bool(read_only), transactions, others)


def _new(since: str) -> str:
    """Return the condition that a row's transaction is one which the snapshot did not see."""
    _lowest, end, running = since.split(":")
    start = int(end) % _EPOCH
    passed = f"txid_snapshot_xmax(txid_current_snapshot()) - {end}"
    under_way = [str(int(xid) % _EPOCH) for xid in running.split(",") if xid]
    late = f" OR r.xid IN ({', '.join(under_way)})" if under_way else ""
    return f"(r.xid - {start} + {_EPOCH}) % {_EPOCH} < {passed}{late}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(table: str) -> str:
    plain = table.replace('"', "")
    name = plain[len("public.") :] if plain.startswith("public.") else plain
    return "'" + name.replace("'", "''") + "'"
