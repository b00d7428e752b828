# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether a Redis is well and keeps what is put into it."""

from __future__ import annotations

import typing as t

from .._clients import redis
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName

# The commands whose replies a step shows.
QUESTIONS: dict[StepName, tuple[str, ...]] = {
    steps.REDIS_PING: ("PING",),
    steps.REDIS_INFO: ("INFO server", "INFO clients", "INFO memory", "INFO persistence"),
    steps.REDIS_CONFIG: ("CONFIG GET maxmemory-policy", "ACL WHOAMI"),
}


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps with the URL that is given or in the service's environment.

    Return whether C(PING) got C(PONG). A Redis that does not answer it is asked no more than that.
    """
    name, params = collector.params["variable"], collector.params
    url = params["url"] or collector.service_env.get(name, "")
    if not url:
        where = params["env_file"] or "the environment"
        collector.failed(_step(collector, steps.REDIS_PING), f"{name} in {where}", f"{where} sets no {name}")
        return {"pong": False}
    try:
        with redis.connect(url, limit=params["limit"], ca_file=params["ca_file"]) as client:
            pong = _ask(collector, client, steps.REDIS_PING, url)
            for step in (steps.REDIS_INFO, steps.REDIS_CONFIG) if pong.ok else ():
                _ask(collector, client, step, url)
    except ValueError as exc:
        collector.failed(_step(collector, steps.REDIS_PING), f"PING  ({url})", f"the URL: {exc}")
        return {"pong": False}
    return {"pong": pong.stdout == "PONG\n"}


def _ask(collector: Collector, client: t.Any, step: StepName, url: str) -> Step:
    commands = QUESTIONS[step]
    started = collector.start(_step(collector, step), f"{'; '.join(commands)}  ({url})")
    replies, errors = [], []
    for command in commands:
        reply, error = redis.ask(client, *command.split())
        replies += [reply] if reply else []
        of = f"{command}: " if len(commands) > 1 else ""
        errors += [f"{of}{error}"] if error else []
    stdout, stderr = ("".join(f"{text}\n" for text in texts) for texts in (replies, errors))
    return collector.add(started.ended(stdout, stderr, exit_status=1 if errors else 0))


def _step(collector: Collector, step: StepName) -> StepName:
    return step.prefixed(collector.params["prefix"])
