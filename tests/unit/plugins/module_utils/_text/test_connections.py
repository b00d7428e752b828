# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections as the kernel, Redis and Postgres write them, in one spelling of their ends."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.connections import (
    Client,
    asked_from,
    end,
    is_loopback,
    listening,
    made,
    postgres_clients,
    redis_clients,
)

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
TCP = HEAD + (
    "   0: 0100007F:716D 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65534        0 1026875 1 0\n"
    "   1: 0100007F:9782 0100007F:5574 01 00000000:00000000 02:000007AA 00000000  1000        0 41 2 0\n"
    "   2: 0100007F:716D 0100007F:99E0 01 00000000:00000000 00:00000000 00000000 65534        0 42 1 0\n"
    "   3: 0100007F:9783 0100007F:5574 06 00000000:00000000 03:000007AA 00000000     0        0 0 3 0\n"
)
TCP6 = HEAD + (
    "   0: 0000000000000000FFFF00000500000A:9786 0000000000000000FFFF00000600000A:18EB 01 "
    "00000000:00000000 00:00000000 00000000  1000        0 43 1 0\n"
    "   1: B80D0120000000000000000001000000:9787 B80D0120000000000000000002000000:18EB 01 "
    "00000000:00000000 00:00000000 00000000  1000        0 44 1 0\n"
)

# Of valkey 8.1 and redis-py 5.3.1, what is not read left out of INFO.
CLIENTS = """\
# Server
redis_version:7.2.4
run_id:bd9ae7a3ab5f9be989284e17e637d664ed6388d2
tcp_port:21876
9
id=5 addr=127.0.0.1:38782 laddr=127.0.0.1:21876 fd=10 name= age=11 idle=11 flags=N capa= db=0 sub=0 psub=0 \
ssub=0 multi=-1 watch=0 qbuf=0 events=r cmd=ping user=default redir=-1 resp=2 lib-name=redis-py lib-ver=5.3.1
id=9 addr=127.0.0.1:45962 laddr=127.0.0.1:21876 fd=12 name= age=0 idle=0 flags=N capa= db=1 sub=0 psub=0 \
ssub=0 multi=-1 watch=0 qbuf=0 events=r cmd=client|list user=default redir=-1 resp=2 lib-name=redis-py
"""
RUN_ID = "bd9ae7a3ab5f9be989284e17e637d664ed6388d2"

SESSIONS = """\
                                   session
-----------------------------------------------------------------------------
 {"server" : "1795935781.087934", "pid" : 20286, "database" : "psp", "user" : "psp", \
"application" : "a | b", "address" : "127.0.0.1", "port" : 39392, \
"began" : "2026-11-29T07:07:30.432264+00:00", "state" : "idle", "own" : false}
 {"server" : "1795935781.087934", "pid" : 20408, "database" : "psp", "user" : "psp", "application" : "", \
"address" : "127.0.0.1", "port" : 46906, \
"began" : "2026-11-29T07:07:39.507056+00:00", "state" : "active", "own" : true}
 {"server" : "1795935781.087934", "pid" : 20409, "database" : "psp", "user" : "other", "application" : "", \
"address" : null, "port" : null, "began" : null, "state" : null, "own" : false}
 {"server" : "1795935781.087934", "pid" : 20410, "database" : "psp", "user" : "psp", "application" : "psql", \
"address" : null, "port" : -1, \
"began" : "2026-11-29T07:07:39.507056+00:00", "state" : "idle", "own" : false}
(4 rows)
"""


def test_what_a_process_made_is_told_from_what_came_in() -> None:
    assert made([TCP, TCP6], "little") == {
        "41": ("127.0.0.1:38786", "127.0.0.1:21876"),
        "43": ("10.0.0.5:38790", "10.0.0.6:6379"),
        "44": ("[2001:db8::1]:38791", "[2001:db8::2]:6379"),
    }
    assert made([HEAD, ""], "little") == {}


def test_where_it_is_listened() -> None:
    assert listening([TCP, TCP6], "little") == {"1026875": "127.0.0.1:29037"}
    assert listening([HEAD, ""], "little") == {}
    assert made([HEAD + " 1: 0100007F:9782\n"], "little") == listening([HEAD + " 1:\n"], "little") == {}


def test_another_machines_numbers() -> None:
    row = "   1: 7F000001:9782 0A000006:18EB 01 00000000:00000000 02:0 00000000 1000 0 41 2 0\n"
    assert made([HEAD + row], "big") == {"41": ("127.0.0.1:38786", "10.0.0.6:6379")}


@pytest.mark.parametrize(
    ("address", "want"),
    [
        ("10.0.0.5", "10.0.0.5:1"),
        ("::ffff:10.0.0.5", "10.0.0.5:1"),
        ("[2001:DB8::1]", "[2001:db8::1]:1"),
        ("/run/redis.sock", "/run/redis.sock:1"),
    ],
)
def test_one_spelling_of_an_end(address: str, want: str) -> None:
    assert end(address, 1) == want


@pytest.mark.parametrize(
    ("address", "want"),
    [
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("10.0.0.5:1", False),
        ("[2001:db8::1]:1", False),
        ("/run/redis.sock:0", True),
    ],
)
def test_an_end_of_the_machine_itself(address: str, want: bool) -> None:
    assert is_loopback(address) is want


def test_what_redis_lists() -> None:
    told = "127.0.0.1:21876"
    assert redis_clients(CLIENTS) == [
        Client("127.0.0.1:38782", RUN_ID, "0", told, "ping"),
        Client("127.0.0.1:45962", RUN_ID, "1", told, "client|list", own=True),
    ]


def test_the_network_is_that_of_who_asks_alone() -> None:
    asked = "".join(asked_from(f"127.0.0.1:{port}", "net:[1]") for port in (45962, 38782))
    assert [client.network for client in redis_clients(asked + CLIENTS)] == ["", "net:[1]"]


def test_an_older_redis_tells_less_and_one_without_an_id_tells_nothing() -> None:
    older = CLIENTS.replace(" laddr=127.0.0.1:21876", "").replace("\n9\n", "\n")
    assert [(c.told, c.own) for c in redis_clients(older)] == [("", False), ("", False)]
    assert redis_clients(CLIENTS.replace("run_id", "other")) == []
    assert redis_clients("") == []


def test_what_postgres_lists() -> None:
    server = "1795935781.087934"
    assert postgres_clients(SESSIONS) == [
        Client("127.0.0.1:39392", server, "psp"),
        Client("127.0.0.1:46906", server, "psp", own=True),
    ]
    assert postgres_clients("") == []
