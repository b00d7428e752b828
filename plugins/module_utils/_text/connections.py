# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Connections, as the process that made them has them and as the server that took them lists them. Pure.

Both write an end as C(address:port), and where nothing between them translates addresses the same one.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from ipaddress import ip_address

from .catalog import objects

# One JSON object a row. Of other users' sessions Postgres shows no address to those who may not see it.
SESSIONS = """\
SELECT json_build_object(
         'server', extract(epoch FROM pg_postmaster_start_time())::text,
         'cluster', (SELECT system_identifier::text FROM pg_control_system()),
         'pid', pid, 'database', datname, 'user', usename, 'application', application_name,
         'address', host(client_addr), 'port', client_port,
         'began', backend_start, 'state', state, 'own', pid = pg_backend_pid())::text AS session
FROM pg_stat_activity
WHERE backend_type = 'client backend'
ORDER BY pid"""

_ESTABLISHED, _LISTEN = "01", "0A"
_RUN_ID = re.compile(r"^run_id:(?P<id>\w+)", re.MULTILINE)
_CLIENT_ID = re.compile(r"^(?P<id>\d+)$", re.MULTILINE)
_ASKED_FROM = re.compile(r"^asked from (?P<local>\S+) in (?P<network>\S+)$", re.MULTILINE)
_CLIENT = re.compile(r"^id=\d+ .*\baddr=.*$", re.MULTILINE)


@dataclass(frozen=True)
class Connection:
    """An established TCP connection that a process made."""

    pid: int
    local: str
    remote: str


@dataclass(frozen=True)
class Client:
    """A connection, as a server lists it."""

    address: str  # the client's end
    server: str  # what no other server has
    place: str  # the database, or Redis' number of it
    told: str = ""  # the server's end, where it tells
    command: str = ""  # Redis: the last one
    own: bool = False  # whether it is the connection that asked
    network: str = ""  # then, the network in which it has this very address itself


def end(address: str, port: int | str) -> str:
    """Return C(address:port) in one spelling: IPv4 within IPv6 is IPv4."""
    try:
        given = ip_address(address.strip("[]"))
    except ValueError:
        return f"{address}:{port}"
    given = getattr(given, "ipv4_mapped", None) or given
    return f"[{given}]:{port}" if given.version == 6 else f"{given}:{port}"


def is_loopback(address: str) -> bool:
    """Whether an end is of the machine itself: the same text is another end on another machine."""
    try:
        return ip_address(address.rpartition(":")[0].strip("[]")).is_loopback
    except ValueError:
        return True


def made(tables: t.Iterable[str], byteorder: str) -> dict[str, tuple[str, str]]:
    """Read C(/proc/PID/net/tcp) and C(tcp6): inode → both ends of what is established.

    What came in at a port that is listened on was made by somebody else, and is left out. The kernel prints
    four bytes of an address as the machine's own number, in its C(byteorder).
    """
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    rows = [row for row in rows if len(row) > 9]
    listening = {row[1].rpartition(":")[2] for row in rows if row[3] == _LISTEN}
    return {
        row[9]: (_hex_end(row[1], byteorder), _hex_end(row[2], byteorder))
        for row in rows
        if row[3] == _ESTABLISHED and row[1].rpartition(":")[2] not in listening
    }


def listening(tables: t.Iterable[str], byteorder: str) -> dict[str, str]:
    """Read the same: inode → the end at which is listened."""
    rows = [line.split() for table in tables for line in table.splitlines()[1:]]
    return {row[9]: _hex_end(row[1], byteorder) for row in rows if len(row) > 9 and row[3] == _LISTEN}


def asked_from(local: str, network: str) -> str:
    """Return the line that says from where, and in which network, a server is asked."""
    return f"asked from {local} in {network}\n"


def redis_clients(text: str) -> list[Client]:
    """Read the replies to C(INFO server), C(CLIENT ID) and C(CLIENT LIST); none without the server's id."""
    server, own = _RUN_ID.search(text), _CLIENT_ID.search(text)
    if not server:
        return []
    asked = {m["local"]: m["network"] for m in _ASKED_FROM.finditer(text)}
    found = []
    for line in _CLIENT.findall(text):
        has = {name: value for name, _equals, value in (pair.partition("=") for pair in line.split())}
        address, asks = _redis_end(has["addr"]), own is not None and has["id"] == own["id"]
        found.append(
            Client(
                address,
                server["id"],
                has.get("db", ""),
                _redis_end(has.get("laddr", "")),
                has.get("cmd", ""),
                asks,
                asked.get(address, "") if asks else "",
            )
        )
    return found


def postgres_clients(text: str) -> list[Client]:
    """Read the answer to C(SESSIONS): those whose address is shown."""
    return [
        Client(end(row["address"], row["port"]), row["server"], row["database"], own=row["own"])
        for row in objects(text)
        if row["address"] and row["database"]
    ]


def _hex_end(text: str, byteorder: str) -> str:
    address, _colon, port = text.partition(":")
    words = [address[at : at + 8] for at in range(0, len(address), 8)]
    raw = b"".join(bytes.fromhex(word)[:: -1 if byteorder == "little" else 1] for word in words)
    return end(str(ip_address(raw)), int(port, 16))


def _redis_end(text: str) -> str:
    address, _colon, port = text.rpartition(":")
    return end(address, port) if address else ""
