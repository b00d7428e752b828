# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What to decide by where a migration would make what is there already. Pure.

The checklist: if staging answers C(table already exists) or the like, PASS is not given, and the decision,
reset or stamp, is written into the ticket. Nothing here decides it; it says what the existing table is held
against.
"""

from __future__ import annotations

import typing as t
from dataclasses import asdict, dataclass
from itertools import chain, groupby

from ....module_utils._core import step_names as steps
from ....module_utils._core.evidence import Step
from ....module_utils._text import alembic, catalog, existing
from ...preflight import controller
from ...sql.ddl import Table
from ...sql.statements import UnreadError
from . import migration_decision, table_schema

Policy = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Compared:
    """A table as it exists and as the migrations make it."""

    table: str  # its name
    exists: Table | None  # as it is; None where the evidence does not show it
    shown: str  # what the evidence shows in its place, such as a view, or why it shows nothing; or ""
    made: t.Mapping[str, Table]  # by revision, in order; empty where the evidence does not show it
    unmade: str  # why it does not, or ""

    def differences(self, revision: str) -> list[str]:
        """Return in what the table differs from what the migrations make up to a revision."""
        return table_schema.differences(self.exists or Table(self.table), self.made[revision])

    @property
    def spans(self) -> list[list[str]]:
        """The revisions in order, those that leave the table as it is together with the one before them."""
        return [list(revisions) for _table, revisions in groupby(self.made, self.made.__getitem__)]

    @property
    def agreeing(self) -> list[list[str]]:
        """The spans at which the existing table is what the migrations make."""
        return [span for span in self.spans if not self.differences(span[0])] if self.exists else []


@dataclass(frozen=True)
class Question:
    """The facts."""

    said: str  # the line in which Postgres said that something exists
    at: str  # the revision that the database is at, or ""
    move: str  # the migration that stopped, "from -> to", or ""
    tables: tuple[Compared, ...]  # the one that this is about, if any, and the policy's where both are known


def section(policy: Policy, kept: t.Sequence[Step]) -> dict[str, t.Any] | None:
    """Return what C(report.json) holds of the question and of the decision, or None where there is neither.

    That is the facts of both, and what is to be read of them: C(sentences) and C(comparison).
    """
    asked, decided = question(policy, kept), migration_decision.kept(kept)
    if asked is None and decided is None:
        return None
    read = sentences(asked) if asked else []
    return {
        "question": {"said": asked.said, "at": asked.at, "move": asked.move} if asked else None,
        "decision": asdict(decided) if decided else None,
        "sentences": read + (migration_decision.sentences(decided) if decided else []),
        "comparison": comparison(asked) if asked else "",
    }


def question(policy: Policy, kept: t.Sequence[Step]) -> Question | None:
    """Return the facts of Package-1's evidence, or None where nothing stood in the way of its upgrade.

    Raises:
        ValueError: sqlglot is not installed.
    """
    by_name = {step.name: step for step in kept}
    upgrade = by_name.get(steps.ALEMBIC_UPGRADE)
    said = alembic.already_exists(upgrade) if upgrade and upgrade.exit_status != 0 else ""
    if upgrade is None or not said:
        return None
    for problem in controller.lacking("sqlglot"):
        raise ValueError(problem)
    moves = alembic.moves(upgrade)
    current = by_name.get(steps.ALEMBIC_CURRENT_AFTER) or by_name.get(steps.ALEMBIC_CURRENT)
    history = by_name.get(steps.ALEMBIC_HISTORY)
    listed = alembic.known(history.stdout) if history else ()
    return Question(
        said=said,
        at=", ".join(alembic.revisions(current.stdout, listed)) if current else "",
        move=" -> ".join(moves[-1]) if moves else "",
        tables=tuple(_tables(said, str(policy.get("table", "")), by_name)),
    )


def _tables(said: str, wanted: str, by_name: t.Mapping[str, Step]) -> t.Iterator[Compared]:
    names = (steps.ALEMBIC_UPGRADE_PREVIEW, steps.ALEMBIC_BASE_PREVIEW)
    previews = [by_name[name] for name in names if name in by_name]
    named = existing.table(said, "\n".join(step.stdout for step in previews))
    same = catalog.same_table(named, wanted)
    if not named:
        return
    shown = steps.DESCRIBE_TABLE if same else steps.DESCRIBE_EXISTING_TABLE
    yield _compared(named, by_name.get(shown), previews)
    own = _compared(wanted, by_name.get(steps.DESCRIBE_TABLE), previews)
    if not same and own.exists and own.made:
        yield own


def _compared(table: str, step: Step | None, previews: t.Sequence[Step]) -> Compared:
    exists, shown = _exists(table, step)
    try:
        made = _made(table, previews)
        unmade = "" if made else _unmade(previews)
    except UnreadError:
        made, unmade = {}, "what alembic upgrade --sql shows cannot be read as SQL"
    return Compared(table, exists, shown, made, unmade)


def _exists(table: str, step: Step | None) -> tuple[Table | None, str]:
    """Return the table as it is, or None and what is shown in its place."""
    if step is None:
        return None, ""
    found = table_schema.described(table, step.stdout) if step.ok else None
    lines = (step.stdout if step.ok else step.stderr or step.reason).strip().splitlines()
    return found, "" if found or not lines else lines[0].strip()


def _made(table: str, previews: t.Sequence[Step]) -> dict[str, Table]:
    """Return the table by revision, out of the first SQL that creates it."""
    for step in previews:
        after = table_schema.made(step.stdout) if step.ok else {}
        found = {
            revision: one
            for revision, tables in after.items()
            for one in tables.values()
            if catalog.same_table(one.name, table)
        }
        if found:
            return found
    return {}


def _unmade(previews: t.Sequence[Step]) -> str:
    failed = [step for step in previews if not step.ok]
    if not failed:
        return "the migrations' SQL does not create it" if previews else "alembic upgrade --sql is not there"
    why = failed[-1].reason or alembic.error_line(failed[-1])
    return f"alembic upgrade --sql did not work, which the project's env.py has to support: {why}"


def sentences(asked: Question) -> list[str]:
    """Return what is to be read first, one sentence each."""
    where = f" by {asked.move}" if asked.move else ""
    return [
        f"The upgrade was stopped{where}: {asked.said}. The database is at {asked.at or 'no revision'}.",
        "To be decided in this ticket: reset (take away what exists, and let the migrations make it), or "
        "stamp (tell Alembic that a revision is there already, and go on from it). Neither is a PASS by "
        "itself: Package-1 is judged by what the next run shows.",
        *_agreements(asked.tables),
    ]


def comparison(asked: Question) -> str:
    """Return, by revision, in what the existing tables differ, as plain lines; C('') where unknown."""
    return "\n\n".join(block for one in asked.tables for block in _blocks(one))


def _blocks(one: Compared) -> t.Iterator[str]:
    if one.exists is None:
        return
    for span in one.spans:
        lines = one.differences(span[0]) or ["no difference"]
        title = f"{one.table} against the migrations up to {_span(span)}:"
        yield "\n".join([title, *(f"  {line}" for line in lines)])
    if not one.made:
        yield _columns(one.exists)


def _agreements(tables: t.Sequence[Compared]) -> list[str]:
    if not tables:
        return ["What exists is no table, nor a part of one, so there are no columns to be compared."]
    said = [_agreement(one) for one in tables]
    alone = [one for one in tables if one.agreeing]
    if alone and len(tables) == 1:
        said.append("That is about this table alone.")
    elif len(alone) > 1:
        agreeing = [[*chain.from_iterable(one.agreeing)] for one in tables]
        common = [revision for revision in alone[0].made if all(revision in one for one in agreeing)]
        said.append(f"Together they agree at {_span(common) if common else 'no revision'}.")
    return said


def _agreement(one: Compared) -> str:
    if one.exists is None:
        shown = f" (it shows: {one.shown})" if one.shown else ""
        return f"The evidence does not show {one.table} as a table{shown}, so nothing can be compared."
    if not one.made:
        return (
            f"The evidence does not show what the migrations make of {one.table} ({one.unmade}), so at "
            "which revision they agree is for people to find out."
        )
    return f"{one.table} as it exists agrees with what the migrations make at {_revisions(one)}."


def _revisions(one: Compared) -> str:
    if one.agreeing:
        return " and ".join(map(_span, one.agreeing))
    nearest = min(one.spans, key=lambda span: len(one.differences(span[0])))
    count = len(one.differences(nearest[0]))
    return f"no revision; the nearest is {_span(nearest)}, with {count} difference{'' if count == 1 else 's'}"


def _span(revisions: t.Sequence[str]) -> str:
    return revisions[0] if len(revisions) == 1 else f"{revisions[0]} (and on to {revisions[-1]})"


def _columns(table: Table) -> str:
    columns = (f"  column {name}: {what}" for name, what in table.columns.items())
    rules = (f"  {name}: {rule}" for name, rule in table.rules.items())
    unread = (f"  cannot be compared: {statement}" for statement in table.unread)
    return "\n".join([f"{table.name} as it exists:", *columns, *rules, *unread])
