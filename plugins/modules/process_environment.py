#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: what a service's running processes were started with."""

from __future__ import annotations

DOCUMENTATION = r"""
module: process_environment
short_description: Show the environment that a service's running processes were started with
version_added: 0.1.0
description:
  - Reads C(/proc/PID/environ) of every process that is meant. An environment file that was edited after
    the start does not show there, and proves nothing.
  - Values in O(show) are kept as they are; of those in O(digest), keyed digests, which tell whether two
    processes were given the same without telling what. Of a URL there is a second digest, of what it
    names (scheme, user, host, port and database), for two services may use different drivers.
  - That no such process runs is evidence, too.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
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
  show:
    description: Names of the variables to show.
    type: list
    elements: str
    default: []
  digest:
    description: Names of the variables to digest.
    type: list
    elements: str
    default: []
  digest_key:
    description:
      - The digests' key. With O(attempt) it is the attempt's own, which is destroyed at its end.
      - Without a key, only whether a variable is given is told.
    type: str
  name:
    description: The step's name.
    type: str
    default: process_environment
  title:
    description: The step's title.
    type: str
    default: Environment of the running processes
"""

EXAMPLES = r"""
- name: Show what the backend was started with
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
"""

RETURN = r"""
processes:
  description: The processes' numbers.
  returned: always
  type: list
  elements: int
  sample: [1234]
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.process_environment import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

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
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
