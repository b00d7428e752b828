# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings, from the parts that the environment has."""

from __future__ import annotations

import os

DB_HOST = os.environ["LEDGER_DB_HOST"]
DB_PORT = os.environ["LEDGER_DB_PORT"]
DB_NAME = os.environ["LEDGER_DB_NAME"]
DB_USER = os.environ["LEDGER_DB_USER"]
DB_PASSWORD = os.environ["LEDGER_DB_PASSWORD"]
QUEUE_HOST = os.environ["LEDGER_QUEUE_HOST"]
JOURNAL = os.environ["LEDGER_JOURNAL"]
