# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP request, for a shell script: C(http_call.py METHOD URL [option …]).

The answer's body goes to standard error, the log; with C(--pick a.0.b), that value of it to standard output.
Ends with 1 where the answer's status is not the one that is wanted.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
from urllib.parse import urlsplit

LIMIT_SECONDS = 30


def main() -> int:
    """Send what the command line says."""
    options = _options()
    url, headers = options.url, {"Content-Type": "application/json", "User-Agent": "checklist"}
    if options.token:
        with open(options.token, encoding="utf-8") as file:  # noqa: PTH123 - pathlib is slow to import
            headers["Authorization"] = f"Bearer {file.read().strip()}"
    status, body, location = _send(options.method, url, headers, options.body)
    if location:
        # Another server's: the token is not for it.
        status, body, _location = _send("GET", location, {}, None)
    print(status, body, file=sys.stderr)
    if options.pick and status == options.status:
        print(_picked(json.loads(body), options.pick))
    return 0 if status == options.status else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("method")
    parser.add_argument("url")
    parser.add_argument("--token")
    parser.add_argument("--body")
    parser.add_argument("--pick")
    parser.add_argument("--status", type=int, default=200)
    return parser.parse_args()


def _send(method: str, url: str, headers: dict[str, str], body: str | None) -> tuple[int, str, str | None]:
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=LIMIT_SECONDS)
    try:
        path = f"{place.path}?{place.query}" if place.query else place.path
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers.get("Location")
    except OSError as error:
        return 0, str(error), None
    finally:
        connection.close()


def _picked(document: object, path: str) -> object:
    for word in path.split("."):
        document = document[int(word)] if isinstance(document, list) else document[word]  # type: ignore[index]
    return document


if __name__ == "__main__":
    sys.exit(main())
