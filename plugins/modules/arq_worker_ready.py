#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait for an arq worker to be at work."""

from __future__ import annotations

DOCUMENTATION = r"""
module: arq_worker_ready
short_description: Wait until an arq worker runs, has logged its start and beats
version_added: 0.1.0
description:
  - The healthcheck of a worker that was just started, or that has run for long. Three things count together.
    Its process runs. Its log shows that process's start, with the Redis connection. Its heartbeat in Redis is
    younger than the process.
  - The heartbeat alone would not do, for it outlives a killed worker by up to an hour.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Waits for nothing, since nothing was started.
    support: full
options:
  env_file:
    description: The worker's environment file; without one, the environment of the login is taken for its.
    type: path
  secret_names:
    description: Variables of its environment that are secret whatever they are called.
    type: list
    elements: str
    default: []
  variable:
    description: The variable of O(env_file) that holds Redis's URL.
    type: str
    default: REDIS_URL
  log:
    description: The worker's log file. It, O(log_unit) or O(log_container) must be given.
    type: path
  log_unit:
    description: The systemd unit in whose journal the worker's log is, in place of a file.
    type: str
  log_container:
    description: The container of Docker's that writes the worker's log to its streams, in place of a file.
    type: str
  process:
    description:
      - Words that the process's command line bears, all of them. A path's last part is a word.
      - Of processes that descend from one another only the last in line is meant, and a wrapper such as
        C(dotenv run) is not.
    type: list
    elements: str
    required: true
  directory:
    description: The working directory, where only processes in it are meant.
    type: path
  heartbeat_key:
    description: The key that the worker sets. It is the queue's name with C(:health-check) behind it.
    type: str
    default: arq:queue:health-check
  heartbeat_interval:
    description:
      - The worker's C(health_check_interval) in seconds, as its C(WorkerSettings) set it, for instance from
        an environment variable. arq's own default is an hour.
    type: float
    default: 3600
  limit:
    description: Seconds until the task fails.
    type: float
    default: 30
"""

EXAMPLES = r"""
- name: Wait for the worker
  psp.rc_closure.arq_worker_ready:
    env_file: /etc/psp/worker.env
    log: /var/log/psp/worker.log
    process: [arq, app.queue.reconciliation_worker.WorkerSettings]
    heartbeat_interval: 10
"""

RETURN = r"""
"""

import os
import typing as t
from datetime import datetime, timezone
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import process
from ansible_collections.psp.rc_closure.plugins.module_utils._clients.redis_client import Redis, RedisError
from ansible_collections.psp.rc_closure.plugins.module_utils._collect import (
    process_environment,
    worker_start_log,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._logs import sources
from ansible_collections.psp.rc_closure.plugins.module_utils._services import service_secrets, waiting
from ansible_collections.psp.rc_closure.plugins.module_utils._text import arq_log, env_file

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "env_file": {"type": "path"},
    "secret_names": {"type": "list", "elements": "str", "default": [], "no_log": False},
    "variable": {"type": "str", "default": "REDIS_URL"},
    **sources.options("log"),
    "process": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path"},
    "heartbeat_key": {"type": "str", "default": "arq:queue:health-check", "no_log": False},
    "heartbeat_interval": {"type": "float", "default": 3600},
    "limit": {"type": "float", "default": 30},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True, **sources.one_of("log"))
    params = module.params
    if module.check_mode:
        module.exit_json(changed=False)
    file = params["env_file"]
    try:
        environment = env_file.parse(Path(file).read_text("utf-8")) if file else dict(os.environ)
    except (OSError, UnicodeDecodeError) as exc:
        module.fail_json(msg=f"the env_file {file} cannot be read: {exc}")
    url = environment.get(params["variable"], "")
    problem = waiting.until_ready(lambda: _problem(params, url), params["limit"])
    if problem:
        redact = service_secrets.of(environment, params["secret_names"])
        told = f"the worker is not ready after {params['limit']:g} s: {problem}"
        module.fail_json(msg=redact(told + sources.last_line(params, "log")))
    module.exit_json(changed=False)


def _problem(params: t.Mapping[str, t.Any], url: str) -> str:
    """Return what the worker lacks, or nothing."""
    try:
        running = process.find(params["process"], params["directory"])
        if not running:
            return f"there is no {process_environment.describe(params['process'], params['directory'])}"
        log = sources.chosen(sources._place(params, "log"))
        lines = worker_start_log.start_lines(log, running, 20)
        # Of one that runs for long, the log may have been rotated away; its heartbeat is there.
        if lines or _uptime(running) <= params["limit"]:
            trouble = worker_start_log.problem(log, lines, running)
            if trouble:
                return trouble
            if not arq_log.redis_line("\n".join(lines)):
                return f"{log.name} shows no Redis connection"
        return _heartbeat_problem(params, url, running)
    except OSError as exc:
        said = exc.strerror or str(exc)
        return f"{exc.filename}: {said}" if exc.filename else said
    except (RedisError, ValueError, process.ProcessError) as exc:
        return str(exc)


def _heartbeat_problem(params: t.Mapping[str, t.Any], url: str, running: t.Sequence[process.Process]) -> str:
    key = params["heartbeat_key"]
    with Redis(url, limit=5) as redis:
        left = redis.call("PTTL", key)
    if not isinstance(left, int) or left < 0:
        return f"there is no heartbeat {key}"
    # arq lets the key live for a second longer than its interval.
    age = params["heartbeat_interval"] + 1 - left / 1000
    up = _uptime(running)
    if age < 0:
        return (
            f"the heartbeat {key} lives for {left / 1000:.0f} s more, too long for its interval of "
            f"{params['heartbeat_interval']:g} s: the worker's health_check_interval is another"
        )
    if age > up:
        return f"the heartbeat {key} is {age:.0f} s old, the worker runs for {up:.0f} s"
    return ""


def _uptime(running: t.Sequence[process.Process]) -> float:
    return (datetime.now(timezone.utc) - min(one.started for one in running)).total_seconds()


if __name__ == "__main__":
    main()
