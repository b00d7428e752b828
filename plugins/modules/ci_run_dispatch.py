#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: ci_run_dispatch
short_description: Dispatch a GitHub Actions workflow for a commit, or find its run
version_added: 0.1.0
description:
  - Checks that O(ref) is at O(commit), dispatches the workflow on it once, and returns the run as soon as it
    is known. With O(mode=find), returns the run that one of O(events) started for the commit.
  - Some servers do not return the run of a dispatch. There, the run is the only new one of the same event and
    commit, by the server's clock. If there are several, none is returned.
  - With O(attempt), a workflow is dispatched at most once per attempt. The controller writes the intent to
    the locker before the request is sent. If an intent is there already, its run is looked for and nothing is
    sent. If there is no such run, the module fails.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.github
attributes:
  check_mode:
    details: Makes only requests that read, and reports what would be dispatched.
  idempotent:
    support: partial
    details: Idempotent with O(attempt), with a O(marker) that the run's title contains, and with
      O(mode=find). Otherwise each run of the task dispatches the workflow.
options:
  workflow:
    description: File name or display name of the workflow.
    type: str
    required: true
  commit:
    description: The full commit of the release.
    type: str
    required: true
  mode:
    description: V(dispatch) requires a C(workflow_dispatch) trigger. V(find) returns the newest run.
    type: str
    choices: [dispatch, find]
    default: dispatch
  ref:
    description: The branch or tag to dispatch on, since GitHub does not dispatch on a commit. Defaults to the
      default branch of the repository.
    type: str
  inputs:
    description: The inputs of the workflow.
    type: dict
    default: {}
  marker:
    description: A text that identifies the run. If the title of a run contains it, that run is returned and
      none is dispatched. Defaults to a random text if O(marker_input) is set.
    type: str
  marker_input:
    description: Name of the workflow's input to put O(marker) in. The C(run-name) of the workflow must
      contain it.
    type: str
  events:
    description: The events that may have started the run, with O(mode=find).
    type: list
    elements: str
    default: [pull_request, push, workflow_dispatch]
  stage:
    description:
      - Which part of the work to do. Set by the controller if O(attempt) is given.
      - V(whole) does all of it. V(intend) stops before the request and returns the intent in its last step.
        V(send) sends the request of O(intent). V(look) looks for the run of O(intent).
    type: str
    choices: [whole, intend, send, look]
    default: whole
  intent:
    description: The intent that O(stage=intend) returned. Set by the controller.
    type: dict
  answer:
    description: The step with the answer to an earlier dispatch. Set by the controller.
    type: dict
  limit:
    description: Seconds for each stage, including the wait for the run to appear.
    type: float
    default: 120
seealso:
  - module: psp.rc_closure.ci_run_evidence
  - name: Manually running a workflow
    description: What a workflow requires to be dispatched.
    link: https://docs.github.com/en/actions/how-tos/manage-workflow-runs/manually-run-a-workflow
"""

EXAMPLES = r"""
- name: Dispatch the Postgres tests for the release's commit
  psp.rc_closure.ci_run_dispatch:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 0
    repository: psp/backend
    workflow: Backend PSP-03D Postgres Tests
    commit: 5b83e49d5a9c0535d1db17315e3907212862aece
    ref: release/2026.11
    token_file: /etc/psp/github_token
  register: dispatched

- name: Find the run of a pull request on GitHub Enterprise Server
  psp.rc_closure.ci_run_dispatch:
    url: https://github.example.com/api/v3
    repository: shop/backend
    workflow: tests.yml
    commit: 5b83e49d5a9c0535d1db17315e3907212862aece
    mode: find
    events: [pull_request]
    token_file: /etc/shop/github_token
    ca_file: /etc/ssl/certs/example-ca.pem
"""

RETURN = r"""
run_id:
  description: Id of the run.
  returned: when the run is known
  type: int
  sample: 30433642
html_url:
  description: URL of the run's page.
  returned: when the run is known
  type: str
  sample: https://github.com/psp/backend/actions/runs/30433642
steps:
  description: The requests, in order. In check mode, the last one is the dispatch, with the outcome
    C(not_run).
  returned: always
  type: list
  sample: [{name: ci_dispatch, kind: http, exit_status: 200, outcome: ended}]
"""

from ..module_utils._clients.github import SPEC
from ..module_utils._collect.ci_run_dispatch import collect
from ..module_utils._core.collector import run_collector

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
    run_collector(
        ARGUMENT_SPEC,
        collect,
        needs=["requests"],
        required_if=[("stage", "send", ["intent"]), ("stage", "look", ["intent"])],
    )


if __name__ == "__main__":
    main()
