# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps that show whether a Redis is well and keeps what is put into it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .._clients import redis
from .._core.collector import CollectError, Collector
from .._core.command import hostname
from .._core.evidence import COMMAND, Step, utc_now


@dataclass(frozen=True)
class Question:
    """The end of a step's name, its title, and the commands whose replies it shows."""

    name: str
    title: str
    commands: tuple[tuple[str, ...], ...]


PING = Question("ping", "Redis healthcheck: PING", (("PING",),))
INFO = Question(
    "info",
    "Redis INFO",
    (("INFO", "server"), ("INFO", "clients"), ("INFO", "memory"), ("INFO", "persistence")),
)
CONFIG = Question(
    "config",
    "Redis eviction policy and user",
    (("CONFIG", "GET", "maxmemory-policy"), ("ACL", "WHOAMI")),
)


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps with the URL that is given or in the service's environment.

    Return whether C(PING) got C(PONG).
    """
    if not redis.HAS_REDIS:
        raise CollectError("the Python library redis is not installed on the host")
    name = collector.params["variable"]
    url = collector.params["url"] or collector.service_env.get(name, "")
    if not url:
        where = collector.params["env_file"] or "the environment"
        step, reason = _name(collector, PING), f"{where} sets no {name}"
        collector.failure(step, PING.title, f"{name} in {where}", reason, COMMAND)
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
            self._collector.failure(
                _name(self._collector, PING), PING.title, self._shown(PING), f"the URL: {exc}", COMMAND
            )
            return {"pong": False}
        return {"pong": pong.stdout == "PONG\n"}

    def _put(self, client: t.Any, question: Question) -> Step:
        started, replies, errors = utc_now(), [], []
        for command in question.commands:
            reply, error = redis.ask(client, *command)
            replies += [reply] if reply else []
            of = f"{' '.join(command)}: " if len(question.commands) > 1 else ""
            errors += [f"{of}{error}"] if error else []
        return self._add(question, started, "\n".join(replies), "\n".join(errors))

    def _add(self, question: Question, started: str, reply: str, error: str) -> Step:
        return self._collector.add(
            Step(
                name=_name(self._collector, question),
                title=question.title,
                kind=COMMAND,
                command=self._shown(question),
                host=hostname(),
                started=started,
                ended=utc_now(),
                exit_status=1 if error else 0,
                stdout=self._collector.redact(f"{reply}\n" if reply else ""),
                stderr=self._collector.redact(f"{error}\n" if error else ""),
            )
        )

    def _shown(self, question: Question) -> str:
        asked = "; ".join(" ".join(command) for command in question.commands)
        return self._collector.redact(f"{asked}  ({self._url})")


def _name(collector: Collector, question: Question) -> str:
    return f"{collector.params['prefix']}_{question.name}"
