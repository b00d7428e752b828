# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast text is masked: a log of the tools that a closure runs, with fifty known secrets."""

from __future__ import annotations

import random
import string
import time

import conftest  # noqa: F401  # pylint: disable=unused-import  # the collection, from the checkout
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor

MEGABYTES = 20
_LINES = (
    "2026-11-24T10:00:00.123Z INFO [alembic.runtime.migration] Running upgrade 0005 -> 0006, MIG-01B",
    '{"level":"info","path":"/api/v1/reconciliation/runs/7f3e0c1a-1111-4222-8333-abcdefabcdef","status":200}',
    "10:00:01: 0.39s → 5f1b:reconcile_run('7f3e0c1a-1111-4222-8333-abcdefabcdef') try=2",
    'INFO:     10.0.0.1:52344 - "POST /api/v1/webhooks/adyen HTTP/1.1" 401 Unauthorized',
)


def sample() -> tuple[dict[str, str], bytes]:
    """Return fifty secrets and a piece of log, in which each is once."""
    choose = random.Random(3031)
    secrets = {
        f"SECRET_{n}": "".join(choose.choices(string.ascii_letters + "0123456789@/", k=24)) for n in range(50)
    }
    lines = [*_LINES * 200, *(f"DATABASE_URL=postgresql://psp:{value}@db/psp" for value in secrets.values())]
    choose.shuffle(lines)
    return secrets, "\n".join(lines).encode()


def mb_s() -> float:
    """Return the megabytes that one core masks in a second of its time."""
    secrets, text = sample()
    redact = Redactor(secrets)
    begun = time.process_time()
    size = sum(len(block) for block in redact.stream([text] * (MEGABYTES * 1_000_000 // len(text))))
    return size / 1e6 / (time.process_time() - begun)
