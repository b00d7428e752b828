#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: one reconciliation run through the queue, for Package-3."""

from __future__ import annotations

DOCUMENTATION = r"""
module: recon_run_lifecycle
short_description: Carry one reconciliation run through the queue and keep both sides of it
version_added: 0.1.0
description:
  - Runs on the worker's host. It marks where the worker's log stands, asks the API for a run, looks at the
    run until it has ended or the limit is reached, waits for the end of the run's job in the worker's log,
    and keeps everything that the worker has logged since the mark.
  - It looks often at first and slows down. Where the API says 429, it waits as long as C(Retry-After) says
    or twice as long as before.
  - In check mode no run is asked for.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
  url:
    description: Where runs are asked for, for instance C(http://backend:8000/api/v1/reconciliation/runs).
    type: str
    required: true
  body:
    description: The POST's body, sent as JSON.
    type: dict
    default: {}
  token_file:
    description: A file on the host with the bearer token; with O(token_variable), an environment file.
    type: path
  token_variable:
    description:
      - The variable that holds the bearer token, in O(token_file) or, without it, in O(env_file).
      - Without either option no token is sent.
    type: str
  worker_log:
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
  limit:
    description: Seconds until the run is given up.
    type: float
    default: 120
  worker_limit:
    description: Seconds that the worker's log may lag behind the API.
    type: float
    default: 15
  request_limit:
    description: Seconds until a single request is given up.
    type: float
    default: 10
  ca_file:
    description: Authorities to trust in place of the system's, as PEM.
    type: path
"""

EXAMPLES = r"""
- name: Carry a run through the queue
  psp.rc_closure.recon_run_lifecycle:
    attempt: "{{ rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
    url: http://127.0.0.1:8000/api/v1/reconciliation/runs
    body: {provider: acmepay}
    token_file: /etc/psp/backend.env
    token_variable: API_TOKEN
    worker_log: {file: /var/log/psp/worker.log}
"""

RETURN = r"""
run_id:
  description: The run's id, or nothing where the API gave none.
  returned: always
  type: str
  sample: 7f3e0c9a-4d0e-4f5f-9f3e-0c9a4d0e4f5f
state:
  description: The run's state, as the API gave it last.
  returned: always
  type: str
  sample: completed
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.recon_run_lifecycle import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._logs.sources import option

ARGUMENT_SPEC: ArgumentSpec = {
    "url": {"type": "str", "required": True},
    "body": {"type": "dict", "default": {}},
    "token_file": {"type": "path", "no_log": False},
    "token_variable": {"type": "str", "no_log": False},
    "worker_log": option(),
    "limit": {"type": "float", "default": 120},
    "worker_limit": {"type": "float", "default": 15},
    "request_limit": {"type": "float", "default": 10},
    "ca_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"])


if __name__ == "__main__":
    main()
