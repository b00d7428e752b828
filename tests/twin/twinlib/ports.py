# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Free loopback ports."""

from __future__ import annotations

import random
import socket
from contextlib import ExitStack

from twinlib.errors import TwinError

# Below the range from which systems take the ports of outgoing connections: a port that is chosen
# now, but bound later, is not taken by one of those in between.
CHOICE = range(20000, 32000)


def free_ports(count: int) -> list[int]:
    """`count` different ports of 127.0.0.1 on which nothing listens."""
    found: list[int] = []
    with ExitStack() as held:
        for port in random.sample(CHOICE, len(CHOICE)):
            if len(found) == count:
                return found
            if _bind(held, port):
                found.append(port)
    raise TwinError(f"no {count} free ports on 127.0.0.1 from {CHOICE.start} to {CHOICE.stop - 1}")


def _bind(held: ExitStack, port: int) -> bool:
    probe = held.enter_context(socket.socket())
    try:
        probe.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
