# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redis by redis-py, with replies as the server sends them.

A URL names everything: C(redis://), C(rediss://) or C(unix://), user and password percent-encoded, the
database. Field note: redis-py decodes the password, arq's C(RedisSettings.from_dsn) does not, so a password
that has to be encoded lets one of the two in and not the other.
"""

from __future__ import annotations

import typing as t
from contextlib import closing, suppress

with suppress(ImportError):  # run_collector(needs=…) says so
    import redis


def connect(url: str, *, limit: float, ca_file: str | None = None) -> closing[t.Any]:
    """Return a client for a C(with) statement; it connects with its first command.

    The C(limit) is in seconds, until it is connected and for each reply. C(ca_file) is, for C(rediss://), a
    PEM file of authorities to trust in place of the system's.

    Raises:
        ValueError: it is not a Redis URL.
    """
    tls = {"ssl_ca_certs": ca_file} if ca_file and url.startswith("rediss://") else {}
    client = redis.Redis.from_url(
        url,
        socket_timeout=limit,
        socket_connect_timeout=limit,
        decode_responses=True,
        encoding_errors="backslashreplace",
        **tls,
    )
    # They turn PONG into True and INFO into a dictionary: evidence is what the server said.
    client.response_callbacks.clear()
    return closing(client)


def ask(client: t.Any, *words: str) -> tuple[str, str]:
    """Send a command; return the reply as C(redis-cli) prints it into a file, and the error's text.

    redis-py cuts codes such as C(NOAUTH) off the error's text; its class says them.
    """
    try:
        return _text(client.execute_command(*words)), ""
    except redis.RedisError as exc:
        return "", f"{type(exc).__name__}: {exc}"


def _text(reply: t.Any) -> str:
    if isinstance(reply, list):
        return "\n".join(_text(part) for part in reply)
    return "" if reply is None else str(reply).replace("\r\n", "\n").rstrip("\n")
