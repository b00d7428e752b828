# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who listens at a port is found; whoever listened a moment ago does not count."""

from __future__ import annotations

import os
import socket
import subprocess

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._services import listening


@pytest.mark.parametrize(
    ("listens_at", "asked", "found"),
    [
        ("127.0.0.1", "127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1", "-127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1", "127.0.0.2", []),
        ("127.0.0.1", "*", ["*"]),
        ("0.0.0.0", "127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1", "-2001:db8::1", []),
        ("127.0.0.1", "-::*", []),
    ],
)
def test_a_port_that_is_taken(listens_at: str, asked: str, found: list[str]) -> None:
    with socket.create_server((listens_at, 0)) as server:
        port = server.getsockname()[1]
        assert listening.taken([asked], port) == found
        assert [listening.holders(address, port) for address in found] == [[os.getpid()]] * len(found)
    assert listening.taken([asked], port) == []


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_a_port_that_is_taken_of_ipv6() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        port = server.getsockname()[1]
        assert listening.taken(["127.0.0.1", "::1"], port) == ["::1"]
        assert listening.holders("::1", port) == [os.getpid()]
        assert listening.holders("127.0.0.1", port) == []


def test_who_listens_at_another_address_holds_nothing_of_this_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one:
        port = one.getsockname()[1]
        assert listening.holders("127.0.0.2", port) == []
        assert listening.holders("0.0.0.0", port) == [os.getpid()]


def test_what_is_known_of_a_process() -> None:
    assert "pytest" in listening.command_line(os.getpid())
    assert not listening.belongs_to(os.getpid(), "no-such.service")
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    assert listening.command_line(gone.pid) == ""
    assert not listening.belongs_to(gone.pid, "no-such.service")


def test_an_address_of_another_machine() -> None:
    with pytest.raises(OSError, match="annot assign requested address"):
        listening.taken(["192.0.2.1"], 6379)
