#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: backfill_evidence
short_description: Run a backfill dry, for real and dry again
version_added: 0.1.0
description:
  - Runs O(dry_run), then O(real_run), then O(dry_run) again, which shows what the real run left.
  - Before and after the first two, runs O(rows_query), and takes a digest of all rows of the tables that the
    query reads and the number of rows written since the look before. Of a table that cannot be read within
    60 seconds, takes the number alone.
  - Runs the dry run in sessions that can only read, by E(PGOPTIONS), so that what other traffic writes
    meanwhile is not taken for its own. A dry run that is refused there, for instance since it writes and
    rolls back, runs once more without.
  - Watches the sessions of both runs for the transactions that they write in.
  - Repeats a dry run during which rows changed if nothing shows whose they are.
  - Skips the real run if the dry run fails, reports errors or wrote, or if that cannot be told.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.postgres
attributes:
  check_mode:
    support: partial
    details: Runs nothing, since a dry run may write, and predicts no change.
  idempotent:
    support: partial
    details: As idempotent as the backfill. A real run that does not report how many rows it updated counts as
      a change.
options:
  directory:
    description: Absolute path of the directory to run the commands in.
    type: path
    required: true
  pythonpath:
    description: Directories for E(PYTHONPATH).
    type: list
    elements: path
    default: []
  dry_run:
    description: The command of the dry run, as a list of arguments.
    type: list
    elements: str
    required: true
  real_run:
    description: The command of the real run, as a list of arguments.
    type: list
    elements: str
    required: true
  rows_query:
    description: A query for one row of counts, which neither a dry run nor live traffic may change. It runs
      in a read-only session. The judge takes the first count for all rows, and the second for those that have
      what the backfill writes. The content of the tables that it reads is compared.
    type: str
    required: true
  words:
    description: What the runs call their counts in another language, lists of words for C(total), C(changed),
      C(skipped) and C(errors). They are written C(word=1), with a colon, or as JSON.
    type: dict
    default: {}
  limit:
    description: Seconds after which a run is stopped.
    type: float
    default: 3600
seealso:
  - module: psp.rc_closure.feature_flags_evidence
"""

EXAMPLES = r"""
- name: Backfill the balances of the wallets for Package-2
  psp.rc_closure.backfill_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 2
    env_file: /etc/psp/backend.env
    directory: /app
    pythonpath: [/app/backend]
    dry_run: [python, -m, backend.scripts.backfill_wallet_balances, --dry-run, --batch-size, "1000"]
    real_run: [python, -m, backend.scripts.backfill_wallet_balances, --batch-size, "1000"]
    rows_query: SELECT count(*) AS wallets, count(balance) AS with_balance FROM wallets

- name: Fill a new column of a Django application
  psp.rc_closure.backfill_evidence:
    env_file: /etc/shop/shop.env
    path: [/srv/shop/.venv/bin]
    directory: /srv/shop
    dry_run: [python, manage.py, fill_currency, --dry-run]
    real_run: [python, manage.py, fill_currency]
    rows_query: SELECT count(*), count(currency) FROM orders WHERE placed_at < '2026-01-01'
  register: filled
  failed_when: filled.left != 0
"""

RETURN = r"""
candidates:
  description: Number of rows that the dry run would write. None if it does not report it.
  returned: success
  type: int
  sample: 340
updated:
  description: Number of rows that the real run wrote. None if it does not report it or was skipped.
  returned: success
  type: int
  sample: 340
left:
  description: Number of rows that the second dry run would write. None if it does not report it or was
    skipped.
  returned: success
  type: int
  sample: 0
steps:
  description: The runs, their sessions, the row counts and the content, in order.
  returned: always
  type: list
  sample: [{name: backfill_dry_run, kind: command, exit_status: 0, outcome: ended}]
"""

from ..module_utils._collect.backfill_evidence import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "pythonpath": {"type": "list", "elements": "path", "default": []},
    "dry_run": {"type": "list", "elements": "str", "required": True},
    "real_run": {"type": "list", "elements": "str", "required": True},
    "rows_query": {"type": "str", "required": True},
    "words": {"type": "dict", "default": {}},
    "limit": {"type": "float", "default": 3600},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["psycopg2"])


if __name__ == "__main__":
    main()
