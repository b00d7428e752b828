#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: Alembic's part of Package-1."""

from __future__ import annotations

DOCUMENTATION = r"""
module: alembic_evidence
short_description: Bring a database to Alembic's head and keep the evidence
version_added: 0.1.0
description:
  - Carries out the Alembic part of Package-1. It asks C(current), C(heads) and C(history), runs
    C(upgrade head), asks C(check) and C(current) again, and, where that can lose nothing, goes one
    revision down and up again.
  - Where the upgrade is stopped because something exists already, it shows the SQL of the migrations
    (C(alembic upgrade --sql), which runs nothing), for the existing table to be held against.
  - In check mode, shows the SQL that the upgrade would run, and runs none of it.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
  directory:
    description: The directory of the C(alembic.ini) in force, for instance C(/app/backend).
    type: path
    required: true
  alembic:
    description: The command, as argv.
    type: list
    elements: str
    default: [alembic]
  limit:
    description: Seconds until a command is stopped.
    type: float
    default: 600
  lock_timeout:
    description:
      - Seconds that a migration may wait for a lock, given to Postgres through E(PGOPTIONS). Without
        it, a migration behind a forgotten transaction waits for ever.
    type: float
    default: 30
  downgrade_smoke:
    description:
      - Whether to run C(downgrade -1) and C(upgrade head) after the upgrade.
      - V(safe) runs them only where the downgrade's own SQL drops no table and no column and changes
        no data; V(always) runs them whatever they do; V(never) leaves them out.
    type: str
    choices: [safe, always, never]
    default: safe
"""

EXAMPLES = r"""
- name: Collect the Alembic evidence
  psp.rc_closure.alembic_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 1
    directory: /app/backend
    env_file: /etc/psp/backend.env
    path: [/app/.venv/bin]
"""

RETURN = r"""
before:
  description: The revisions that the database was at.
  returned: always
  type: list
  elements: str
  sample: [0004_provider_events]
after:
  description: The revisions that the database is at after the upgrade.
  returned: always
  type: list
  elements: str
  sample: [0006_recon_findings_unique]
existing:
  description: The table, with its schema or without, that a migration would make or change and that stood in
    its way. Empty where none did.
  returned: always
  type: list
  elements: str
  sample: [reconciliation_findings]
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.alembic_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "alembic": {"type": "list", "elements": "str", "default": ["alembic"]},
    "limit": {"type": "float", "default": 600},
    "lock_timeout": {"type": "float", "default": 30},
    "downgrade_smoke": {"type": "str", "choices": ["safe", "always", "never"], "default": "safe"},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
