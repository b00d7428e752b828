# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A backend's HEALTHCHECK: the URL answers 200.

python3 http_healthcheck.py URL
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

LIMIT_SECONDS = 4
# Not through a proxy that the environment may name.
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def problem(url: str) -> str:
    """Return what is wrong, or nothing."""
    try:
        with _http.open(url, timeout=LIMIT_SECONDS) as answer:
            return "" if answer.status == 200 else f"it answers {answer.status}"
    except urllib.error.HTTPError as error:
        return f"it answers {error.code}"
    except OSError as error:
        return f"it does not answer: {error}"


def main() -> int:
    """Say how it is; 1 where it is not well."""
    found = problem(sys.argv[1])
    print(found or "ready")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
