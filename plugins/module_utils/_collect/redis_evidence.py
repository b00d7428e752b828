# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether a Redis is well and keeps what is put into it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._clients import redis
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName


@dataclass(frozen=True)
class Question:
    """A step, and the commands whose replies it shows."""

    step: StepName
    commands: tuple[tuple[str, ...], ...]


PING = Question(steps.REDIS_PING, (("PING",),))
INFO = Question(
    steps.REDIS_INFO,
    (("INFO", "server"), ("INFO", "clients"), ("INFO", "memory"), ("INFO", "persistence")),
)
CONFIG = Question(
    steps.REDIS_CONFIG,
    (("CONFIG", "GET", "maxmemory-policy"), ("ACL", "WHOAMI")),
)


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps with the URL that is given or in the service's environment.

    Return whether C(PING) got C(PONG).
    """
    name = collector.params["variable"]
    url = collector.params["url"] or collector.service_env.get(name, "")
    if not url:
        where = collector.params["env_file"] or "the environment"
        collector.failed(_step(collector, PING), f"{name} in {where}", f"{where} sets no {name}")
        return {"pong": False}
    return _Redis(collector, url).ask()


class _Redis:
    def __init__(self, collector: Collector, url: str) -> None:
        self._collector = collector
        self._url = url

    def ask(self) -> dict[str, t.Any]:
        """Ask all questions on one connection; of a Redis that does not answer PING, no more than that."""
        params = self._collector.params
        try:
            with redis.connect(self._url, limit=params["limit"], ca_file=params["ca_file"]) as client:
                pong = self._put(client, PING)
                for question in (INFO, CONFIG) if pong.ok else ():
                    self._put(client, question)
        except ValueError as exc:
            self._collector.failed(_step(self._collector, PING), self._shown(PING), f"the URL: {exc}")
            return {"pong": False}
        return {"pong": pong.stdout == "PONG\n"}

    def _put(self, client: t.Any, question: Question) -> Step:
        started = self._collector.start(_step(self._collector, question), self._shown(question))
        replies, errors = [], []
        for command in question.commands:
            reply, error = redis.ask(client, *command)
            replies += [reply] if reply else []
            of = f"{' '.join(command)}: " if len(question.commands) > 1 else ""
            errors += [f"{of}{error}"] if error else []
        stdout, stderr = ("".join(f"{text}\n" for text in texts) for texts in (replies, errors))
        return self._collector.add(started.ended(stdout, stderr, exit_status=1 if errors else 0))

    def _shown(self, question: Question) -> str:
        asked = "; ".join(" ".join(command) for command in question.commands)
        return f"{asked}  ({self._url})"


def _step(collector: Collector, question: Question) -> StepName:
    return question.step.prefixed(collector.params["prefix"])
