# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether a Redis is well and keeps what is put into it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._clients.redis_client import Redis, RedisError, Reply
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._core.steps import Started


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
        """Ask all questions on one connection; where there is none, say so for the first."""
        params = self._collector.params
        started = self._start(PING)
        try:
            with Redis(self._url, limit=params["limit"], ca_file=params["ca_file"]) as redis:
                pong = self._put(redis, PING)
                self._put(redis, INFO)
                self._put(redis, CONFIG)
        except RedisError as exc:
            self._close(started, error=str(exc))
        except OSError as exc:
            self._close(started, error=f"Redis cannot be reached: {exc.strerror or exc}")
        except ValueError as exc:
            self._collector.failed(_step(self._collector, PING), self._shown(PING), f"the URL: {exc}")
        else:
            return {"pong": pong.stdout == "PONG\n"}
        return {"pong": False}

    def _put(self, redis: Redis, question: Question) -> Step:
        started, replies, errors = self._start(question), [], []
        for command in question.commands:
            try:
                replies.append(_text(redis.call(*command)))
            except RedisError as exc:
                errors.append(str(exc) if len(question.commands) == 1 else f"{' '.join(command)}: {exc}")
        return self._close(started, "\n".join(replies), "\n".join(errors))

    def _start(self, question: Question) -> Started:
        return self._collector.start(_step(self._collector, question), self._shown(question))

    def _close(self, started: Started, reply: str = "", error: str = "") -> Step:
        stdout, stderr = (f"{text}\n" if text else "" for text in (reply, error))
        return self._collector.add(started.ended(stdout, stderr, exit_status=1 if error else 0))

    def _shown(self, question: Question) -> str:
        asked = "; ".join(" ".join(command) for command in question.commands)
        return f"{asked}  ({self._url})"


def _step(collector: Collector, question: Question) -> StepName:
    return question.step.prefixed(collector.params["prefix"])


def _text(reply: Reply) -> str:
    """Return a reply as C(redis-cli) prints it where its output is no terminal."""
    if isinstance(reply, list):
        return "\n".join(_text(part) for part in reply)
    return "" if reply is None else str(reply).replace("\r\n", "\n").rstrip("\n")
