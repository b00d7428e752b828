#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: the worker's start log, for Package-3."""

from __future__ import annotations

DOCUMENTATION = r"""
module: worker_start_log
short_description: Show the first lines that the running worker logged
version_added: 0.1.0
description:
  - Finds the last start of an arq worker in its log, which is a file, the journal of a unit or what a
    container writes, and keeps the lines from there on. It takes what is there and waits for nothing, for a
    worker without jobs logs two lines and no more.
  - A log that the running worker has not written to, or in which no worker starts, is said to be so.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
  log:
    description: Where the worker's log is. Exactly one of these is required.
    type: dict
    required: true
    suboptions:
      file:
        description: A log file on the host.
        type: path
      unit:
        description: A systemd unit, whose journal is read.
        type: str
      container:
        description: A Docker container, whose streams are read through the engine.
        type: str
  lines:
    description: How many lines at most.
    type: int
    default: 20
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
"""

EXAMPLES = r"""
- name: Show how the worker started
  psp.rc_closure.worker_start_log:
    attempt: "{{ rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
    log: {file: /var/log/psp/worker.log}
    process: [arq, app.queue.reconciliation_worker.WorkerSettings]
"""

RETURN = r"""
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.worker_start_log import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._logs.sources import option

ARGUMENT_SPEC: ArgumentSpec = {
    "log": option(),
    "lines": {"type": "int", "default": 20},
    "process": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
