#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_evidence
short_description: Collect the health and the settings of a Redis server
version_added: 0.1.0
description:
  - Sends C(PING), C(INFO), C(CONFIG GET maxmemory-policy), C(ACL WHOAMI) and C(CLIENT LIST) from the host of
    a service, and keeps each reply or error. A Redis server that does not answer C(PING) is asked nothing
    else.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.ca_file
requirements:
  - redis (redis-py) on the host
options:
  url:
    description: The URL, with user and password percent-encoded, if no variable on the host does
      (O(variables)).
    type: str
  prefix:
    description: Prefix of the steps' names, to tell hosts apart if Redis is asked from several.
    type: str
    default: redis
  limit:
    description: Seconds that an answer may take.
    type: float
    default: 10
seealso:
  - module: psp.rc_closure.recon_run_lifecycle
  - name: Key eviction
    description: Why a queue requires C(maxmemory-policy noeviction).
    link: https://redis.io/docs/latest/develop/reference/eviction/
"""

EXAMPLES = r"""
- name: Collect the state of Redis from the worker's host for Package-3
  psp.rc_closure.redis_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env

- name: Probe a managed Redis server over TLS and require an answer
  psp.rc_closure.redis_evidence:
    url: "rediss://default:{{ redis_password | urlencode }}@redis.example.com:6380/0"
    ca_file: /etc/ssl/certs/example-ca.pem
  register: broker
  failed_when: not broker.pong
"""

RETURN = r"""
pong:
  description: Whether the reply to C(PING) was exactly C(PONG).
  returned: success
  type: bool
  sample: true
steps:
  description: The commands and their replies, in order.
  returned: always
  type: list
  sample: [{name: redis_ping, kind: command, exit_status: 0, outcome: ended}]
"""

from ..module_utils._collect.redis_evidence import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "url": {"type": "str", "no_log": True},
    "prefix": {"type": "str", "default": "redis"},
    "limit": {"type": "float", "default": 10},
    "ca_file": {"type": "path"},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["redis"])


if __name__ == "__main__":
    main()
