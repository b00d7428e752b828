# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the database's user may not do that migrations do, out of C(pg_unique_constraint)'s step. Pure."""

from __future__ import annotations

import typing as t

from ...module_utils._core.evidence import Step
from ...module_utils._text import catalog


def problems(step: Step) -> list[str]:
    """Return a sentence for each right that is missing, with the statement that grants it.

    Where the table exists, no migration may be left to run: whoever deployed may have run them as another.
    """
    if step.exit_status:
        return [f"what the database's user may do cannot be asked: {' '.join(step.stderr.split())}"]
    return [sentence for facts in catalog.objects(step.stdout) for sentence in _lacking(facts)]


def _lacking(facts: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    user, database, schema = (facts[name] for name in ("user", "database", "schema"))
    if facts["standby"]:
        yield f"the server of {database} is a standby, which takes no migration: name the primary"
    if facts["there"]:
        return
    if schema is None:
        yield (
            f"the search path of {user} leads to no schema of {database} that exists and that it may use: "
            f"GRANT USAGE, CREATE ON SCHEMA public TO {user}, or ALTER ROLE {user} SET search_path"
        )
    elif not facts["exists"]:
        if not facts["makes"]:  # else a migration may make it
            yield (
                f"the database {database} has no schema {schema}, and {user} may make none: correct the "
                f"table's name, or CREATE SCHEMA {schema} AUTHORIZATION {user}"
            )
    elif not facts["creates"]:
        yield (
            f"{user} may not create tables in the schema {schema} of {database}, as migrations do: GRANT "
            f"CREATE ON SCHEMA {schema} TO {user}, or name their own login in staging_variables.database"
        )
    if facts["version_table"] and not facts["writes"]:
        table = facts["version_table"]
        yield (
            f"{user} may not write to {table} of {database}, as each migration does: GRANT SELECT, INSERT, "
            f"UPDATE, DELETE ON {table} TO {user}"
        )
