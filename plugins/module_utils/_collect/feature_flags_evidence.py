# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show the flags: what the environment file says, and what the running process believes.

And, where it is asked for, the commit that the running process was deployed from, the flags in the
environment of every process, and where the code names them.
"""

from __future__ import annotations

import re
import typing as t

from .._clients.authorization import Authorization
from .._core import step_names as steps
from .._core.collector import CollectError, Collector
from .._core.evidence import Step, utc_now
from .._core.step_names import StepName
from .._text import env_file, flags
from . import process_environment

_NOT_THE_SERVICES = ("test", "tests", "site-packages", "node_modules")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(at), when the process was asked, and C(flags), what it said."""
    params = collector.params
    _file(collector)
    at = utc_now()
    running: Step | None = None
    if params["argv"]:
        running = collector.add(collector.run(params["argv"], steps.FLAGS_RUNNING))
    elif params["url"]:
        running = _ask(collector, steps.FLAGS_RUNNING, params["url"])
    if params["commit_url"]:
        _ask(collector, steps.BACKEND_COMMIT, params["commit_url"])
    if params["process"]:
        names = [flag["variable"] for flag in params["flags"]]
        process_environment.show(collector, steps.FLAGS_PROCESSES, names)
        if params["directory"]:
            _code(collector)
    return {"at": at, "flags": flags.values(running, params["flags"]) if running else {}}


def _code(collector: Collector) -> None:
    """Search the service's own code for the flags, by either name; tests and libraries have no effect."""
    names = [
        re.escape(flag[key]).lower() for flag in collector.params["flags"] for key in ("name", "variable")
    ]
    places = ["--include=*.py", *(f"--exclude-dir={name}" for name in _NOT_THE_SERVICES)]
    argv = ["grep", "-rowiE", *places, "|".join(dict.fromkeys(names)), str(collector.params["directory"])]
    collector.add(collector.run(argv, steps.FLAGS_CODE))


def _file(collector: Collector) -> None:
    """Show the lines of the file that set these variables, as they stand there, and no others."""
    if not collector.params["env_file"]:
        return
    names = {flag["variable"] for flag in collector.params["flags"]}
    lines = [one.text for one in env_file.entries(collector.read("env_file")) if one.name in names]
    text = "".join(f"{line.rstrip()}\n" for line in lines)
    collector.ended(steps.FLAGS_FILE, str(collector.params["env_file"]), text)


def _ask(collector: Collector, step: StepName, url: str) -> Step:
    try:
        answer = Authorization(collector).ask("GET", url, step, limit=collector.params["limit"])
    except CollectError as exc:
        return collector.failed(step, f"GET {url}", str(exc))
    return collector.add(answer.step)
