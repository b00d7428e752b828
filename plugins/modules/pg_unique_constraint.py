#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: pg_unique_constraint
short_description: Collect the UNIQUE constraints that Postgres enforces on a table
version_added: 0.1.0
description:
  - Runs C(\\d) on the table and a query for its UNIQUE constraints, and reads all unique indexes from the
    catalog, since a unique index is not a constraint.
  - The session is read-only.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.postgres
  - psp.rc_closure.collector.login
options:
  table:
    description: Name of the table, with or without its schema.
    type: str
    required: true
  columns:
    description: The columns that a UNIQUE constraint is required on.
    type: list
    elements: str
    required: true
  also:
    description: Further tables to run C(\\d) on, for instance those that stopped a migration.
    type: list
    elements: str
    default: []
  version_table:
    description: Name of Alembic's table, with or without its schema. Its rows are shown over the same
      connection as the constraint.
    type: str
  rights:
    description: Whether to ask, too, what the user of the session may do that migrations do, and whether the
      server is a standby.
    type: bool
    default: false
  psql:
    description: Path of C(psql). If it does not exist, the text of C(\\d) is rendered from the catalog.
    type: path
    default: psql
seealso:
  - module: psp.rc_closure.alembic_evidence
  - module: community.postgresql.postgresql_query
  - name: Unique constraints
    description: Chapter of the Postgres documentation.
    link: https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-UNIQUE-CONSTRAINTS
"""

EXAMPLES = r"""
- name: Collect the UNIQUE constraints of the findings for Package-1
  psp.rc_closure.pg_unique_constraint:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 1
    env_file: /etc/psp/backend.env
    table: reconciliation_findings
    columns: [provider, provider_event_id, finding_type]

- name: Read those of another schema with a login of its own
  psp.rc_closure.pg_unique_constraint:
    login_host: db.example.com
    login_user: auditor
    login_password: "{{ auditor_password }}"
    login_db: shop
    ssl_mode: verify-full
    table: billing.invoices
    columns: [tenant, number]
  register: invoices

- name: Require that one of them is on exactly these columns
  ansible.builtin.assert:
    that: invoices.want | sort in invoices.have | map('sort')
"""

RETURN = r"""
have:
  description: The columns of each UNIQUE constraint on the table. Empty if Postgres cannot be reached.
  returned: success
  type: list
  elements: list
  sample: [[provider, provider_event_id, finding_type]]
want:
  description: The columns of O(columns).
  returned: success
  type: list
  elements: str
  sample: [provider, provider_event_id, finding_type]
steps:
  description: The queries, in order.
  returned: always
  type: list
  sample: [{name: unique_constraints, kind: sql, exit_status: 0, outcome: ended}]
"""

from ..module_utils._clients.postgres import LOGIN_SPEC
from ..module_utils._collect.pg_unique_constraint import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "table": {"type": "str", "required": True},
    "columns": {"type": "list", "elements": "str", "required": True},
    "also": {"type": "list", "elements": "str", "default": []},
    "version_table": {"type": "str"},
    "rights": {"type": "bool", "default": False},
    "psql": {"type": "path", "default": "psql"},
    **LOGIN_SPEC,
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["psycopg2"])


if __name__ == "__main__":
    main()
