#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: recon_run_lifecycle
short_description: Start a reconciliation run through the queue and follow it to its end
version_added: 0.1.0
description:
  - Notes where the worker's log ends, posts a run to the API, polls it until it has ended or the limit is
    reached, waits for the end of its job in the worker's log, and keeps the log since the start. After a 429,
    waits for C(Retry-After), or twice as long as before.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.worker_log
  - psp.rc_closure.collector.ca_file
  - psp.rc_closure.collector.postgres
attributes:
  check_mode:
    support: partial
    details: Posts nothing, reads no log and predicts no change.
  idempotent:
    support: none
    details: Each task starts a run.
options:
  url:
    description: URL that runs are posted to, for instance C(http://backend:8000/api/v1/reconciliation/runs).
    type: str
    required: true
  body:
    description: The body of the POST, sent as JSON.
    type: dict
    default: {}
  token_file:
    description: Path of a file on the host that contains the bearer token, or O(token_variable) if given.
    type: path
  token_variable:
    description: Name of the variable of O(token_file), or without that of O(env_file), that contains the
      bearer token. Without either option no token is sent.
    type: str
  process:
    description: Words that a worker's command line must contain. With it, once while a poll shows the run
      running and once when it has ended, the TCP connections of all such workers are kept, and which clients
      the Redis and the Postgres server of O(env_file) list, by C(REDIS_URL) and O(url_variables), and what
      arq itself has of the run's job in that Redis, of which no pickled class is loaded. Takes the libraries
      redis and psycopg2 on the host; otherwise those steps contain why not.
    type: list
    elements: str
    default: []
  limit:
    description: Seconds after which the run is no longer polled.
    type: float
    default: 120
  request_limit:
    description: Seconds after which a request is stopped.
    type: float
    default: 10
seealso:
  - module: psp.rc_closure.redis_evidence
  - module: psp.rc_closure.service_process
"""

EXAMPLES = r"""
- name: Carry a run through the queue for Package-3
  psp.rc_closure.recon_run_lifecycle:
    attempt: "{{ rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
    url: http://127.0.0.1:8000/api/v1/reconciliation/runs
    body: {provider: acmepay}
    token_file: /etc/psp/backend.env
    token_variable: API_TOKEN
    worker_log: {file: /var/log/psp/worker.log}

- name: Carry a run through a queue in containers, and require that it completes
  psp.rc_closure.recon_run_lifecycle:
    url: http://127.0.0.1:8080/api/v1/reconciliation/runs
    worker_log: {container: shop-worker}
    limit: 60
  register: run
  failed_when: run.state != 'completed'
"""

RETURN = r"""
run_id:
  description: Id of the run. Empty if the API returned none, and in check mode.
  returned: success
  type: str
  sample: 7f3e0c9a-4d0e-4f5f-9f3e-0c9a4d0e4f5f
state:
  description: Last state of the run that the API returned, in the checklist's words. Empty if there is none.
  returned: success
  type: str
  sample: completed
steps:
  description: The POST, the connections that were asked for, the polls, the last answer and the worker's log,
    in order.
  returned: always
  type: list
  sample: [{name: recon_post, kind: http, exit_status: 202, outcome: ended}]
"""

from ..module_utils._clients.postgres import URL_OPTION
from ..module_utils._collect.recon_run_lifecycle import collect
from ..module_utils._collect.servers import LIBRARIES
from ..module_utils._core.collector import ArgumentSpec, run_collector
from ..module_utils._logs.sources import LOG_OPTION

ARGUMENT_SPEC: ArgumentSpec = {
    "url": {"type": "str", "required": True},
    "body": {"type": "dict", "default": {}},
    "token_file": {"type": "path", "no_log": False},
    "token_variable": {"type": "str", "no_log": False},
    "worker_log": {"required": True, **LOG_OPTION},
    "process": {"type": "list", "elements": "str", "default": []},
    "url_variables": URL_OPTION,
    "limit": {"type": "float", "default": 120},
    "request_limit": {"type": "float", "default": 10},
    "ca_file": {"type": "path"},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"], wishes={"process": LIBRARIES})


if __name__ == "__main__":
    main()
