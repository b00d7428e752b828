# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show the flags: what the environment file says, and what the running process believes.

And, where it can be asked for it, the commit that the running process was deployed from.
"""

from __future__ import annotations

import typing as t

from .._clients import http
from .._core.collector import Collector
from .._core.command import hostname
from .._core.evidence import ENDED, FILE, HTTP, Step, utc_now
from .._text import flags

FILE_STEP = ("flags_file", "The flags in the environment file")
COMMIT_STEP = ("backend_commit", "The commit of the running backend")
RUNNING_STEP = ("flags_running", "The flags in the running process")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(at), when the process was asked, and C(flags), what it said."""
    _file(collector)
    at = utc_now()
    url = collector.params["url"]
    running = _command(collector) if collector.params["argv"] else _ask(collector, RUNNING_STEP, url)
    if collector.params["commit_url"]:
        _ask(collector, COMMIT_STEP, collector.params["commit_url"])
    return {"at": at, "flags": flags.values(running, collector.params["flags"])}


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


def _ask(collector: Collector, step: tuple[str, str], url: str) -> Step:
    name, title = step
    variable = collector.params["token_variable"]
    token = collector.service_env.get(variable or "", "")
    if variable and not token:
        reason = f"{variable} is not set in {collector.params['env_file'] or 'any env_file'}"
        return collector.failure(name, title, f"GET {url}", reason, kind=HTTP)
    return collector.add(
        http.request(
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
