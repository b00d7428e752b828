# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where worker and backend really are: the connections that they have, found again in what a server lists.

A process's end of a connection, as C(/proc) shows it, is the address that the server lists, unless something
between the two (a pooler, another network) translates it. What is found is proof; what is not found is none.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ...module_utils._core import step_names as steps
from ...module_utils._core.evidence import ENDED, Evidence, Step, parse_time
from ...module_utils._text import connections
from ...module_utils._text.connections import Client, Connection
from ...module_utils._text.environment_report import Running, Sockets
from . import recon_run, running
from .base import MET, Finding, MissingStepError, Policy, last_line, met, not_met, not_proven

SIGHTINGS = (
    *running.BOTH,
    steps.WORKER_CONNECTIONS,
    steps.BACKEND_CONNECTIONS,
    steps.RECON_CONNECTIONS,
)
# The last command of one who waits for a job: arq's, and of queues that block.
POLLS = ("zrangebyscore", "zrange", "bzpopmin", "blpop", "brpop", "blmove", "brpoplpush", "xreadgroup")
# Two readings of when a process began differ by the clock's steps.
SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class Server:
    """A kind of server: what it is called, and the steps that list its clients, the worker's first."""

    name: str
    variable: str
    lists: tuple[str, ...]
    read: t.Callable[[str], list[Client]]


REDIS = Server(
    "Redis",
    "REDIS_URL",
    (steps.RECON_REDIS_CLIENTS, steps.REDIS_CLIENTS, steps.BACKEND_REDIS_CLIENTS),
    connections.redis_clients,
)
POSTGRES = Server(
    "Postgres",
    "DATABASE_URL",
    (steps.RECON_SESSIONS, steps.BACKEND_SESSIONS),
    connections.postgres_clients,
)


@dataclass(frozen=True)
class Listed:
    """A process, and the connections of it that a server lists."""

    service: str
    pid: int
    clients: tuple[Client, ...]
    why: str  # why there may be more than these

    @property
    def places(self) -> set[tuple[str, str]]:
        """The databases, each with its server."""
        return {(client.server, client.place) for client in self.clients}

    def __str__(self) -> str:
        """Say what it is, and by which connections that is known."""
        ends = ", ".join(sorted({client.address for client in self.clients}))
        return f"{self.service} {self.pid} ({ends})"

    def where(self) -> str:
        """Say which databases it is in."""
        return f"{self} in database {' and '.join(sorted({client.place for client in self.clients}))}"


def weigh(evidence: Evidence, policy: Policy, server: Server, given: Finding, *, enough: bool) -> Finding:
    """Return what the connections show, or where they show nothing what was C(given) by the digests.

    Args:
        evidence: of the package.
        policy: of the package.
        server: the kind that is asked about.
        given: the finding by the digests.
        enough: whether connections prove the criterion also where the digests do not.
    """
    examined = list(_examined(evidence))
    found = [_listed(evidence, server, *one) for one in examined]
    seen = [one for one in found if one.places]
    apart = _apart(evidence, policy, server, given, seen)
    names = (*given.steps, *(step.name for step in _lists(evidence, server)), *_sightings(evidence))
    names = tuple(dict.fromkeys(names))
    if apart:
        servers = len({place[0] for one in apart for place in one.places})
        of = f" of {servers} servers" if servers > 1 else ""
        return not_met(f"{server.name} lists {' and '.join(one.where() for one in apart)}{of}", *names)
    unseen = [one for one in found if one not in seen]
    shared = set.intersection(*(one.places for one in seen)) if seen else set()
    astray = _astray(evidence, server, seen) if unseen else ""
    if server is REDIS and not astray:
        absent = (process for process, one in zip(examined, found, strict=True) if not one.places)
        astray = next(filter(None, (_absent(evidence, *process) for process in absent)), "")
    if astray and given.result == MET:
        return not_proven(astray, *names)
    if shared and not unseen:
        place = " and ".join(sorted(name for _server, name in shared))
        reason = f"{server.name} lists {' and '.join(map(str, seen))} in one database, {place}"
        if given.result == MET:
            return met(f"{given.reason}, and {reason}", *names)
        return met(reason, *names) if enough else _more(given, f"though {reason}", names)
    why = dict.fromkeys(one.why or f"{server.name} lists {one.where()} alone" for one in unseen or seen)
    return _more(given, f"no more was seen: {'; '.join(why)}", names)


def other_workers(evidence: Evidence) -> str:
    """Name whoever else polls the worker's database of Redis since the POST, and the process if seen."""
    try:
        examined = list(_examined(evidence))
    except MissingStepError:
        return ""
    found = [_listed(evidence, REDIS, *one) for one in examined]
    places = set().union(*(one.places for one in found if one.service == "worker"))
    known = {c.local for _service, host, one in examined for c in _connections(evidence, host, one)[0]}
    others = {
        client.address: _owner(evidence, client, step)
        for step in _lists(evidence, REDIS)
        if step.name != steps.REDIS_CLIENTS
        for client in REDIS.read(step.stdout)
        if client.command in POLLS and (client.server, client.place) in places
        if not client.own and client.address not in known
    }
    names = ", ".join(f"{address}{owner}" for address, owner in sorted(others.items()))
    return f"; Redis lists others that poll the same database: {names}" if names else ""


def _owner(evidence: Evidence, client: Client, listed: Step) -> str:
    """Name the process that has a connection, where the worker's host shows it."""
    for step in evidence.steps:
        for one in running.read(step) if step.name == steps.RECON_CONNECTIONS and step.stdout else ():
            own = one.sockets.connections if one.sockets else ()
            if any(_same(connection, step.host, client, listed.host) for connection in own):
                return f" (process {one.pid} in {one.directory})"
    return ""


def _more(given: Finding, reason: str, names: t.Sequence[str]) -> Finding:
    return Finding(given.result, f"{given.reason}; {reason}", tuple(names), given.detail)


def _apart(
    evidence: Evidence, policy: Policy, server: Server, given: Finding, seen: t.Sequence[Listed]
) -> list[Listed]:
    """Return a worker's and a backend's process that have no database in common, if there are two.

    A backend that is seen in another database of Redis alone may have a cache there, and its pool for the
    queue empty: it counts as not seen where the worker is in the database that its variable names, and
    carried a run of this backend's out.
    """
    for worker in (one for one in seen if one.service == "worker"):
        for backend in (one for one in seen if one.service == "backend"):
            if worker.places & backend.places:
                continue
            cache = server is REDIS and given.result == MET and worker.places & _named(evidence, server)
            if not (cache and recon_run.is_proven(evidence, policy)):
                return [worker, backend]
    return []


def _astray(evidence: Evidence, server: Server, seen: t.Sequence[Listed]) -> str:
    """Say which worker is in another database than the one that its variable names, if one is."""
    named = _named(evidence, server)
    for one in seen:
        if one.service == "worker" and named and not one.places & named:
            database = " and ".join(sorted(place for _server, place in named))
            return f"{server.name} lists {one.where()}, not in {database}, which its {server.variable} names"
    return ""


def _absent(evidence: Evidence, service: str, host: str, process: Running) -> str:
    """Say that a worker, which always has a connection to its queue, has none to the Redis of its variable.

    That is so where Redis lists who asks from the worker's own network as it is: it would list the worker so.
    """
    for step in _lists(evidence, REDIS) if service == "worker" else ():
        clients = REDIS.read(step.stdout)
        networks = {client.network for client in clients if client.network}
        by_socket = any("/" in client.address for client in clients)
        for sockets in _sightings_of(evidence, host, process):
            if step.host == host and not by_socket and sockets.connections and sockets.network in networks:
                ends = ", ".join(sorted({one.remote for one in sockets.connections}))
                return f"the Redis of the worker's REDIS_URL lists none of its connections ({ends})"
    return ""


def _named(evidence: Evidence, server: Server) -> set[tuple[str, str]]:
    """Return where the worker's host came to by the worker's own variable."""
    first = [step for step in _lists(evidence, server) if step.name in server.lists[:-1]]
    return {(c.server, c.place) for step in first for c in server.read(step.stdout) if c.own}


def _lists(evidence: Evidence, server: Server) -> list[Step]:
    return [step for step in evidence.steps if step.name in server.lists and step.outcome == ENDED]


def _sightings(evidence: Evidence) -> list[str]:
    return [step.name for step in evidence.steps if step.name in SIGHTINGS]


def _examined(evidence: Evidence) -> t.Iterator[tuple[str, str, Running]]:
    for name in running.BOTH:
        for host, process in running.by_host(evidence, name):
            yield name.partition("_")[0], host, process


def _listed(evidence: Evidence, server: Server, service: str, host: str, process: Running) -> Listed:
    """Find the process's connections in what the servers of that kind list."""
    own, why = _connections(evidence, host, process)
    clients = tuple(
        client
        for step in _lists(evidence, server)
        for client in server.read(step.stdout)
        if any(_same(one, host, client, step.host) for one in own)
    )
    if not clients and not why:
        why = _not_listed(evidence, server, f"{service} {process.pid}")
    return Listed(service, process.pid, clients, "" if clients else why)


def _connections(evidence: Evidence, host: str, process: Running) -> tuple[set[Connection], str]:
    """Return the connections of a process at all times when it was looked at, or why they cannot be seen."""
    sightings = _sightings_of(evidence, host, process)
    if not sightings:
        return set(), f"the connections of process {process.pid} were not looked at"
    own = {connection for sockets in sightings for connection in sockets.connections}
    return own, "" if own else sightings[-1].unseen


def _sightings_of(evidence: Evidence, host: str, process: Running) -> list[Sockets]:
    return [
        one.sockets
        for step in evidence.steps
        if step.name in SIGHTINGS and step.host == host and step.outcome == ENDED
        for one in running.read(step)
        if one.sockets is not None and _is(one, process)
    ]


def _is(one: Running, other: Running) -> bool:
    apart = parse_time(one.started) - parse_time(other.started)
    return one.pid == other.pid and abs(apart.total_seconds()) < SAME_START_SECONDS


def _same(own: Connection, host: str, client: Client, asked_on: str) -> bool:
    if own.local != client.address:
        return False
    if not connections.is_loopback(own.local):
        return True
    return _machine(host) == _machine(asked_on) and client.told in ("", own.remote)


def _machine(host: str) -> str:
    """Return the machine's own name, which stands behind the inventory's."""
    return host.rpartition(" (")[2].rstrip(")")


def _not_listed(evidence: Evidence, server: Server, process: str) -> str:
    """Say why a process's connections are not among those that are listed."""
    asked = [step for step in evidence.steps if step.name in server.lists]
    if any(server.read(step.stdout) for step in asked):
        return f"{server.name} lists no connection of {process}"
    why = next((step.reason or last_line(step.stderr).lstrip(": ") for step in reversed(asked)), "")
    return f"{server.name} lists nobody{f' ({why})' if why else ''}"
