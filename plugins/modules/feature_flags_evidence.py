#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: feature_flags_evidence
short_description: Collect the feature flags of the running process
version_added: 0.1.0
description:
  - Asks the running backend for its flags, since a file that was edited after the start proves nothing, and
    reads the same flags from its environment file. The answer is JSON or lines of C(NAME=value).
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.collector
  - psp.rc_closure.collector.ca_file
  - psp.rc_closure.collector.token
options:
  flags:
    description: The flags to collect.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the flag.
        type: str
        required: true
      variable:
        description: Name of the environment variable that sets it, also in lines of C(NAME=value).
        type: str
        required: true
      pointer:
        description: JSON pointer to its value in a JSON answer. Not required where O(url) is not given.
        type: str
        default: ""
  url:
    description: URL at which the running process reports its flags. Without it and O(argv), the process is
      not asked, and O(process) alone shows them.
    type: str
  commit_url:
    description: URL at which the running process reports the commit it was deployed from.
    type: str
  argv:
    description: A command that prints the flags of the running process and changes nothing, as a list of
      arguments. It is run in check mode, too. Takes precedence over O(url).
    type: list
    elements: str
  directory:
    description: Absolute path of the directory to run O(argv) in, and which the processes must have.
    type: path
  process:
    description: Words that the command line of the backend's processes must contain, as those of
      M(psp.rc_closure.service_process). With it, the flags in the environment of every process are
      collected, too, and with O(directory) where the Python code below it names them.
    type: list
    elements: str
    default: []
  limit:
    description: Seconds after which a request or the command is stopped.
    type: float
    default: 30
seealso:
  - module: psp.rc_closure.service_process
  - name: JSON Pointer
    description: RFC 6901.
    link: https://www.rfc-editor.org/rfc/rfc6901
"""

EXAMPLES = r"""
- name: Collect the ledger's flags for Package-2
  psp.rc_closure.feature_flags_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 2
    env_file: /etc/psp/backend.env
    url: http://127.0.0.1:8000/api/v1/flags
    commit_url: http://127.0.0.1:8000/version
    token: {variable: API_TOKEN}
    flags:
      - name: ledger_shadow_write
        variable: LEDGER_SHADOW_WRITE
        pointer: /ledger_shadow_write

- name: Ask an application that has no such URL
  psp.rc_closure.feature_flags_evidence:
    argv: [/srv/shop/bin/shopctl, settings, --running, --format=env]
    flags:
      - {name: new_checkout, variable: NEW_CHECKOUT, pointer: /new_checkout}
  register: settings
  failed_when: not settings.flags.new_checkout
"""

RETURN = r"""
at:
  description: When the running process was asked, in UTC as RFC 3339. Of a host whose clock is more than 2 s
    off, by the controller's.
  returned: success
  type: str
  sample: "2026-11-24T02:52:03.123Z"
flags:
  description: Value of each flag in the running process. Flags that the answer does not contain are left out.
  returned: success
  type: dict
  sample: {ledger_shadow_write: true}
steps:
  description: The file, the answers of the process and its environment, in order.
  returned: always
  type: list
  sample: [{name: flags_running, kind: http, exit_status: 200, outcome: ended}]
"""

from ..module_utils._clients.authorization import TOKEN_OPTION
from ..module_utils._collect.feature_flags_evidence import collect
from ..module_utils._core.collector import ArgumentSpec, run_collector

ARGUMENT_SPEC: ArgumentSpec = {
    "flags": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "variable": {"type": "str", "required": True},
            "pointer": {"type": "str", "default": ""},
        },
    },
    "url": {"type": "str"},
    "commit_url": {"type": "str"},
    "token": TOKEN_OPTION,
    "ca_file": {"type": "path"},
    "argv": {"type": "list", "elements": "str"},
    "directory": {"type": "path"},
    "process": {"type": "list", "elements": "str", "default": []},
    "limit": {"type": "float", "default": 30},
}


def main() -> None:
    run_collector(ARGUMENT_SPEC, collect, needs=["requests"])


if __name__ == "__main__":
    main()
