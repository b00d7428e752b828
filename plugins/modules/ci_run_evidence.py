#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: what became of the CI run of Package-0."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ci_run_evidence
short_description: Wait for a CI run and keep what became of it
version_added: 0.1.0
description:
  - Looks at a GitHub Actions run, ever more rarely, until it has ended or the limit is reached; its state
    at the limit is evidence, too.
  - Then keeps the run and its jobs, each of its earlier attempts and theirs, and the whole log of the
    required job.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.github
options:
  run_id:
    description: The run's id, as M(psp.rc_closure.ci_run_dispatch) returns it.
    type: int
    required: true
  job:
    description: The name of the required job. Without it, the run's only job.
    type: str
  limit:
    description: Seconds to wait for the run's end. A run may be queued for hours.
    type: float
    default: 3600
  interval:
    description: Seconds between the first two looks. Each later pause is half as long again, up to 30.
    type: float
    default: 2
"""

EXAMPLES = r"""
- name: Collect the CI run
  psp.rc_closure.ci_run_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 0
    repository: psp/backend
    run_id: "{{ dispatched.run_id }}"
    job: postgres-tests
    token_file: /etc/psp/github_token
"""

RETURN = r"""
run_id:
  description: The run's id.
  returned: always
  type: int
  sample: 30433642
status:
  description: The run's status.
  returned: when the run could be looked at
  type: str
  sample: completed
conclusion:
  description: The run's conclusion.
  returned: when the run has ended
  type: str
  sample: success
job_conclusion:
  description: The required job's own conclusion.
  returned: when the run has that job, and it has ended
  type: str
  sample: success
html_url:
  description: The page of the required job or, where there is none, of the run.
  returned: when the run could be looked at
  type: str
  sample: https://github.com/psp/backend/actions/runs/30433642/job/399444496
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.github import SPEC
from ansible_collections.psp.rc_closure.plugins.module_utils._collect.ci_run_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import run_collector

ARGUMENT_SPEC = {
    **SPEC,
    "run_id": {"type": "int", "required": True},
    "job": {"type": "str"},
    "limit": {"type": "float", "default": 3600},
    "interval": {"type": "float", "default": 2},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"])


if __name__ == "__main__":
    main()
