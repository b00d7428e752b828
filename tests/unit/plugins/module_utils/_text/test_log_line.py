# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a line is wrapped in comes off layer by layer, and nothing else does."""

from __future__ import annotations

import json
import time

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import log_line

DOCKER = "2026-11-29T07:03:27.123Z"
INNER = json.dumps({"event": "  said", "logger": "app.jobs", "timestamp": "2026-11-29T07:03:26Z"})


@pytest.mark.parametrize(
    ("line", "text", "logger", "stamps"),
    [
        ("said", "said", "", ()),
        ("it said: so", "it said: so", "", ()),
        ("07:03:27:  said", "  said", "", ("07:03:27",)),
        ("INFO:arq.worker:  said", "  said", "arq.worker", ()),
        (f"worker-1  | {DOCKER} INFO  said", "  said", "", (DOCKER,)),
        ("[info     ]  said [arq.worker] a=1", "  said", "arq.worker", ()),
        ("Nov 29 07:03:27 stg-1 arq[4711]: said", "said", "", ("Nov 29 07:03:27",)),
        (INNER, "  said", "app.jobs", ("2026-11-29T07:03:26Z",)),
        ('level=info msg="he \\"said\\"" logger=app.jobs', 'he "said"', "app.jobs", ()),
        (
            json.dumps({"log": f"\x1b[1m{INNER}\x1b[0m\n", "stream": "stderr", "time": DOCKER}),
            "  said",
            "app.jobs",
            (DOCKER, "2026-11-29T07:03:26Z"),
        ),
        ('{"torn": ', '{"torn":', "", ()),
        ("said [one]", "said [one]", "", ()),
        ("msg=said", "msg=said", "", ()),
        ("msg=said level=info", "said", "", ()),
        ("<14>Nov 29 07:03:27 stg-1 arq[4711]: said", "said", "", ("Nov 29 07:03:27",)),
        (f"{DOCKER} stderr F INFO:  said", "  said", "", (DOCKER,)),
        (f"{DOCKER} stderr P INFO:  said", " stderr P INFO:  said", "", (DOCKER,)),
        ("worker.1.x7kq@stg-1    | said", "said", "", ()),
        ("07:03:27 worker.1  | said", "said", "", ("07:03:27",)),
        ("0|worker  | said", "said", "", ()),
        ("psp-worker [INFO]  said", "  said", "", ()),
    ],
)
def test_a_message(line: str, text: str, logger: str, stamps: tuple[str, ...]) -> None:
    found = log_line.message(line)
    assert (found.text.rstrip(), found.logger, found.stamps) == (text, logger, stamps)


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("text", "event message msg log MESSAGE"),
        ("logger", "logger logger_name log.logger name"),
        ("stamps", "time timestamp @timestamp ts"),
    ],
)
def test_what_json_holds_goes_by_many_names(field: str, names: str) -> None:
    given = {"text": "said", "logger": "arq.worker", "stamps": "07:03:27"}
    called = {"text": "event", "logger": "logger", "stamps": "time"}
    for name in names.split():
        line = json.dumps({{**called, field: name}[one]: value for one, value in given.items()})
        found = log_line.message(line)
        assert (found.text, found.logger, found.stamps) == ("said", "arq.worker", ("07:03:27",)), name


def test_a_logger_in_what_logs_hold_of_themselves() -> None:
    inner = {"log": {"logger": "arq.worker"}, "message": "said", "name": "a service"}
    assert log_line.message(json.dumps(inner)).logger == "arq.worker"


def test_it_ends_where_lines_are_wrapped_without_end() -> None:
    line = "said"
    for _depth in range(20):
        line = json.dumps({"msg": line})
    assert len(list(log_line.layers(line))) == 4


@pytest.mark.parametrize(
    "part", [" ", "a", "INFO ", "[a] ", "a=b ", "a.b", " [arq]", "a  | ", "- ", "<1>", "1|", "a@b  | "]
)
def test_a_long_line_is_read_in_no_time(part: str) -> None:
    started = time.process_time()
    list(log_line.layers(f"x{part * 20000}x"))
    assert time.process_time() - started < 1
