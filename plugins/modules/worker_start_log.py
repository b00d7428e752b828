#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: worker_start_log
short_description: Collect the first lines that a running arq worker logged
version_added: 0.1.0
description:
  - Searches the log of an arq worker for its last start and keeps the lines from there on. It does not wait
    for further lines, since an idle worker logs only two.
  - If the running worker has not written to the log, or the log contains no start, the step fails and keeps
    the last lines.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.log
  - psp.rc_closure.collector.process
options:
  lines:
    description: Maximum number of lines.
    type: int
    default: 20
seealso:
  - module: psp.rc_closure.process_environment
  - name: arq
    description: What a worker is and what it logs.
    link: https://arq-docs.helpmanual.io/
"""

EXAMPLES = r"""
- name: Collect the worker's start from its log file for Package-3
  psp.rc_closure.worker_start_log:
    attempt: "{{ rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
    log: {file: /var/log/psp/worker.log}
    process: [arq, app.queue.reconciliation_worker.WorkerSettings]

- name: Collect the start of a worker that logs to the journal
  psp.rc_closure.worker_start_log:
    log: {unit: shop-worker}
    process: [arq, shop.tasks.WorkerSettings]
    directory: /srv/shop
    lines: 5
"""

RETURN = r"""
steps:
  description: The lines.
  returned: always
  type: list
  sample: [{name: worker_start_log, kind: log, outcome: ended}]
"""

from ..module_utils._collect.worker_start_log import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector
from ..module_utils._logs.sources import option

ARGUMENT_SPEC: ArgumentSpec = {
    "log": option(),
    "lines": {"type": "int", "default": 20},
    "process": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path"},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
