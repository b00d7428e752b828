# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The backend's probe: the URL answers 200. One that is asked too often (429) is asked once more, later.

python3 http_probe.py URL [CA_FILE]
"""

from __future__ import annotations

import ssl
import sys
import time
import urllib.error
import urllib.request

LIMIT_SECONDS = 4
TOO_MANY_REQUESTS = 429
# So long is waited at most, and so long where the answer does not say how long.
MOST_SECONDS, USUAL_SECONDS = 10, 3


def problem(url: str, ca_file: str | None = None, *, again: bool = True) -> str:
    """Return what is wrong, or nothing."""
    try:
        trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca_file))
        # Not through a proxy that the environment may name.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), trust)
        with opener.open(url, timeout=LIMIT_SECONDS) as answer:
            return "" if answer.status == 200 else f"{url} answers {answer.status}"
    except urllib.error.HTTPError as error:
        if error.code == TOO_MANY_REQUESTS and again:
            told = error.headers.get("Retry-After", "")
            time.sleep(min(int(told) if told.isdigit() else USUAL_SECONDS, MOST_SECONDS))
            return problem(url, ca_file, again=False)
        return f"{url} answers {error.code}"
    except OSError as error:
        return f"{url} does not answer: {getattr(error, 'reason', error)}"


def main() -> int:
    """Report how it is; 1 where it is not healthy."""
    found = problem(*sys.argv[1:])
    print(found or "ready")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
