#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: the CI run of Package-0, dispatched or found."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ci_run_dispatch
short_description: Dispatch the CI workflow for a commit, or find its run
version_added: 0.1.0
description:
  - Sees that the ref to dispatch is at the release's commit, dispatches the GitHub Actions workflow on it
    once, and returns the run that GitHub made of it; or finds the run that a pull request or a push had
    made for the commit.
  - Servers that do not answer a dispatch with its run are asked for the runs of the same event and commit
    that were not there before, by their own clock. Where more than one may be it, none is taken.
  - It returns as soon as the run is known, and does not wait for its end. M(psp.rc_closure.ci_run_evidence)
    does.
  - In check mode, looks and says what would be dispatched.
  - In one attempt of a closure nothing is ever dispatched twice. Before the request is made, the controller's
    half writes into the locker what is meant. Where that stands there already, the run of it is looked for
    and nothing is sent; where there is no such run, the module fails and says so. Each attempt dispatches
    anew.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.github
options:
  workflow:
    description: The workflow, by its file name or by its display name.
    type: str
    required: true
  commit:
    description: The release's full commit.
    type: str
    required: true
  mode:
    description:
      - V(dispatch) starts a run of the workflow, which must have a C(workflow_dispatch) trigger.
      - V(find) takes the newest run for the commit that was started by one of O(events).
    type: str
    choices: [dispatch, find]
    default: dispatch
  ref:
    description:
      - The branch or tag to dispatch on. It must be at O(commit); GitHub dispatches on no commit itself.
      - Without it, the repository's default branch.
    type: str
  inputs:
    description: The workflow's inputs.
    type: dict
    default: {}
  marker:
    description:
      - A text that tells this attempt's run from all others. A run whose title holds it was dispatched
        before, and is taken up instead of dispatching a second one.
      - Where none is given, O(marker_input) gets a random one.
    type: str
  marker_input:
    description: The workflow's input to put O(marker) in. The workflow's C(run-name) must show it.
    type: str
  events:
    description: What may have started the run that is to be found.
    type: list
    elements: str
    default: [pull_request, push, workflow_dispatch]
  stage:
    description:
      - How much of it to do. The controller's half gives it, where O(attempt) is given.
      - V(whole) is all of it. V(intend) is all that comes before the request; its last step is what is meant.
        V(send) makes the request of O(intent). V(look) looks for the run that O(intent) may have made.
    type: str
    choices: [whole, intend, send, look]
    default: whole
  intent:
    description: What is meant, as V(intend) returned it. The controller's half gives it.
    type: dict
  answer:
    description: The step that bears what the dispatch was answered before. The controller's half gives it.
    type: dict
  limit:
    description: Seconds for each stage, the run's appearance included.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: Dispatch the Postgres tests for the release's commit
  psp.rc_closure.ci_run_dispatch:
    attempt: "{{ rc_closure_attempt }}"
    package: 0
    repository: psp/backend
    workflow: Backend PSP-03D Postgres Tests
    commit: 5b83e49d5a9c0535d1db17315e3907212862aece
    ref: release/2026.11
    token_file: /etc/psp/github_token
  register: dispatched

- name: Find the run of the release's pull request
  psp.rc_closure.ci_run_dispatch:
    attempt: "{{ rc_closure_attempt }}"
    package: 0
    url: https://github.example.com/api/v3
    repository: psp/backend
    workflow: backend-psp03d-postgres.yml
    commit: 5b83e49d5a9c0535d1db17315e3907212862aece
    mode: find
    events: [pull_request]
    token_file: /etc/psp/github_token
    ca_file: /etc/ssl/certs/example-ca.pem
"""

RETURN = r"""
run_id:
  description: The run's id.
  returned: when the run is known
  type: int
  sample: 30433642
html_url:
  description: The run's page.
  returned: when the run is known
  type: str
  sample: https://github.com/psp/backend/actions/runs/30433642
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.github import SPEC
from ansible_collections.psp.rc_closure.plugins.module_utils._collect.ci_run_dispatch import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import run_collector

ARGUMENT_SPEC = {
    **SPEC,
    "workflow": {"type": "str", "required": True},
    "commit": {"type": "str", "required": True},
    "mode": {"type": "str", "choices": ["dispatch", "find"], "default": "dispatch"},
    "ref": {"type": "str"},
    "inputs": {"type": "dict", "default": {}},
    "marker": {"type": "str"},
    "marker_input": {"type": "str"},
    "events": {
        "type": "list",
        "elements": "str",
        "default": ["pull_request", "push", "workflow_dispatch"],
    },
    "stage": {"type": "str", "choices": ["whole", "intend", "send", "look"], "default": "whole"},
    "intent": {"type": "dict"},
    "answer": {"type": "dict"},
    "limit": {"type": "float", "default": 120},
}


def main() -> None:
    """Run the module."""
    run_collector(
        ARGUMENT_SPEC,
        collect,
        needs=["requests"],
        required_if=[("stage", "send", ["intent"]), ("stage", "look", ["intent"])],
    )


if __name__ == "__main__":
    main()
