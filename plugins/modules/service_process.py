#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_process
short_description: Show a service's running processes, their environment, connections and how they started
version_added: 0.1.0
description:
  - Reads C(/proc/PID/environ) of each matching process, which shows what it was started with, and not what an
    environment file was changed to since. If no process matches, that is evidence, too.
  - Keyed digests show whether two processes have the same value without showing it. A URL has a second
    digest, of its scheme, user, host, port and database, since two services may use different drivers.
  - With O(log), also searches the log of an arq worker for its last start and keeps the lines from there on.
    It does not wait for further lines, since an idle worker logs only two. If the running worker has not
    written to the log, or the log contains no start, the step fails and keeps the last lines.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.log
  - psp.rc_closure.collector.ca_file
  - psp.rc_closure.collector.postgres
options:
  process:
    description: Words that the command line of the process must contain. The last part of a path is a word;
      V(a|b) is one word or the other.
      Of a process and its descendants, only the last one matches, not a wrapper such as C(dotenv run).
    type: list
    elements: str
    required: true
  directory:
    description: Absolute path of the working directory that the process must have.
    type: path
  show:
    description: Names of the variables to keep. With O(log) or O(connections), and neither O(show) nor
      O(digest), the environment is not read.
    type: list
    elements: str
    default: []
  digest:
    description: Names of the variables to keep digests of. V(DATABASE_URL) and V(REDIS_URL) stand for the
      addresses that O(variables) describes.
    type: list
    elements: str
    default: []
  digest_key:
    description: The key of the digests. With O(attempt), that of the attempt is used, which is destroyed at
      its end. Without a key, only whether a variable is set is kept.
    type: str
  connections:
    description: Whether to keep the established TCP connections that each process and its descendants have
      made, from C(/proc/PID/fd) and C(/proc/PID/net/tcp). Takes the process's user or root; otherwise the
      step contains why they cannot be seen.
    type: bool
    default: false
  code:
    description: Whether to keep which source file below the working directory of each process was put there
      last, and when. Hidden folders, virtual environments and installed packages are left out; where there is
      no other file, what was installed last beside the interpreter counts.
    type: bool
    default: false
  servers:
    description: Whether to ask the Redis and the Postgres server of O(env_file), by
      O(variables), which clients are connected, in the steps C(backend_redis_clients) and
      C(backend_sessions). Takes the libraries redis and psycopg2 on the host.
    type: bool
    default: false
  name:
    description: Name of the step that shows the environment.
    type: str
    default: process_environment
  title:
    description: Title of that step.
    type: str
    default: Environment of the running processes
  lines:
    description: Maximum number of lines of O(log).
    type: int
    default: 20
seealso:
  - module: psp.rc_closure.feature_flags_evidence
  - name: proc_pid_environ(5)
    description: Manual page of C(/proc/PID/environ).
    link: https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
  - name: arq
    description: What a worker is and what it logs.
    link: https://arq-docs.helpmanual.io/
"""

EXAMPLES = r"""
- name: Collect the worker's start and environment for Package-3
  psp.rc_closure.service_process:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
    log: {file: /var/log/psp/worker.log}
    name: worker_environment
    title: Environment of the running worker
    process: [arq, app.queue.reconciliation_worker.WorkerSettings]
    directory: /app/backend
    show: [ENV]
    digest: [REDIS_URL, DATABASE_URL]

- name: Show which servers the backend is connected to, and whom they list
  psp.rc_closure.service_process:
    env_file: /etc/psp/backend.env
    process: [uvicorn]
    directory: /app/backend
    connections: true
    servers: true

- name: Compare the database of all Celery workers
  psp.rc_closure.service_process:
    process: [celery, worker]
    digest: [DATABASE_URL]
    digest_key: "{{ comparison_key }}"
"""

RETURN = r"""
processes:
  description: The process ids.
  returned: success
  type: list
  elements: int
  sample: [1234]
steps:
  description: The start in the log, the processes, and who the servers list, in order.
  returned: always
  type: list
  sample: [{name: worker_environment, kind: file, outcome: ended}]
"""

from ..module_utils._collect.service_process import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector
from ..module_utils._logs.sources import LOG_OPTION

ARGUMENT_SPEC: ArgumentSpec = {
    "process": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path"},
    "show": {"type": "list", "elements": "str", "default": []},
    "digest": {"type": "list", "elements": "str", "default": []},
    "digest_key": {"type": "str", "no_log": True},
    "name": {"type": "str", "default": "process_environment"},
    "title": {"type": "str", "default": "Environment of the running processes"},
    "connections": {"type": "bool", "default": False},
    "code": {"type": "bool", "default": False},
    "servers": {"type": "bool", "default": False},
    "ca_file": {"type": "path"},
    "log": LOG_OPTION,
    "lines": {"type": "int", "default": 20},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, wishes={"servers": ["redis", "psycopg2"]})


if __name__ == "__main__":
    main()
