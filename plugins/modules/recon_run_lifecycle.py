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
  - psp.rc_closure.collector.token
attributes:
  check_mode:
    support: partial
    details: Asks for no run, reads no log and predicts no change. With O(probe), it looks at a run that does
      not exist.
  idempotent:
    support: none
    details: Each task starts a run.
options:
  url:
    description: Base URL of the API, for instance C(http://backend:8000).
    type: str
    required: true
  api:
    description: How a run is asked for and what the answers are like. What is not described is as the
      checklist has it, C(POST /api/v1/reconciliation/runs) and C(GET) of the run below it.
    type: dict
    default: {}
    suboptions:
      request:
        description: The request, C(method), C(path), C(query), C(headers) and C(body). The body is sent as
          JSON, or as a form if the headers say so. In the values, C({unique}) is a new UUID, and C({now}) and
          C({now-24h}) are times in UTC, written without a zone.
        type: dict
        default: {}
      id:
        description: JSON pointer to the run's id in the answer.
        type: str
      answer:
        description: Where the run is looked at, C(path), in which C({id}) is the run's id, and C(id), the
          JSON pointer to the id there. An answer that has no id is of the run whose address was asked.
        type: dict
        default: {}
      state:
        description: Where the run's state is, C(pointer), and what means C(queued), C(running), C(completed)
          and C(failed), each a list of words, or a dictionary of C(pointer), a field whose presence means it,
          and maybe C(values), those of it that mean it.
        type: dict
        default: {}
      queued:
        description: Whether the answer to the request shows the state queued.
        type: bool
        default: true
  process:
    description: Words that a worker's command line must contain. With it, once while a poll shows the run
      running and once when it has ended, the TCP connections of all such workers are kept, and which clients
      the Redis and the Postgres server of O(env_file) list, by O(variables), and what
      arq itself has of the run's job in that Redis, of which no pickled class is loaded. Takes the libraries
      redis and psycopg2 on the host; otherwise those steps contain why not.
    type: list
    elements: str
    default: []
  probe:
    description: Whether check mode looks at a run that does not exist, after a login where O(token) describes
      one. So it is seen whether the API can be reached and takes the token.
    type: bool
    default: false
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
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
    url: http://127.0.0.1:8000
    api: {request: {body: {provider: acmepay}}}
    token: {file: /etc/psp/backend.env, variable: API_TOKEN}
    worker_log: {file: /var/log/psp/worker.log}

- name: Carry a run through a queue in containers, by another API, and require that it completes
  psp.rc_closure.recon_run_lifecycle:
    url: http://127.0.0.1:8080
    api:
      request: {path: /reports, query: {day: "{now-24h}"}, headers: {Idempotency-Key: "{unique}"}}
      id: /data/report
      answer: {path: "/reports/{id}/result"}
      state: {completed: {pointer: /success, values: [true]}, failed: {pointer: /success, values: [false]}}
      queued: false
    token:
      login:
        url: http://127.0.0.1:8080/login
        body: {user: ops, password: "{{ shop_password }}"}
        pointer: /token
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

from ..module_utils._clients.authorization import TOKEN_OPTION
from ..module_utils._collect.recon_run_lifecycle import collect
from ..module_utils._collect.servers import LIBRARIES
from ..module_utils._core.collector import ArgumentSpec, run_collector
from ..module_utils._logs.sources import LOG_OPTION

_API = {
    "request": {"type": "dict", "default": {}},
    "id": {"type": "str"},
    "answer": {"type": "dict", "default": {}},
    "state": {"type": "dict", "default": {}},
    "queued": {"type": "bool", "default": True},
}
ARGUMENT_SPEC: ArgumentSpec = {
    "url": {"type": "str", "required": True},
    "api": {"type": "dict", "default": {}, "options": _API},
    "token": TOKEN_OPTION,
    "worker_log": {"required": True, **LOG_OPTION},
    "process": {"type": "list", "elements": "str", "default": []},
    "probe": {"type": "bool", "default": False},
    "limit": {"type": "float", "default": 120},
    "request_limit": {"type": "float", "default": 10},
    "ca_file": {"type": "path"},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"], wishes={"process": LIBRARIES})


if __name__ == "__main__":
    main()
