# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to decide by where a migration would make what is there already. Pure.

The checklist: if staging answers C(table already exists) or the like, PASS is not given, and the decision,
reset or stamp, is written into the ticket. Nothing here decides it; it says what the existing table is held
against.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...module_utils import alembic, table_schema
from ...module_utils.evidence import Step
from ...module_utils.table_schema import Table

UPGRADE = "alembic_upgrade"
PREVIEW = "alembic_upgrade_preview"
DESCRIBED = "describe_table"

Package = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Question:
    """The facts.

    Attributes:
        said: the line in which Postgres said that something exists.
        at: the revision that the database is at, or C('').
        move: the migration that stopped, C(from -> to), or C('').
        table: the table that was looked at.
        exists: as it is; None where the evidence does not show it.
        made: as the migrations make it, by revision, in order; empty where the evidence does not show it.
        foreign_keys: whether C(exists) would show foreign keys.
    """

    said: str
    at: str
    move: str
    table: str
    exists: Table | None
    made: t.Mapping[str, Table]
    foreign_keys: bool = True

    def differences(self, revision: str) -> list[str]:
        """Return in what the table differs from what the migrations make up to a revision."""
        have, want = self.exists or Table(self.table), self.made[revision]
        return table_schema.differences(have, want if self.foreign_keys else want.without_foreign_keys())

    @property
    def agreeing(self) -> list[str]:
        """The revisions at which the existing table is what the migrations make, in order."""
        return [revision for revision in self.made if not self.differences(revision)] if self.exists else []


def question(package: Package) -> Question | None:
    """Return the facts of Package-1's report, or None where nothing stood in the way of its upgrade."""
    steps = {step["name"]: Step.from_dict(step) for step in package["steps"]}
    upgrade = steps.get(UPGRADE)
    said = alembic.already_exists(upgrade) if upgrade and upgrade.exit_status != 0 else ""
    if upgrade is None or not said:
        return None
    moves = alembic.moves(upgrade)
    current = steps.get("alembic_current_after") or steps.get("alembic_current")
    name = str(package["policy"].get("table", ""))
    described, preview = steps.get(DESCRIBED), steps.get(PREVIEW)
    after = table_schema.made(preview.stdout) if preview and preview.ok else {}
    bare = name.rpartition(".")[2]
    return Question(
        said=said,
        at=", ".join(alembic.revisions(current.stdout)) if current else "",
        move=" -> ".join(moves[-1]) if moves else "",
        table=name,
        exists=table_schema.described(name, described.stdout) if described and described.ok else None,
        made={revision: tables[bare] for revision, tables in after.items() if bare in tables},
        foreign_keys=bool(described and "rendered from the catalog" not in described.command),
    )


def sentences(asked: Question) -> list[str]:
    """Return what is to be read first, one sentence each."""
    where = f" by {asked.move}" if asked.move else ""
    found = [
        f"The upgrade was stopped{where}: {asked.said}. The database is at {asked.at or 'no revision'}.",
        "To be decided in this ticket: reset (take away what exists, and let the migrations make it), or "
        "stamp (tell Alembic that a revision is there already, and go on from it). Neither is a PASS by "
        "itself: Package-1 is judged by what the next run shows.",
    ]
    return [*found, _agreement(asked)]


def comparison(asked: Question) -> str:
    """Return, by revision, in what the existing table differs, as plain lines; C('') where unknown."""
    if asked.exists is None:
        return ""
    blocks = []
    for revision in asked.made:
        lines = asked.differences(revision) or ["no difference"]
        title = f"{asked.table} against the migrations up to {revision}:"
        blocks.append("\n".join([title, *(f"  {line}" for line in lines)]))
    return "\n\n".join(blocks) or _columns(asked.exists)


def _agreement(asked: Question) -> str:
    if asked.exists is None:
        return f"The evidence does not show {asked.table} as it exists, so nothing can be compared."
    if not asked.made:
        return (
            f"The evidence does not show what the migrations make of {asked.table} (alembic upgrade --sql), "
            "so at which revision they agree is for people to find out."
        )
    if asked.agreeing:
        revisions = " and ".join(asked.agreeing)
        return f"{asked.table} as it exists agrees with what the migrations make at {revisions}."
    nearest = min(asked.made, key=lambda revision: len(asked.differences(revision)))
    count = len(asked.differences(nearest))
    return (
        f"{asked.table} as it exists agrees with what the migrations make at no revision; the nearest is "
        f"{nearest}, with {count} difference{'' if count == 1 else 's'}."
    )


def _columns(table: Table) -> str:
    columns = [f"  column {name}: {what}" for name, what in table.columns.items()]
    rules = [f"  {name}: {rule}" for name, rule in table.rules.items()]
    return "\n".join([f"{table.name} as it exists:", *columns, *rules])
