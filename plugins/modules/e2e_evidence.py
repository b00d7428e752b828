#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: e2e_evidence
short_description: Run an end-to-end test and collect its output
version_added: 0.1.0
description:
  - Runs a command and keeps all that it prints, and the JSON report that Playwright writes in this run, from
    which RV(counts) and the judge read what became of each test.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
attributes:
  check_mode:
    support: partial
    details: Does not run the command, since it changes the system that it tests, and predicts no change.
  idempotent:
    support: none
    details: Each run of the command counts as a change.
options:
  directory:
    description: Absolute path of the directory to run the command in.
    type: path
    required: true
  argv:
    description: The command, as a list of arguments.
    type: list
    elements: str
    required: true
  report_argv:
    description: Appended to O(argv), for Playwright to write the report and to refuse C(test.only). Where the
      report goes is set by Playwright's variable E(PLAYWRIGHT_JSON_OUTPUT_FILE).
    type: list
    elements: str
    default: ["--reporter=list,json", --forbid-only]
  limit:
    description: Seconds after which the command is stopped, with the browsers that it started.
    type: float
    default: 900
seealso:
  - name: Playwright reporters
    description: The JSON reporter, and the variables that it reads.
    link: https://playwright.dev/docs/test-reporters#json-reporter
"""

EXAMPLES = r"""
- name: Smoke-test the withdrawals for Package-2
  psp.rc_closure.e2e_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 2
    env_file: /etc/psp/e2e.env
    directory: /app/e2e
    argv: [yarn, "test:e2e", --, tests/finance-withdrawals-smoke.spec.ts]

- name: Run one Playwright spec and require that it passed
  psp.rc_closure.e2e_evidence:
    directory: /srv/shop/e2e
    argv: [npx, playwright, test, checkout.spec.ts]
    limit: 300
  register: checkout
  failed_when: checkout.counts.keys() | list != ['passed']
"""

RETURN = r"""
counts:
  description: Number of tests by outcome. Empty if there is no report.
  returned: success
  type: dict
  sample: {passed: 3}
steps:
  description: The command and the report.
  returned: always
  type: list
  sample: [{name: e2e_smoke, kind: command, exit_status: 0, outcome: ended}]
"""

from ..module_utils._collect.e2e_evidence import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "argv": {"type": "list", "elements": "str", "required": True},
    "report_argv": {"type": "list", "elements": "str", "default": ["--reporter=list,json", "--forbid-only"]},
    "limit": {"type": "float", "default": 900},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
