# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""arq's records, as arq itself writes them and as others might, are read without loading what they name."""

from __future__ import annotations

import decimal
import json
import os
import pickle
import typing as t
import uuid
from datetime import UTC, datetime

import pytest
from arq.jobs import serialize_job, serialize_result

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.arq_redis import read
from ansible_collections.psp.rc_closure.plugins.module_utils._text.arq_record import (
    Record,
    concerns,
    parse,
    render,
)

RUN = "7f3e0c9a-4d0e-4f5f-9f3e-0c9a4d0e4f5f"
KEY = "arq:result:6df4"
ENQUEUED = 1795488723123


def result(*arguments: t.Any, success: bool = True, value: t.Any = 155, **more: t.Any) -> bytes:
    raw = serialize_result(
        "reconcile_run", arguments, {}, 1, ENQUEUED, success, value, ENQUEUED + 1, ENQUEUED + 40,
        "6df4:reconcile_run", "arq:queue", "6df4", **more,
    )  # fmt: skip
    assert raw is not None
    return raw


class BrokenError(Exception):
    """One of the application's own."""


class Hostile:
    def __init__(self, *command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[t.Any, ...]:
        return os.system, self.command


def test_a_result() -> None:
    assert read(KEY, result(RUN)) == Record(
        key=KEY,
        function="reconcile_run",
        arguments=f'[["{RUN}"], {{}}]',
        queue="arq:queue",
        attempt=1,
        enqueued="2026-11-24T02:52:03.123Z",
        started="2026-11-24T02:52:03.124Z",
        finished="2026-11-24T02:52:03.163Z",
        success=True,
        result="155",
    )


def test_a_job_that_has_not_ended() -> None:
    raw = serialize_job("reconcile_run", (), {"run_id": RUN}, None, ENQUEUED)
    found = read("arq:job:6df4", raw, before=True)
    assert (found.success, found.finished, found.before, found.job) == (None, "", True, "6df4")
    assert found.arguments == f'[[], {{"run_id": "{RUN}"}}]'


def test_one_in_json() -> None:
    assert read(KEY, result(RUN, serializer=lambda data: json.dumps(data).encode())).success is True


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (uuid.UUID(RUN), f'"{RUN}"'),
        (decimal.Decimal("1.50"), '"1.50"'),
        (datetime(2026, 11, 24, tzinfo=UTC), '"2026-11-24 00:00:00+00:00"'),
        (b"\xff", '"\\\\xff"'),
        ({"a": [1, {"b": {"c": 2}}]}, '{"a": [1, {"b": "<dict of 1>"}]}'),
        (list(range(22)), str([*range(20), "… 2 more"]).replace("'", '"')),
        ("x" * 1001, '"<1001 characters>"'),
    ],
)
def test_an_argument_is_shown_in_bounds(value: t.Any, shown: str) -> None:
    assert read(KEY, result(value)).arguments == f"[[{shown}], {{}}]"


def test_a_value_that_holds_itself() -> None:
    circle: list[t.Any] = []
    circle += [circle, circle]
    assert read(KEY, result(circle)).arguments.count("<list of 2>") == 8


def test_of_other_types_only_the_name_is_kept() -> None:
    found = read(KEY, result(RUN, success=False, value=BrokenError("no report")))
    assert found.success is False
    assert found.result.endswith('.BrokenError[\\"no report\\"]"')


def test_nothing_is_carried_out(tmp_path: t.Any) -> None:
    proof = tmp_path / "proof"
    raw = pickle.dumps({**pickle.loads(result(RUN)), "r": Hostile(f"touch {proof}")})
    found = read(KEY, raw)
    assert "system[" in found.result
    assert not proof.exists()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "it is neither a pickle nor JSON"),
        (b"\x84\xa1t\x01", "it is neither a pickle nor JSON"),
        (result(RUN)[:-20], "UnpicklingError"),
        (pickle.dumps([RUN]), "it is no dictionary"),
        (pickle.dumps({"f": "x"}), "KeyError"),
        (b"{}", "KeyError"),
        (b"\x80" + b"x" * 1024**2, "it has 1048577 bytes"),
    ],
)
def test_what_cannot_be_read_says_why(raw: bytes, why: str) -> None:
    found = read(KEY, raw)
    assert why in found.unreadable
    assert found.success is None


@pytest.mark.parametrize(
    ("key", "raw", "expected"),
    [
        (KEY, result(RUN), True),
        (KEY, result({"run": uuid.UUID(RUN)}), True),
        (KEY, result(f"{RUN}-2"), False),
        (KEY, result(f"reconcile {RUN} again"), True),
        (KEY, result("other"), False),
        (f"arq:job:{RUN}", result(), True),
        (KEY, b"\x84\xa1a\x91\xd9\x24" + RUN.encode(), True),
        (KEY, b"\x84\xa1a\x90", False),
    ],
)
def test_which_run_it_is_of(key: str, raw: bytes, expected: bool) -> None:
    assert concerns(read(key, raw), raw, RUN) is expected


@pytest.mark.parametrize(
    ("key", "arguments", "expected"),
    [
        (KEY, [42], True),
        (KEY, [{"run": {"id": "42"}}], True),
        (KEY, [7, "07:42:31"], False),
        (KEY, [142, 42.5, "run 42"], False),
        ("arq:job:reconcile:42", [], True),
    ],
)
def test_a_number_is_of_a_run_only_as_a_whole(key: str, arguments: list[t.Any], *, expected: bool) -> None:
    raw = result(*arguments)
    assert concerns(read(key, raw), raw, "42") is expected


def test_there_and_back() -> None:
    records = [read(KEY, result(RUN)), read("arq:job:7", b"")]
    assert parse(render(records)) == records


def test_what_is_no_ascii_is_legible() -> None:
    assert "→" in render([read(KEY, result("→"))])


@pytest.mark.parametrize("text", ["no JSON", '{"other": 1}', "7"])
def test_what_is_no_record(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)
