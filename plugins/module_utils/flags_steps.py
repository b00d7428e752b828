# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show the flags: what the environment file says, and what the running process believes."""

from __future__ import annotations

import json
import typing as t

from . import env_file, http_step
from .collector import Collector
from .command import hostname
from .evidence import ENDED, FILE, HTTP, Step, utc_now

FILE_STEP = ("flags_file", "The flags in the environment file")
RUNNING_STEP = ("flags_running", "The flags in the running process")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(at), when the process was asked, and C(flags), what it said."""
    _file(collector)
    at = utc_now()
    running = _command(collector) if collector.params["argv"] else _ask(collector)
    return {"at": at, "flags": values(running, collector.params["flags"])}


def values(step: Step, flags: t.Sequence[t.Mapping[str, str]]) -> dict[str, t.Any]:
    """Return each flag's value as the answer has it; a flag that is not in it is left out.

    The answer is JSON, in which C(pointer) finds the flag, or C(NAME=value) lines, in which its
    C(variable) does.

    Args:
        step: the answer, on its stdout.
        flags: mappings with C(name), C(variable) and C(pointer) (RFC 6901).
    """
    try:
        document = json.loads(step.stdout)
    except ValueError:
        lines = env_file.parse(step.stdout)
        return {f["name"]: lines[f["variable"]] for f in flags if f["variable"] in lines}
    found = {}
    for flag in flags:
        try:
            found[flag["name"]] = _resolve(document, flag["pointer"])
        except (LookupError, TypeError, ValueError):
            continue
    return found


def is_true(value: t.Any) -> bool:
    """Whether a flag's value is the checklist's C(True), as JSON or as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def _resolve(document: t.Any, pointer: str) -> t.Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


def _file(collector: Collector) -> None:
    """Show these variables of the file, and no others."""
    if not collector.params["env_file"]:
        return
    names = [flag["variable"] for flag in collector.params["flags"]]
    found = {name: collector.service_env[name] for name in names if name in collector.service_env}
    name, title = FILE_STEP
    now = utc_now()
    collector.add(
        Step(
            name=name,
            title=title,
            kind=FILE,
            command=str(collector.params["env_file"]),
            host=hostname(),
            started=now,
            ended=now,
            stdout=collector.redact("".join(f"{k}={v}\n" for k, v in found.items())),
            outcome=ENDED,
        )
    )


def _command(collector: Collector) -> Step:
    name, title = RUNNING_STEP
    return collector.command(
        collector.params["argv"],
        name=name,
        title=title,
        limit=collector.params["limit"],
        directory=collector.params["directory"],
    )


def _ask(collector: Collector) -> Step:
    (name, title), url = RUNNING_STEP, collector.params["url"]
    variable = collector.params["token_variable"]
    token = collector.service_env.get(variable or "", "")
    if variable and not token:
        reason = f"{variable} is not set in {collector.params['env_file'] or 'any env_file'}"
        return collector.failure(name, title, f"GET {url}", reason, kind=HTTP)
    return collector.add(
        http_step.request(
            "GET",
            url,
            name=name,
            title=title,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            limit=collector.params["limit"],
            redact=collector.redact,
            ca_file=collector.params["ca_file"],
        )
    )
