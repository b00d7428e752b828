#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: alembic_evidence
short_description: Upgrade a database to the Alembic head and collect the evidence
version_added: 0.1.0
description:
  - Runs C(alembic current), C(heads) and C(history), then C(upgrade head), then C(current)
    again, and if O(downgrade_smoke) allows it, C(downgrade -1) and C(upgrade head).
  - With O(table), creates an empty shadow database on the same server, migrates it from nothing to head,
    collects the schemas of both, and drops it again. The role must be allowed to create databases (C(ALTER
    ROLE name CREATEDB)), or E(SHADOW_DATABASE_URL) in O(env_file) is the URL of a role that may, perhaps on
    another server. Where neither is, a temporary server is started on this host for it, if the programs of
    the same major version are there; the step C(alembic_shadow_server) shows it.
  - If the upgrade fails because an object exists already, also runs C(alembic upgrade --sql), which changes
    nothing, so that the existing table can be compared with what the migrations would create.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.postgres
attributes:
  check_mode:
    details: Runs C(current), C(heads), C(history) and C(upgrade --sql). Reports a change if the database is
      not at the heads.
  idempotent:
    support: partial
    details: At the head nothing is upgraded, but the downgrade and upgrade of O(downgrade_smoke) count as a
      change.
options:
  directory:
    description: Absolute path of the directory that contains C(alembic.ini).
    type: path
    required: true
  alembic:
    description: The command to run Alembic with, as a list of arguments.
    type: list
    elements: str
    default: [alembic]
  limit:
    description: Seconds after which a command is stopped.
    type: float
    default: 600
  lock_timeout:
    description: Seconds that a migration waits for a lock, passed to Postgres in E(PGOPTIONS).
    type: float
    default: 30
  table:
    description: A table, with or without its schema, whose description is collected in full. Without it, no
      shadow database is made.
    type: str
    default: ""
  downgrade_smoke:
    description: Whether to go one revision down and up again. V(safe) does so only where every statement of
      both, as C(alembic --sql) prints them, is known to lose nothing and no table that a constraint or an
      index is made on again is larger than O(smoke_largest). V(always) asks for neither.
    type: str
    choices: [safe, always, never]
    default: safe
  smoke_largest:
    description: Bytes up to which a table, with its partitions and indexes, may have a constraint or an index
      made again. Nobody can write to it meanwhile.
    type: int
    default: 268435456
  stage:
    description: Set by the controller's part of this module, which reads the SQL of the downgrade in between.
    type: str
    choices: [upgrade, smoke]
    default: upgrade
  smoke_refusal:
    description: Set with O(stage=smoke). Why the smoke is left out, if it is.
    type: str
    default: ""
  smoke_tables:
    description: Set with O(stage=smoke). The tables that a constraint or an index is made on again.
    type: list
    elements: str
    default: []
  smoke_revisions:
    description: Set with O(stage=smoke). The revisions that the history lists.
    type: list
    elements: str
    default: []
seealso:
  - module: psp.rc_closure.pg_unique_constraint
  - name: Alembic commands
    description: Reference of the commands that are run.
    link: https://alembic.sqlalchemy.org/en/latest/api/commands.html
"""

EXAMPLES = r"""
- name: Upgrade the database and keep the evidence in Package-1
  psp.rc_closure.alembic_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 1
    directory: /app/backend
    env_file: /etc/psp/backend.env
    path: [/app/.venv/bin]
    table: reconciliation_findings

- name: Show the SQL of the pending migrations without running it
  psp.rc_closure.alembic_evidence:
    directory: /srv/shop
    env_file: /etc/shop/shop.env
    alembic: [/srv/shop/.venv/bin/python, -m, alembic]
  check_mode: true
  register: pending
"""

RETURN = r"""
before:
  description: The revisions of the database before the upgrade.
  returned: success
  type: list
  elements: str
  sample: [0004_provider_events]
after:
  description: The revisions of the database after the upgrade. In check mode, the same as RV(before).
  returned: success
  type: list
  elements: str
  sample: [0006_recon_findings_unique]
existing:
  description: The table, with or without its schema, that exists already and stopped the upgrade. Empty if
    none did.
  returned: success
  type: list
  elements: str
  sample: [reconciliation_findings]
smoke_pending:
  description: Whether the downgrade's SQL is to be read before the smoke.
  returned: with O(stage=upgrade)
  type: bool
  sample: true
steps:
  description: The commands that were run or left out, in order.
  returned: always
  type: list
  sample: [{name: alembic_upgrade, command: alembic upgrade head, exit_status: 0, outcome: ended}]
"""

from ..module_utils._collect.alembic_evidence import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "alembic": {"type": "list", "elements": "str", "default": ["alembic"]},
    "limit": {"type": "float", "default": 600},
    "lock_timeout": {"type": "float", "default": 30},
    "table": {"type": "str", "default": ""},
    "downgrade_smoke": {"type": "str", "choices": ["safe", "always", "never"], "default": "safe"},
    "smoke_largest": {"type": "int", "default": 256 * 1024**2},
    "stage": {"type": "str", "choices": ["upgrade", "smoke"], "default": "upgrade"},
    "smoke_refusal": {"type": "str", "default": ""},
    "smoke_tables": {"type": "list", "elements": "str", "default": []},
    "smoke_revisions": {"type": "list", "elements": "str", "default": []},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
