#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Collector: the feature flags of Package-2."""

from __future__ import annotations

DOCUMENTATION = r"""
module: feature_flags_evidence
short_description: Show what the running process believes of its feature flags
version_added: 0.1.0
description:
  - Asks the running backend, and shows the same flags of its environment file beside it, for a file that
    was edited after the start proves nothing.
  - The answer is JSON, in which each flag's C(pointer) finds its value, or C(NAME=value) lines, in which
    its C(variable) does.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
options:
  flags:
    description: The flags to show.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The flag's name.
        type: str
        required: true
      variable:
        description: The environment variable that sets it.
        type: str
        required: true
      pointer:
        description: Where a JSON answer has it, as a JSON pointer.
        type: str
        required: true
  url:
    description: Where the running process says what it believes.
    type: str
  commit_url:
    description: Where the running process says which commit it was deployed from.
    type: str
  token_variable:
    description: The variable of O(env_file) that holds the bearer token; without it none is sent.
    type: str
  ca_file:
    description: Authorities to trust in place of the system's, as PEM.
    type: path
  argv:
    description: A command that prints what the running process believes, for a backend without O(url).
    type: list
    elements: str
  directory:
    description: Where O(argv) runs.
    type: path
  limit:
    description: Seconds until the question is given up.
    type: float
    default: 30
"""

EXAMPLES = r"""
- name: Show the ledger's flags
  psp.rc_closure.feature_flags_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 2
    env_file: /etc/psp/backend.env
    url: http://127.0.0.1:8000/api/v1/flags
    token_variable: API_TOKEN
    flags:
      - name: ledger_shadow_write
        variable: LEDGER_SHADOW_WRITE
        pointer: /ledger_shadow_write
"""

RETURN = r"""
at:
  description: When the running process was asked, UTC, RFC 3339.
  returned: always
  type: str
  sample: "2026-11-24T02:52:03.123Z"
flags:
  description: Each flag's value in the running process; a flag that the answer does not have is left out.
  returned: always
  type: dict
  sample: {ledger_shadow_write: true}
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._collect.feature_flags_evidence import collect
from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    ArgumentSpec,
    run_collector,
)

ARGUMENT_SPEC: ArgumentSpec = {
    "flags": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "variable": {"type": "str", "required": True},
            "pointer": {"type": "str", "required": True},
        },
    },
    "url": {"type": "str"},
    "commit_url": {"type": "str"},
    "token_variable": {"type": "str", "no_log": False},
    "ca_file": {"type": "path"},
    "argv": {"type": "list", "elements": "str"},
    "directory": {"type": "path"},
    "limit": {"type": "float", "default": 30},
}


def main() -> None:
    """Run the module."""
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"], required_one_of=[("url", "argv")])


if __name__ == "__main__":
    main()
