# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Package-1, STG-MIG: the migrations are at head and the findings' UNIQUE constraint is there.

Policy: C(table), the table's name; C(columns), those that must be unique together; C(others), whether other
relations that differ from what the migrations make are C(listed), by default, or have to be the C(same).
"""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import NOT_RUN, Evidence
from ...module_utils._text import alembic, catalog, psql_text
from . import schema
from .base import (
    TRACEBACK,
    Finding,
    Judge,
    Policy,
    Rule,
    ended,
    last_line,
    met,
    not_met,
    not_proven,
    succeeded,
    with_earlier,
)

# The checklist's `alembic history | tail -n 30`: newest first, so the tail is the oldest ones.
HISTORY_LINES = 30
NOTHING = "nothing had to run"


def current_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "the output of" C(alembic current)."""
    found = schema.current_revisions(evidence, steps.ALEMBIC_CURRENT)
    return met(f"at {', '.join(found) or 'no revision'} before the upgrade", steps.ALEMBIC_CURRENT)


def history_kept(evidence: Evidence, policy: Policy) -> Finding:
    """Minimum evidence: "the output of" C(alembic history), "its last 30 lines"; all of it is kept."""
    step = succeeded(evidence, steps.ALEMBIC_HISTORY)
    lines = step.stdout.splitlines()
    if not lines:
        return not_proven("alembic history printed nothing", steps.ALEMBIC_HISTORY)
    last = "\n".join(lines[-HISTORY_LINES:]) if len(lines) > HISTORY_LINES else ""
    return met(f"{len(lines)} lines kept", steps.ALEMBIC_HISTORY, detail=last)


def one_head(evidence: Evidence, policy: Policy) -> Finding:
    """C(upgrade head) has a meaning only where there is exactly one head."""
    heads = alembic.revisions(succeeded(evidence, steps.ALEMBIC_HEADS).stdout)
    said = _several_configs(evidence)
    names = (steps.ALEMBIC_HEADS, steps.ALEMBIC_INI) if said else (steps.ALEMBIC_HEADS,)
    if len(heads) == 1:
        return met(f"the head is {heads[0]}{said}", *names)
    return not_met(f"there are {len(heads)} heads ({', '.join(heads)}){said}", *names)


def upgrade_clean(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "upgrade ends without an error". FAIL note: on C(table already exists), reset or stamp."""
    step = ended(evidence, steps.ALEMBIC_UPGRADE)
    existing = alembic.already_exists(step)
    if step.exit_status != 0:
        why = f"exit status {step.exit_status}, {alembic.error_line(step)}"
        if existing:
            why = f"{existing}: whether to reset or to stamp is to be decided in the ticket"
        return not_met(f"{why}{_several_configs(evidence)}", steps.ALEMBIC_UPGRADE)
    if TRACEBACK in step.output:
        return not_met(f"a traceback in spite of status 0, {alembic.error_line(step)}", steps.ALEMBIC_UPGRADE)
    return met("exit status 0", steps.ALEMBIC_UPGRADE)


def at_head(evidence: Evidence, policy: Policy) -> Finding:
    """C(upgrade head) is believed only where C(current), asked again, is the head."""
    names = (steps.ALEMBIC_HEADS, _last_current(evidence))
    heads = alembic.revisions(succeeded(evidence, steps.ALEMBIC_HEADS).stdout)
    current = schema.current_revisions(evidence, names[1])
    if current == heads and len(heads) == 1:
        return met(f"the database is at {heads[0]}, the head", *names)
    at = ", ".join(current) or "no revision"
    return not_met(f"the database is at {at}, the head is {', '.join(heads)}", *names)


@with_earlier("alembic_evidence", "alembic_smoke", idle=lambda evidence: _ran(evidence) == NOTHING)
def schema_is_the_migrations(evidence: Evidence, policy: Policy) -> Finding:
    """A revision that was only stamped is never a PASS: the table must be what the migrations make.

    Those that ran do not show it, for the others may have been stamped.
    """
    ran = _ran(evidence)
    compared = schema.is_what_the_migrations_make(evidence, policy)
    return replace(compared, reason=f"{ran}, and {compared.reason}")


def one_database(evidence: Evidence, policy: Policy) -> Finding:
    """What Alembic migrates and where the constraint is shown is one database: at the same revision."""
    step, current = succeeded(evidence, steps.TABLE_REVISIONS), _last_current(evidence)
    rows = catalog.objects(step.stdout)
    have = sorted(str(row["revision"]) for row in rows)
    told = schema.current_revisions(evidence, current)
    if not rows:
        return not_met("the examined database has no row of Alembic's", step.name)
    where = f"the database {rows[0]['database']}, in which the table was looked at, is at {', '.join(have)}"
    names = (step.name, current)
    if have != sorted(told):
        return not_met(f"{where}, and alembic current says {', '.join(told) or 'nothing'}", *names)
    return met(f"{where}, as alembic current says", *names)


def table_exists(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "the table exists". Minimum evidence: C(\\d reconciliation_findings)."""
    step, table = ended(evidence, steps.DESCRIBE_TABLE), str(policy["table"])
    if "Did not find any relation" in step.output:
        return not_met(f"there is no table {table}", steps.DESCRIBE_TABLE)
    if step.exit_status != 0 or not step.stdout.strip():
        nothing = "" if step.stdout.strip() else " and printed nothing"
        said = f"\\d ended with status {step.exit_status}{nothing}{last_line(step.stderr)}"
        return not_proven(said, steps.DESCRIBE_TABLE)
    places = catalog.objects(succeeded(evidence, steps.TABLE_PLACES).stdout)
    return _the_one(places, table)


def unique_constraint(evidence: Evidence, policy: Policy) -> Finding:
    """PASS: "there is a UNIQUE constraint on (provider, provider_event_id, finding_type)"."""
    names = (steps.UNIQUE_CONSTRAINTS, steps.UNIQUE_CATALOG)
    want = [str(column) for column in policy["columns"]]
    asked = ended(evidence, steps.UNIQUE_CONSTRAINTS)
    if asked.exit_status != 0:
        lines = [*asked.stderr.strip().splitlines(), f"the query ended with status {asked.exit_status}"]
        return not_met(lines[0], steps.UNIQUE_CONSTRAINTS)
    named = {row[0] for row in psql_text.rows_of(asked.stdout)}
    entries = catalog.objects(succeeded(evidence, steps.UNIQUE_CATALOG).stdout)
    same = [entry for entry in entries if sorted(_columns(entry)) == sorted(want)]
    constraints = [e for e in same if e["constraint"] in named and e["valid"] and not e["predicate"]]
    if constraints:
        return met(f"{constraints[0]['constraint']}: {_described(constraints[0])}", *names)
    have = "; ".join(map(_kind, entries)) or "none"
    return not_met(f"want UNIQUE ({', '.join(want)}), have {have}", *names)


def smoke(evidence: Evidence, policy: Policy) -> Finding:
    """Optional, preferred: "smoke: alembic downgrade -1, then alembic upgrade head"."""
    downgrade = evidence.get(steps.ALEMBIC_DOWNGRADE)
    if downgrade and downgrade.outcome == NOT_RUN and downgrade.reason:
        return met(f"left out, being optional: {downgrade.reason}", steps.ALEMBIC_DOWNGRADE)
    for name in (steps.ALEMBIC_DOWNGRADE, steps.ALEMBIC_REUPGRADE):
        step = ended(evidence, name)
        if step.exit_status != 0 or TRACEBACK in step.output:
            in_spite = "a traceback in spite of status 0, " if step.exit_status == 0 else ""
            return not_met(f"{step.title}: {in_spite}{alembic.error_line(step)}", name)
    # Where the database was in between proves the way down; what Alembic logs is in the project's hands.
    names = (steps.ALEMBIC_CURRENT_AFTER, steps.ALEMBIC_CURRENT_BETWEEN, steps.ALEMBIC_CURRENT_FINAL)
    before, between, final = (schema.current_revisions(evidence, name) for name in names)
    way = " -> ".join(", ".join(at) or "no revision" for at in (before, between, final))
    history = succeeded(evidence, steps.ALEMBIC_HISTORY).stdout
    parents = alembic.parents(history, alembic.single(before))
    if before != final or not parents or sorted(between) != sorted(parents):
        return not_met(f"the database went {way}, not one step down and up again", *names)
    return met(f"down and up again, {way}", *names)


RULES = (
    Rule("current_kept", "The output of alembic current", current_kept),
    Rule("history_kept", "The output of alembic history", history_kept),
    Rule("one_head", "Exactly one head to upgrade to", one_head),
    Rule("upgrade_clean", "alembic upgrade head ends without an error", upgrade_clean),
    Rule("at_head", "The database is at the head", at_head),
    Rule(
        "schema_is_the_migrations",
        "The schema is what the migrations make, not a stamp",
        schema_is_the_migrations,
    ),
    Rule("one_database", "The examined database is the one that Alembic migrates", one_database),
    Rule("table_exists", "The table exists", table_exists),
    Rule("unique_constraint", "The UNIQUE constraint is there", unique_constraint),
    Rule("smoke", "Optional smoke: alembic downgrade -1, then alembic upgrade head", smoke),
)


def _the_one(places: t.Sequence[t.Mapping[str, t.Any]], table: str) -> Finding:
    """Hold what has the table's name against what is meant: one ordinary table, in one schema."""
    names = (steps.DESCRIBE_TABLE, steps.TABLE_PLACES)
    listed = ", ".join(f"{place['schema']} ({place['kind']})" for place in places) or "no schema"
    resolved = [place for place in places if place["resolved"]]
    if not resolved:
        return not_met(f"{table} is none that the connection finds; there is one in {listed}", *names)
    if len(places) > 1 and "." not in table:
        reason = f"{table} is in more than one schema, {listed}: which is meant has to be named, schema.table"
        return not_proven(reason, *names)
    if resolved[0]["kind"] not in ("table", "partitioned table"):
        return not_met(f"{table} is no ordinary table: {resolved[0]['kind']}", *names)
    return met(f"\\d shows {table}, a {resolved[0]['kind']} in the schema {resolved[0]['schema']}", *names)


def _several_configs(evidence: Evidence) -> str:
    """Say which C(alembic.ini) is in force where there are several: another may have another chain."""
    step = evidence.get(steps.ALEMBIC_INI)
    said = alembic.several_configs(step.stdout) if step else ""
    return f"; {said}" if said else ""


def _last_current(evidence: Evidence) -> str:
    """After a smoke, the last answer counts: it is the state that staging was left in."""
    final = steps.ALEMBIC_CURRENT_FINAL
    return final if evidence.get(final) else steps.ALEMBIC_CURRENT_AFTER


def _ran(evidence: Evidence) -> str:
    """Say what the upgrade did; where Alembic logs nothing, by what C(current) was before and after."""
    history = evidence.get(steps.ALEMBIC_HISTORY)
    known = alembic.known(history.stdout) if history else set()
    # A line alike that env.py prints is no migration, and one is not made twice.
    told = dict.fromkeys(alembic.moves(succeeded(evidence, steps.ALEMBIC_UPGRADE)))
    moves = [move for move in told if not known or move[1] in known]
    if moves:
        many = "1 migration" if len(moves) == 1 else f"{len(moves)} migrations"
        return f"{many} ran, {moves[0][0] or 'base'} -> {moves[-1][1] or 'base'}"
    names = (steps.ALEMBIC_CURRENT, steps.ALEMBIC_CURRENT_AFTER)
    before, after = (", ".join(schema.current_revisions(evidence, name)) for name in names)
    if before == after:
        return NOTHING
    return f"the database went from {before or 'no revision'} to {after}"


def _described(entry: t.Mapping[str, t.Any]) -> str:
    """The definition, and what weakens it though it is one."""
    notes = []
    if entry["deferrable"]:
        notes.append("deferrable")
    if entry["nullable"] and not entry["nulls_not_distinct"]:
        notes.append(f"rows with NULL in {', '.join(entry['nullable'])} are not compared")
    return str(entry["definition"]) + (f" ({'; '.join(notes)})" if notes else "")


def _columns(entry: t.Mapping[str, t.Any]) -> list[str]:
    """Return the columns; in lockers of before, an index on expressions alone has none."""
    return list(entry["columns"] or [])


def _kind(entry: t.Mapping[str, t.Any]) -> str:
    columns = ", ".join(_columns(entry))
    invalid = "" if entry["valid"] else ", not valid"
    if entry["constraint"]:
        return f"UNIQUE ({columns}) as constraint {entry['constraint']}{invalid}"
    predicate = f" WHERE {entry['predicate']}" if entry["predicate"] else ""
    return f"only the unique index {entry['index']} ({columns}){predicate}{invalid}, which is no constraint"


def _summary(evidence: Evidence, policy: Policy) -> str:
    upgrade = schema_is_the_migrations(evidence, policy).reason
    constraint = unique_constraint(evidence, policy).reason
    said = _several_configs(evidence)
    return f"Alembic is at head ({upgrade}), and {policy['table']} has {constraint}{said}."


judge = Judge(RULES, _summary)
