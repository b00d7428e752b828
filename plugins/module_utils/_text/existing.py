# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which table it is about when Postgres says that something exists already. Pure."""

from __future__ import annotations

import re

from . import table_schema

# https://www.postgresql.org/docs/current/errcodes-appendix.html: duplicate_table, _column, _object.
_OF_RELATION = re.compile(r'"(?:[^"]+)" (?:of|for) relation "(?P<table>[^"]+)" already exists')
_RELATION = re.compile(r'relation "(?P<name>[^"]+)" already exists')


def table(said: str, sql: str) -> str:
    """Return the table, with its schema where the SQL names it, or C('') where it is about none.

    A relation may be an index or a constraint's index, too: which table that is of is in the migrations' SQL.

    Args:
        said: the line in which Postgres said it.
        sql: that of the migrations, as far as it is known.
    """
    named = _OF_RELATION.search(said)
    if named:
        return table_schema.table_of(named["table"], sql) or named["table"]
    relation = _RELATION.search(said)
    if not relation:
        return ""
    return table_schema.table_of(relation["name"], sql) or relation["name"]
