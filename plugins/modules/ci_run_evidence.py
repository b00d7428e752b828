#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ci_run_evidence
short_description: Wait for a GitHub Actions run and collect its result
version_added: 0.1.0
description:
  - Polls a run until it has ended or the limit is reached. The state at the limit is evidence, too.
  - Then collects the run and its jobs, its earlier attempts with their jobs, and the log of the required job.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.github
options:
  run_id:
    description: Id of the run, as M(psp.rc_closure.ci_run_dispatch) returns it.
    type: int
    required: true
  job:
    description: Name of the required job. Can be omitted if the run has only one. Jobs that a matrix or a
      reusable workflow makes of it, C(name (15, 3.11)) and C(call / name), are all required.
    type: str
  limit:
    description: Seconds to wait for the end of the run. A run may be queued for hours.
    type: float
    default: 3600
  interval:
    description: Seconds between the first two polls. Each later pause is half as long again, up to 30
      seconds.
    type: float
    default: 2
seealso:
  - module: psp.rc_closure.ci_run_dispatch
"""

EXAMPLES = r"""
- name: Collect the result of the dispatched run for Package-0
  psp.rc_closure.ci_run_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 0
    repository: psp/backend
    run_id: "{{ dispatched.run_id }}"
    job: postgres-tests
    token_file: /etc/psp/github_token

- name: Require that a run ends with success within ten minutes
  psp.rc_closure.ci_run_evidence:
    repository: shop/backend
    run_id: 30433642
    limit: 600
    token: "{{ lookup('ansible.builtin.env', 'GITHUB_TOKEN') }}"
  register: tests
  failed_when: tests.conclusion != 'success'
"""

RETURN = r"""
status:
  description: Status of the run. None if the run could not be read.
  returned: success
  type: str
  sample: completed
conclusion:
  description: Conclusion of the run. None until it has ended.
  returned: success
  type: str
  sample: success
job_conclusion:
  description: Conclusion of the required job; of several, of one that did not pass. None until it has ended,
    and if the run has no such job.
  returned: success
  type: str
  sample: success
html_url:
  description: URL of the page of the required job, or of the run if it has no such job.
  returned: success
  type: str
  sample: https://github.com/psp/backend/actions/runs/30433642/job/399444496
steps:
  description: The run, its earlier attempts, its jobs and the log of the required job, in order.
  returned: always
  type: list
  sample: [{name: ci_run, kind: http, exit_status: 200, outcome: ended}]
"""

from ..module_utils._clients.github import SPEC
from ..module_utils._collect.ci_run_evidence import collect
from ..module_utils._core.collector import run_collector

ARGUMENT_SPEC = {
    **SPEC,
    "run_id": {"type": "int", "required": True},
    "job": {"type": "str"},
    "limit": {"type": "float", "default": 3600},
    "interval": {"type": "float", "default": 2},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"])


if __name__ == "__main__":
    main()
