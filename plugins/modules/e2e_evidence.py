#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: the end-to-end smoke of Package-2."""

from __future__ import annotations

DOCUMENTATION = r"""
module: e2e_evidence
short_description: Run the end-to-end smoke
version_added: 0.1.0
description:
  - Runs the checklist's end-to-end command and keeps all that it prints. Playwright's list reporter is
    what the judge reads.
  - In check mode it is left out, for it works on the system that it tests.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
  directory:
    description: Where the command runs.
    type: path
    required: true
  argv:
    description: The command, as argv.
    type: list
    elements: str
    required: true
  limit:
    description: Seconds until it is stopped, the browsers that it started included.
    type: float
    default: 900
"""

EXAMPLES = r"""
- name: Smoke the withdrawals end to end
  psp.rc_closure.e2e_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 2
    env_file: /etc/psp/e2e.env
    directory: /app/e2e
    argv: [yarn, "test:e2e", --, tests/finance-withdrawals-smoke.spec.ts]
"""

RETURN = r"""
counts:
  description: The summary's counts by outcome, as Playwright words them.
  returned: always
  type: dict
  sample: {passed: 1}
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.e2e_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "argv": {"type": "list", "elements": "str", "required": True},
    "limit": {"type": "float", "default": 900},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect)


if __name__ == "__main__":
    main()
