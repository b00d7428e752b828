#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: Postgres' part of Package-1."""

from __future__ import annotations

DOCUMENTATION = r"""
module: pg_unique_constraint
short_description: Show a table and the UNIQUE constraints that Postgres enforces on it
version_added: 0.1.0
description:
  - Carries out the Postgres part of Package-1, C(\\d) of the table and the checklist's query for UNIQUE
    constraints, and adds what the catalog says of every unique index, since an index is no constraint.
  - Tables of O(also) are shown by C(\\d), too.
  - The session is read-only.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.postgres
requirements:
  - psycopg2 on the host
options:
  table:
    description: The table, with its schema or without.
    type: str
    required: true
  columns:
    description: The columns that a UNIQUE constraint is wanted on.
    type: list
    elements: str
    required: true
  also:
    description: Further tables to show, for instance those that stood in a migration's way.
    type: list
    elements: str
    default: []
  url_variables:
    description:
      - The variables of O(env_file) that hold the database's URL; the first that is set is used.
        SQLAlchemy's C(postgresql+driver://) is understood.
    type: list
    elements: str
    default: [SYNC_DATABASE_URL, DATABASE_URL]
  psql:
    description: The C(psql) to use. Where there is none, the text is rendered from the catalog.
    type: path
    default: psql
  limit:
    description: Seconds until a query is stopped.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Collect the UNIQUE constraints of the findings
  psp.rc_closure.pg_unique_constraint:
    attempt: "{{ rc_closure_attempt }}"
    package: 1
    env_file: /etc/psp/backend.env
    table: reconciliation_findings
    columns: [provider, provider_event_id, finding_type]
"""

RETURN = r"""
have:
  description: The columns of each UNIQUE constraint on the table.
  returned: always
  type: list
  elements: list
  sample: [[provider, provider_event_id, finding_type]]
want:
  description: The columns asked for.
  returned: always
  type: list
  elements: str
  sample: [provider, provider_event_id, finding_type]
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.postgres import LOGIN_SPEC
from ansible_collections.psp.rc_closure.plugins.module_utils._collect.pg_unique_constraint import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

ARGUMENT_SPEC: ArgumentSpec = {
    "table": {"type": "str", "required": True},
    "columns": {"type": "list", "elements": "str", "required": True},
    "also": {"type": "list", "elements": "str", "default": []},
    "url_variables": {
        "type": "list",
        "elements": "str",
        "default": ["SYNC_DATABASE_URL", "DATABASE_URL"],
    },
    "psql": {"type": "path", "default": "psql"},
    "limit": {"type": "float", "default": 60},
    **LOGIN_SPEC,
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect, needs=["psycopg2"])


if __name__ == "__main__":
    main()
