# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether a Redis is well and keeps what is put into it.

A URL names everything: C(redis://), C(rediss://) or C(unix://), user and password percent-encoded, the
database. Field note: redis-py decodes the password, arq's C(RedisSettings.from_dsn) does not, so a password
that has to be encoded lets one of the two in and not the other.
"""

from __future__ import annotations

import os
import typing as t
from contextlib import closing, suppress

from .._clients import sockets
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import connections, service_variables

with suppress(ImportError):  # run_collector(needs=…) says so
    import redis

# The commands whose replies a step shows.
QUESTIONS: dict[StepName, tuple[str, ...]] = {
    steps.REDIS_PING: ("PING",),
    steps.REDIS_INFO: ("INFO server", "INFO clients", "INFO memory", "INFO persistence", "INFO replication"),
    steps.REDIS_CONFIG: ("CONFIG GET maxmemory-policy", "CONFIG GET save", "ACL WHOAMI"),
    # Which server it is, and which of the clients has asked.
    steps.REDIS_CLIENTS: ("INFO server", "CLIENT ID", "CLIENT LIST"),
}


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps with the URL that is given or in the service's environment.

    Return whether C(PING) got C(PONG). A Redis that does not answer it is asked no more than that.
    """
    name, params = _named(collector), collector.params
    url = params["url"] or collector.url(service_variables.REDIS)
    if not url:
        where = params["env_file"] or "the environment"
        collector.failed(_step(collector, steps.REDIS_PING), f"{name} in {where}", f"{where} sets no {name}")
        return {"pong": False}
    try:
        with closing(_client(url, params["limit"], params["ca_file"])) as client:
            pong, *more = QUESTIONS.items()
            answer = _ask(collector, client, _step(collector, pong[0]), pong[1], url)
            for step, commands in more if answer.ok else ():
                _ask(collector, client, _step(collector, step), commands, url)
    except ValueError as exc:
        collector.failed(_step(collector, steps.REDIS_PING), f"PING  ({url})", f"the URL: {exc}")
        return {"pong": False}
    return {"pong": answer.stdout == "PONG\n"}


def clients(collector: Collector, step: StepName, limit: float) -> Step:
    """Take the step of who is connected to the Redis that the service's environment names."""
    commands = QUESTIONS[steps.REDIS_CLIENTS]
    url = collector.url(service_variables.REDIS)
    if not url:
        return collector.failed(step, "; ".join(commands), f"the environment sets no {_named(collector)}")
    try:
        with closing(_client(url, limit, collector.params["ca_file"])) as client:
            return _ask(collector, client, step, commands, url)
    except (ValueError, NameError) as exc:
        why = f"the URL: {exc}" if isinstance(exc, ValueError) else "this Python has no library redis"
        return collector.failed(step, f"{'; '.join(commands)}  ({url})", why)


def connected(url: str, limit: float, ca_file: str | None, **more: t.Any) -> t.Any:
    """Return a client that connects with its first command; C(ValueError) where it is not a Redis URL."""
    tls = {"ssl_ca_certs": ca_file} if ca_file and url.startswith("rediss://") else {}
    limits = {"socket_timeout": limit, "socket_connect_timeout": limit}
    return redis.Redis.from_url(url, **limits, **tls, **more)


def _client(url: str, limit: float, ca_file: str | None) -> t.Any:
    client = connected(url, limit, ca_file, decode_responses=True, encoding_errors="backslashreplace")
    # They turn PONG into True and INFO into a dictionary: evidence is what the server said.
    client.response_callbacks.clear()
    return client


def _ask(collector: Collector, client: t.Any, step: StepName, commands: t.Sequence[str], url: str) -> Step:
    started = collector.start(step, f"{'; '.join(commands)}  ({url})")
    stdout = stderr = ""
    for command in commands:
        try:
            reply = _text(client.execute_command(*command.split()))
            stdout += f"{reply}\n" if reply else ""
        except redis.RedisError as exc:
            of = f"{command}: " if len(commands) > 1 else ""
            # redis-py cuts codes such as NOAUTH off the error's text; its class says them.
            stderr += f"{of}{type(exc).__name__}: {exc}\n"
            if isinstance(exc, (redis.ConnectionError, redis.TimeoutError)):
                break  # the next one would take as long
    stdout += _asked_from() if commands is QUESTIONS[steps.REDIS_CLIENTS] else ""
    return collector.add(started.ended(stdout, stderr, exit_status=1 if stderr else 0))


def _asked_from() -> str:
    """Return the ends of this process's own connections, which Redis lists so or otherwise."""
    own = sockets.of(os.getpid())
    return "".join(connections.asked_from(one.local, own.network) for one in own.connections)


def _text(reply: t.Any) -> str:
    """Return a reply as C(redis-cli) prints it into a file."""
    if isinstance(reply, list):
        return "\n".join(_text(part) for part in reply)
    return "" if reply is None else str(reply).replace("\r\n", "\n").rstrip("\n")


def _named(collector: Collector) -> str:
    return service_variables.required(collector.params["variables"], service_variables.REDIS)


def _step(collector: Collector, step: StepName) -> StepName:
    return step.prefixed(collector.params["prefix"])
