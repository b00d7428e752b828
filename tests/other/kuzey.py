# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A payment provider that sends signed webhooks, for ever: KUZEY_URL, LEDGER_HOOK_KEY."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import os
import time
import urllib.request
from contextlib import suppress

PAUSE_SECONDS = 0.3


def main() -> None:
    """Send one after the other, whatever comes of it."""
    http = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for number in itertools.count():
        body = json.dumps({"olay": number, "tutar": "12,50"}).encode()
        signed = hmac.new(os.environ["LEDGER_HOOK_KEY"].encode(), body, hashlib.sha256).hexdigest()
        request = urllib.request.Request(os.environ["KUZEY_URL"], body, {"X-Imza": signed})
        with suppress(OSError), http.open(request, timeout=5):
            pass
        time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main()
