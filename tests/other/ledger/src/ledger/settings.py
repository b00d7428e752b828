# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings, from the parts that the environment has, read once."""

from __future__ import annotations

import os

from sqlalchemy import URL

DB_HOST = os.environ["LEDGER_DB_HOST"]
DB_PORT = os.environ["LEDGER_DB_PORT"]
DB_NAME = os.environ["LEDGER_DB_NAME"]
DB_USER = os.environ["LEDGER_DB_USER"]
DB_PASSWORD = os.environ["LEDGER_DB_PASSWORD"]
QUEUE_HOST = os.environ["LEDGER_QUEUE_HOST"]
QUEUE_PORT = int(os.environ["LEDGER_QUEUE_PORT"])
SIGN_IN = (os.environ["LEDGER_OPERATOR"], os.environ["LEDGER_OPERATOR_PASSWORD"])
HOOK_KEY = os.environ["LEDGER_HOOK_KEY"]
# So long a token is good for.
TOKEN_SECONDS = float(os.environ.get("LEDGER_TOKEN_SECONDS", "900"))
SHADOW = os.environ.get("LEDGER_SHADOW_WRITE", "False") == "True"
MISMATCH = os.environ.get("LEDGER_MISMATCH_LOG", "False") == "True"
ENFORCED = os.environ.get("LEDGER_HOOKS_SIGNED", "False") == "True"
BALANCE = os.environ.get("LEDGER_ENFORCE_BALANCE", "False") == "True"
COMMIT = os.environ.get("LEDGER_COMMIT", "")

DATABASE = URL.create("postgresql+psycopg2", DB_USER, DB_PASSWORD, DB_HOST, int(DB_PORT), DB_NAME)
