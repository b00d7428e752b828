#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: webhook_401_evidence
short_description: Count the webhooks answered 401 before and after a change
version_added: 0.1.0
description:
  - Reads an access log as JSON lines, in the combined format, or as any text with a time, a request and a
    status. Counts for each ten seconds the webhooks, those answered 401, and those of them that contain an
    error code.
  - With O(window=before), counts the webhooks until now and returns RV(mark).
  - With O(window=after), waits for O(minimum_requests) webhooks since O(mark), counts them, keeps the lines
    of those answered 401, then posts one webhook without a signature, with a mark in its URL's query and in
    its user agent, and looks for it in the log.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.access_log
  - psp.rc_closure.collector.ca_file
attributes:
  check_mode:
    support: partial
    details: O(window=after) counts what is in the log without waiting, posts nothing and predicts no change.
  idempotent:
    support: partial
    details: With O(window=after), the webhook that is posted counts as a change.
options:
  window:
    description: Whether the change, such as setting feature flags, is still to come.
    type: str
    choices: [before, after]
    required: true
  prefix:
    description: Prefix of the path of a webhook.
    type: str
    default: /api/v1/payments/webhook/
  code:
    description: Error code of a refused signature, searched for anywhere in a line.
    type: str
    default: WEBHOOK_SIGNATURE_INVALID
  baseline_minutes:
    description: Minutes that O(window=before) looks back.
    type: float
    default: 15
  mark:
    description: The RV(mark) that O(window=before) returned.
    type: dict
  enforced_from:
    description: When the running process was first seen with the flags on, as RFC 3339, by the controller's
      clock. Webhooks from then on count for O(minimum_requests). Defaults to the time of O(mark).
    type: str
  minimum_requests:
    description: Number of webhooks that O(window=after) waits for.
    type: int
    default: 30
  limit:
    description: Seconds after which O(window=after) stops waiting for them.
    type: float
    default: 120
  probe_url:
    description: URL that O(window=after) posts C({}) to, without a signature. Required with O(window=after).
    type: str
seealso:
  - module: psp.rc_closure.feature_flags_evidence
"""

EXAMPLES = r"""
- name: Count the webhooks before the flags are set
  psp.rc_closure.webhook_401_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 2
    window: before
    access_log: {file: /var/log/psp/access.log}
  register: before

- name: Count the webhooks after the flags are set, and post one without a signature
  psp.rc_closure.webhook_401_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 2
    window: after
    mark: "{{ before.mark }}"
    access_log: {file: /var/log/psp/access.log}
    probe_url: http://127.0.0.1:8000/api/v1/payments/webhook/acmepay
"""

RETURN = r"""
mark:
  description: Position at the end of the access log. Its keys depend on where the log is.
  returned: with O(window=before)
  type: dict
  sample: {time: "2026-11-24T02:52:03.123Z", inode: 1311, offset: 20480}
requests:
  description: Number of webhooks.
  returned: success
  type: int
  sample: 96
status_401:
  description: Number of webhooks answered 401.
  returned: success
  type: int
  sample: 0
signature_invalid:
  description: Number of webhooks answered 401 whose line contains O(code).
  returned: success
  type: int
  sample: 0
steps:
  description: The counts, the lines with status 401, the posted webhook and its line in the log, in order.
  returned: always
  type: list
  sample: [{name: webhook_window, kind: log, outcome: ended}]
"""

from ..module_utils._collect.webhook_401_evidence import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector
from ..module_utils._logs.sources import LOG_OPTION

PLACES = [*LOG_OPTION["options"], "metrics"]
ARGUMENT_SPEC: ArgumentSpec = {
    "window": {"type": "str", "choices": ["before", "after"], "required": True},
    "access_log": {
        "required": True,
        "type": "dict",
        "options": {**LOG_OPTION["options"], "metrics": {"type": "str"}, "zone": {"type": "str"}},
        "required_one_of": [PLACES],
        "mutually_exclusive": [PLACES],
    },
    "prefix": {"type": "str", "default": "/api/v1/payments/webhook/"},
    "code": {"type": "str", "default": "WEBHOOK_SIGNATURE_INVALID"},
    "baseline_minutes": {"type": "float", "default": 15},
    "mark": {"type": "dict"},
    "enforced_from": {"type": "str"},
    "minimum_requests": {"type": "int", "default": 30},
    "limit": {"type": "float", "default": 120},
    "probe_url": {"type": "str"},
    "ca_file": {"type": "path"},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, required_if=[("window", "after", ["probe_url"])])


if __name__ == "__main__":
    main()
