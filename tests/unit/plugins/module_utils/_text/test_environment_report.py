# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments of processes as text, with what may not be seen told by keyed digests alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.connections import Connection
from ansible_collections.psp.rc_closure.plugins.module_utils._text.environment_report import (
    Digest,
    Running,
    Sockets,
    digest,
    parse,
    render,
)

KEY = "0" * 64
URL = "postgresql+asyncpg://psp:s3cret-password@db/psp"


def test_what_was_written_is_read() -> None:
    running = [
        Running(
            pid=1,
            started="2026-11-24T02:52:03.123Z",
            command="uvicorn 'app.main:app'",
            directory="/app/backend",
            shown={"ENV": "staging", "RECON_RUNNER": None},
            digests={"REDIS_URL": Digest(False), "DATABASE_URL": digest(URL, KEY)},
        )
    ]
    assert parse(render(running)) == running
    assert parse(render([])) == []
    assert "s3cret" not in render(running)


@pytest.mark.parametrize(
    "sockets",
    [
        Sockets("net:[4026531833]", (Connection(1, "127.0.0.1:38782", "127.0.0.1:6379"),)),
        Sockets(unseen="the sockets of process 1 cannot be seen: Permission denied"),
    ],
)
def test_connections_are_read_where_they_were_looked_at(sockets: Sockets) -> None:
    running = [Running(1, "2026-11-24T02:52:03.123Z", "arq", "/app", {}, {}, sockets)]
    assert parse(render(running)) == running
    assert "sockets" not in render([replace(running[0], sockets=None)])


@pytest.mark.parametrize("text", ["", "{}", "[1]", '[{"pid": 1}]', "no JSON"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_digests_are_equal_for_equal_values_and_depend_on_the_key() -> None:
    assert digest(URL, KEY) == digest(URL, KEY)
    assert digest(URL, KEY).given
    assert digest(URL, KEY).value != digest(URL, "1" * 64).value
    assert digest(URL, KEY).value != digest(URL + "2", KEY).value


def test_another_driver_has_another_value_and_the_same_endpoint() -> None:
    other = digest("postgresql://psp:s3cret-password@db:5432/psp", KEY)
    assert other.value != digest(URL, KEY).value
    assert other.endpoint == digest(URL, KEY).endpoint


@pytest.mark.parametrize(("value", "key", "told"), [("", KEY, Digest(False)), (URL, "", Digest(True))])
def test_without_a_value_or_a_key_there_is_no_digest(value: str, key: str, told: Digest) -> None:
    assert digest(value, key) == told
