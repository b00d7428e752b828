#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: the 401 check of Package-2."""

from __future__ import annotations

DOCUMENTATION = r"""
module: webhook_401_evidence
short_description: Count refused webhooks before and since the flags were set
version_added: 0.1.0
description:
  - Reads the backend's access log, JSON lines, the combined format or any text with a time, a request and a
    status, and counts the webhooks by interval, those answered 401, and those with the error code among them.
  - With O(window=before), counts what came until now and returns RV(mark).
  - With O(window=after), waits until enough webhooks came since the mark, counts them, keeps the lines of
    those answered 401, then sends one webhook without a signature and finds it in the log.
  - In check mode nothing is waited for and nothing is sent.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
  window:
    description: Whether the flags are still to be set, or are set.
    type: str
    choices: [before, after]
    required: true
  access_log:
    description: Where the access log is. Exactly one of these is required.
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
  prefix:
    description: What the path of a webhook begins with.
    type: str
    default: /api/v1/payments/webhook/
  code:
    description: The error code of a refused signature; it is looked for anywhere in a line.
    type: str
    default: WEBHOOK_SIGNATURE_INVALID
  interval:
    description: Seconds of an interval of the counts.
    type: int
    default: 10
  baseline_minutes:
    description: How far back O(window=before) looks.
    type: float
    default: 15
  baseline_bytes:
    description: How many bytes O(window=before) reads at most.
    type: int
    default: 16777216
  mark:
    description: What O(window=before) returned as RV(mark).
    type: dict
  enforced_from:
    description:
      - When the running process was first seen with the flags on, RFC 3339. Webhooks from then on count
        for O(minimum_requests). By default, the mark's time.
    type: str
  minimum_requests:
    description: How many webhooks O(window=after) waits for.
    type: int
    default: 30
  limit:
    description: Seconds until O(window=after) waits no longer for them.
    type: float
    default: 120
  lines:
    description: How many lines with status 401 are kept.
    type: int
    default: 40
  probe_url:
    description: Where O(window=after) sends C(POST {}) without a signature. Required with it.
    type: str
  probe_limit:
    description: Seconds until the answer to it is given up.
    type: float
    default: 10
  ca_file:
    description: Authorities to trust in place of the system's, as PEM.
    type: path
"""

EXAMPLES = r"""
- name: Look at the webhooks before the flags
  psp.rc_closure.webhook_401_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 2
    window: before
    access_log: {file: /var/log/psp/access.log}
  register: before

- name: Look for refused webhooks since
  psp.rc_closure.webhook_401_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 2
    window: after
    mark: "{{ before.mark }}"
    access_log: {file: /var/log/psp/access.log}
    probe_url: http://127.0.0.1:8000/api/v1/payments/webhook/acmepay
"""

RETURN = r"""
mark:
  description: Where the access log ended.
  returned: with O(window=before)
  type: dict
  sample: {path: /var/log/psp/access.log, inode: 1311, offset: 20480, time: "2026-11-24T02:52:03.123Z"}
requests:
  description: How many webhooks were counted.
  returned: always
  type: int
  sample: 96
status_401:
  description: How many of them were answered 401.
  returned: always
  type: int
  sample: 0
signature_invalid:
  description: How many of those bear the error code.
  returned: always
  type: int
  sample: 0
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.webhook_401_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._logs.sources import option

ARGUMENT_SPEC: ArgumentSpec = {
    "window": {"type": "str", "choices": ["before", "after"], "required": True},
    "access_log": option(),
    "prefix": {"type": "str", "default": "/api/v1/payments/webhook/"},
    "code": {"type": "str", "default": "WEBHOOK_SIGNATURE_INVALID"},
    "interval": {"type": "int", "default": 10},
    "baseline_minutes": {"type": "float", "default": 15},
    "baseline_bytes": {"type": "int", "default": 16777216},
    "mark": {"type": "dict"},
    "enforced_from": {"type": "str"},
    "minimum_requests": {"type": "int", "default": 30},
    "limit": {"type": "float", "default": 120},
    "lines": {"type": "int", "default": 40},
    "probe_url": {"type": "str"},
    "probe_limit": {"type": "float", "default": 10},
    "ca_file": {"type": "path"},
}


def main() -> None:
    """Run the module."""
    run_collector(
        ARGUMENT_SPEC, collect, needs=["requests"], required_if=[("window", "after", ["probe_url"])]
    )


if __name__ == "__main__":
    main()
