# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who listens at a port is found; whoever listened a moment ago does not count."""

from __future__ import annotations

import os
import socket

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils import listening


def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert listening.taken(["127.0.0.1"], port) == "127.0.0.1"
        assert listening.holders(port) == [os.getpid()]
        assert "pytest" in listening.command_line(os.getpid())
        assert not listening.belongs_to(os.getpid(), "no-such.service")
    assert listening.taken(["127.0.0.1"], port) == ""
    assert listening.holders(port) == []


def test_an_address_of_another_machine() -> None:
    with pytest.raises(OSError, match="annot assign requested address"):
        listening.taken(["192.0.2.1"], 6379)
