#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: the backfill of Package-2."""

from __future__ import annotations

DOCUMENTATION = r"""
module: backfill_evidence
short_description: Run a backfill dry, for real, and dry again
version_added: 0.1.0
description:
  - Carries out the backfill of Package-2. The rows are counted before and after each run, for a dry run
    may write; a second dry run shows what the real one left.
  - The real run is left out where the dry run did not end well, reports errors or wrote.
  - In check mode nothing is run, for a dry run may write.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
requirements:
  - psycopg2 on the host
options:
  directory:
    description: Where the commands run, the parent of C(backend/) for the checklist's.
    type: path
    required: true
  pythonpath:
    description: Directories for E(PYTHONPATH).
    type: list
    elements: path
    default: []
  dry_run:
    description: The command of the dry run, as argv.
    type: list
    elements: str
    required: true
  real_run:
    description: The command of the real run, as argv.
    type: list
    elements: str
    required: true
  rows_query:
    description:
      - A query whose answer a dry run must not change, and live traffic does not change either.
    type: str
    required: true
  url_variables:
    description:
      - The variables of O(env_file) that hold the database's URL; the first that is set is used.
        SQLAlchemy's C(postgresql+driver://) is understood.
    type: list
    elements: str
    default: [SYNC_DATABASE_URL, DATABASE_URL]
  limit:
    description: Seconds until a run is stopped.
    type: float
    default: 3600
  query_limit:
    description: Seconds until a query is stopped.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Fill in the wallets' balances
  psp.rc_closure.backfill_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 2
    env_file: /etc/psp/backend.env
    directory: /app
    pythonpath: [/app/backend]
    dry_run: [python, -m, backend.scripts.backfill_wallet_balances, --dry-run, --batch-size, "1000"]
    real_run: [python, -m, backend.scripts.backfill_wallet_balances, --batch-size, "1000"]
    rows_query: SELECT count(*) AS wallets, count(balance) AS with_balance FROM wallets
"""

RETURN = r"""
candidates:
  description: How many rows the dry run would write; none where it does not say.
  returned: always
  type: int
  sample: 340
updated:
  description: How many rows the real run wrote; none where it does not say or was left out.
  returned: always
  type: int
  sample: 340
left:
  description: How many rows the second dry run would write; none where it does not say or was left out.
  returned: always
  type: int
  sample: 0
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.backfill_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "pythonpath": {"type": "list", "elements": "path", "default": []},
    "dry_run": {"type": "list", "elements": "str", "required": True},
    "real_run": {"type": "list", "elements": "str", "required": True},
    "rows_query": {"type": "str", "required": True},
    "url_variables": {
        "type": "list",
        "elements": "str",
        "default": ["SYNC_DATABASE_URL", "DATABASE_URL"],
    },
    "limit": {"type": "float", "default": 3600},
    "query_limit": {"type": "float", "default": 60},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect, needs=["psycopg2"])


if __name__ == "__main__":
    main()
