# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checklist's steps as a plain shell script that appends everything to its log."""

from __future__ import annotations

import json
import shlex
import sys
import typing as t
from pathlib import Path

from tests.bench.checklist import Command, Request, Step

CALL = Path(__file__).parent / "http_call.py"
HEAD = f"""\
#!/bin/sh
set -eu
exec >>"$1" 2>&1
call() {{ {shlex.quote(sys.executable)} -I -S {shlex.quote(str(CALL))} "$@"; }}
"""


def render(steps: t.Sequence[Step]) -> str:
    """Return the script; its one argument is the log."""
    return HEAD + "".join(f"\necho {shlex.quote(f'== {step.title}')}\n{_lines(step)}\n" for step in steps)


def _lines(step: Step) -> str:
    return _command(step) if isinstance(step, Command) else _request(step)


def _command(step: Command) -> str:
    block = f"(\ncd {shlex.quote(step.directory)}\n{step.text}\n)"
    return f"until {block}; do sleep 0.5; done" if step.until else block


def _request(step: Request) -> str:
    words = ["call", step.method, f'"{step.url}"', "--status", str(step.status)]
    if step.token:
        words += ["--token", shlex.quote(step.token)]
    if step.body is not None:
        words += ["--body", shlex.quote(json.dumps(step.body))]
    if step.until:
        return f'until [ "$({" ".join(words)} --pick status)" = {step.until} ]; do sleep 0.5; done'
    name, path = step.keep
    return f"{name}=$({' '.join(words)} --pick {path})" if name else " ".join(words)
