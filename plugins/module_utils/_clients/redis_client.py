# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Redis connection of the standard library alone, which gives replies exactly as the server words them.

The proof that a Redis is well is its exact reply, and redis-py does not give it: it cuts the code off an
error (C(NOAUTH Authentication required.)) and sends commands of its own beside those asked for. Nor need a
host that runs Redis have that library where Ansible's Python finds it.
"""

from __future__ import annotations

import socket
import ssl
import typing as t
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

# A list's elements are replies again.
Reply = t.Union[str, int, "list[t.Any]", None]


class RedisError(Exception):
    """The server's own error, in its words, for instance C(NOAUTH Authentication required.)."""


class Redis:
    """A connection, authenticated and on the URL's database, to be used in a C(with) statement."""

    def __init__(self, url: str, *, limit: float, ca_file: str | None = None) -> None:
        """Connect; C(limit) is in seconds and holds for each reply.

        Args:
            url: C(redis://), C(rediss://) or C(unix://), user and password percent-encoded.
            limit: seconds that any one answer may take.
            ca_file: for C(rediss://), a PEM file of authorities to trust in place of the system's.

        Raises:
            OSError: no connection.
            RedisError: the server refuses the user or the database.
            ValueError: it is no such URL.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise ValueError("it is no redis://, rediss:// or unix:// URL")
        self._socket = _connect(parts, limit, ca_file)
        self._stream = self._socket.makefile("rb")
        try:
            self._sign_in(unquote(parts.username or ""), unquote(parts.password or ""))
            in_path = "" if parts.scheme == "unix" else parts.path.strip("/")
            database = parse_qs(parts.query).get("db", [in_path or "0"])[0]
            if database != "0":
                self.call("SELECT", database)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Redis:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back."""
        self._stream.close()
        self._socket.close()

    def call(self, *words: str) -> Reply:
        """Send a command and return its reply.

        Raises:
            OSError: the connection broke or the time is over.
            RedisError: the reply is an error.
        """
        encoded = [word.encode() for word in words]
        sent = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
        self._socket.sendall(b"*%d\r\n%s" % (len(encoded), sent))
        return self._reply()

    def _sign_in(self, user: str, password: str) -> None:
        if password:
            self.call("AUTH", *([user] if user else []), password)

    def _reply(self) -> Reply:
        line = self._stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionResetError("the server closed the connection")
        kind, rest = line[:1], line[1:-2].decode("utf-8", "backslashreplace")
        if kind == b"-":
            raise RedisError(rest)
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self._bulk(int(rest))
        if kind == b"*":
            return None if rest == "-1" else [self._reply() for _item in range(int(rest))]
        raise ConnectionResetError("what answers does not speak Redis's protocol")

    def _bulk(self, length: int) -> str | None:
        if length < 0:
            return None
        data = self._stream.read(length + 2)
        if len(data) < length + 2:
            raise ConnectionResetError("the server closed the connection")
        return data[:-2].decode("utf-8", "backslashreplace")


def _connect(url: SplitResult, limit: float, ca_file: str | None) -> socket.socket:
    if url.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(limit)
        connection.connect(unquote(url.path))
        return connection
    host = url.hostname or "localhost"
    connection = socket.create_connection((host, url.port or 6379), limit)
    if url.scheme == "rediss":
        return ssl.create_default_context(cafile=ca_file).wrap_socket(connection, server_hostname=host)
    return connection
