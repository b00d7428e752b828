# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Redis's healthcheck: as a user who may do nothing else, it is answered exactly PONG.

python3 redis_healthcheck.py HOST PORT
"""

from __future__ import annotations

import socket
import sys

LIMIT_SECONDS = 4
# An error, such as NOAUTH, is an answer, too.
QUESTION, ANSWER = b"AUTH healthcheck none\r\nPING\r\nQUIT\r\n", "+OK +PONG +OK"


def problem(host: str, port: int) -> str:
    """Return what is wrong, or nothing."""
    try:
        with socket.create_connection((host, port), LIMIT_SECONDS) as connection:
            connection.sendall(QUESTION)
            with connection.makefile("rb") as answers:
                said = " ".join(answers.read().decode("utf-8", "replace").split())
    except OSError as error:
        return f"it does not answer: {error}"
    return "" if said == ANSWER else f"it answers {said}"


def main() -> int:
    """Say how it is; 1 where it is not well."""
    found = problem(sys.argv[1], int(sys.argv[2]))
    print(found or "PONG")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
