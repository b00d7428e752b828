# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schema, held against what the same migrations make of an empty database.

That a migration ran, or that a revision is noted, shows nothing of a table that somebody has made or changed
by hand. Not excluded: what migrations do to rows, and what differs in functions, privileges and extensions.
"""

from __future__ import annotations

import typing as t

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import Evidence
from ...module_utils._text import alembic, catalog
from .base import TRACEBACK, Finding, Policy, ended, last_line, met, not_met, not_proven, succeeded

_NAMES = (steps.ALEMBIC_SHADOW_UPGRADE, steps.ALEMBIC_SHADOW_SCHEMA, steps.ALEMBIC_SCHEMA)
_ALLOW = (
    "allow it by ALTER ROLE … CREATEDB, name a role that may in SHADOW_DATABASE_URL, or install the server "
    "programs of the same major version of Postgres on the backend's host"
)
# So many differences are named in the note; all are in the detail.
_NAMED = 2


def is_what_the_migrations_make(evidence: Evidence, policy: Policy) -> Finding:
    """Compare the table as it is with what the migrations make; what else differs is said, and may count."""
    same = policy.get("others") == "same"
    return _no_shadow(evidence) or _compared(evidence, str(policy["table"]), others_count=same)


def current_revisions(evidence: Evidence, name: str) -> list[str]:
    """Return the revisions that C(alembic current) printed beside what env.py may print."""
    history = evidence.get(steps.ALEMBIC_HISTORY)
    listed = alembic.known(history.stdout) if history else ()
    return alembic.revisions(succeeded(evidence, name).stdout, listed)


def _no_shadow(evidence: Evidence) -> Finding | None:
    """Return why there is nothing to compare with, if so."""
    create = ended(evidence, steps.ALEMBIC_SHADOW_CREATE)
    if create.exit_status != 0:
        reason = f"no shadow database can be made{last_line(create.stderr)}: {_ALLOW}"
        return not_proven(reason, create.name)
    current = succeeded(evidence, steps.ALEMBIC_SHADOW_CURRENT)
    found = current_revisions(evidence, current.name)
    if found:
        why = f"finds {', '.join(found)} in an empty one: the project does not go by its environment"
        return not_proven(f"alembic does not leave the database for another: it {why}", current.name)
    upgrade = ended(evidence, steps.ALEMBIC_SHADOW_UPGRADE)
    if upgrade.exit_status != 0 or TRACEBACK in upgrade.output:
        reason = f"the migrations do not go through on an empty database: {alembic.error_line(upgrade)}"
        return not_proven(reason, upgrade.name)
    return None


def _compared(evidence: Evidence, table: str, *, others_count: bool) -> Finding:
    made, have = (catalog.objects(succeeded(evidence, name).stdout) for name in _NAMES[1:])
    in_made, in_have = _lines(made), _lines(have)
    if not in_made:
        return not_met(f"the migrations make no table {table} of an empty database", *_NAMES)
    if not in_have:
        return not_met(f"there is no table {table}", steps.ALEMBIC_SCHEMA)
    wrong = [f"lacks {line}" for line in in_made if line not in in_have]
    wrong += [f"also has {line}" for line in in_have if line not in in_made]
    if wrong:
        named = "; ".join(wrong[:_NAMED]) + (f"; and {len(wrong) - _NAMED} more" if wrong[_NAMED:] else "")
        reason = f"{table} is not what the migrations make of an empty database: it {named}"
        return not_met(reason, *_NAMES, detail="\n".join(wrong))
    others = _others(_digests(made), _digests(have))
    many = "1 other relation differs" if len(others) == 1 else f"{len(others)} other relations differ"
    said = f"; {many}" if others else ""
    server = evidence.get(steps.ALEMBIC_SHADOW_SERVER)
    where = " on a temporary server" if server and server.ok else ""
    reason = f"{table} is what the migrations make of an empty database{where}{said}"
    if others and others_count:
        return not_met(f"{reason}: {others[0]}", *_NAMES, detail="\n".join(others))
    return met(reason, *_NAMES, detail="\n".join(others))


def _lines(rows: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    return [str(row["line"]) for row in rows if "line" in row]


def _digests(rows: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, str]:
    return {str(row["relation"]): str(row["digest"]) for row in rows if "digest" in row}


def _others(made: t.Mapping[str, str], have: t.Mapping[str, str]) -> list[str]:
    """Return what else differs: relations that only one has, and those that are not alike."""
    both = {name: "differs from what the migrations make" for name in made if have.get(name) != made[name]}
    lacking = {name: "does not exist, the migrations make it" for name in made if name not in have}
    more = {name: "exists, the migrations do not make it" for name in have if name not in made}
    return [f"{name}: {how}" for name, how in sorted({**both, **lacking, **more}.items())]
