#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: process_environment
short_description: Collect the environment that running processes were started with
version_added: 0.1.0
description:
  - Reads C(/proc/PID/environ) of each matching process, which shows what it was started with, and not what an
    environment file was changed to since. If no process matches, that is evidence, too.
  - Keyed digests show whether two processes have the same value without showing it. A URL has a second
    digest, of its scheme, user, host, port and database, since two services may use different drivers.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.process
options:
  show:
    description: Names of the variables to keep.
    type: list
    elements: str
    default: []
  digest:
    description: Names of the variables to keep digests of.
    type: list
    elements: str
    default: []
  digest_key:
    description: The key of the digests. With O(attempt), that of the attempt is used, which is destroyed at
      its end. Without a key, only whether a variable is set is kept.
    type: str
  name:
    description: Name of the step.
    type: str
    default: process_environment
  title:
    description: Title of the step.
    type: str
    default: Environment of the running processes
seealso:
  - module: psp.rc_closure.feature_flags_evidence
  - name: proc_pid_environ(5)
    description: Manual page of C(/proc/PID/environ).
    link: https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html
"""

EXAMPLES = r"""
- name: Collect the environment of the backend for Package-3
  psp.rc_closure.process_environment:
    attempt: "{{ rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/backend.env
    name: backend_environment
    title: Environment of the running backend
    process: [uvicorn, "app.main:app"]
    directory: /app/backend
    show: [ENV, RECON_RUNNER]
    digest: [REDIS_URL, DATABASE_URL]

- name: Compare the database of all Celery workers
  psp.rc_closure.process_environment:
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
  description: The environment of the processes.
  returned: always
  type: list
  sample: [{name: backend_environment, kind: file, outcome: ended}]
"""

from ..module_utils._collect.process_environment import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "process": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path"},
    "show": {"type": "list", "elements": "str", "default": []},
    "digest": {"type": "list", "elements": "str", "default": []},
    "digest_key": {"type": "str", "no_log": True},
    "name": {"type": "str", "default": "process_environment"},
    "title": {"type": "str", "default": "Environment of the running processes"},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
