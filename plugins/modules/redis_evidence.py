#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: Redis, for Package-3."""

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_evidence
short_description: Show that a Redis is well and loses no jobs
version_added: 0.1.0
description:
  - Asks the Redis that a service's environment file names, from that service's host, C(PING), C(INFO),
    C(CONFIG GET maxmemory-policy) and C(ACL WHOAMI), and keeps each reply as the server words it.
  - An error reply is evidence, as its class and its text. So is a Redis that does not answer C(PING); no
    more is asked of it.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
requirements:
  - redis (redis-py) on the host
options:
  variable:
    description: The variable of O(env_file) that holds the URL.
    type: str
    default: REDIS_URL
  url:
    description:
      - The URL itself, user and password percent-encoded, where no environment on the host holds it, as on
        Redis's own.
    type: str
  prefix:
    description: What the steps' names begin with, where Redis is asked from more than one host.
    type: str
    default: redis
  limit:
    description: Seconds that an answer may take.
    type: float
    default: 10
  ca_file:
    description: Authorities to trust in place of the system's, as PEM, for a C(rediss://) URL.
    type: path
"""

EXAMPLES = r"""
- name: Ask Redis from the worker's host
  psp.rc_closure.redis_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 3
    env_file: /etc/psp/worker.env
"""

RETURN = r"""
pong:
  description: Whether the reply to C(PING) was exactly C(PONG).
  returned: always
  type: bool
  sample: true
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.redis_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

ARGUMENT_SPEC: ArgumentSpec = {
    "variable": {"type": "str", "default": "REDIS_URL"},
    "url": {"type": "str", "no_log": True},
    "prefix": {"type": "str", "default": "redis"},
    "limit": {"type": "float", "default": 10},
    "ca_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect, needs=["redis"])


if __name__ == "__main__":
    main()
