#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See that arq would find the worker's settings, before anything is changed for them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: arq_settings_found
short_description: See that arq would find the worker's settings
version_added: 0.1.0
description:
  - Looks for the module that C(arq MODULE.CLASS) names, from the worker's directory and with arq's own
    Python. Where it is not there, the task fails before a worker that runs is replaced by one that cannot.
  - Nothing of the application is run. Whether the class is there, and whether it works, shows when the worker
    starts.
  - Nothing is refused that cannot be told, such as a command that is no script of Python's.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Changes nothing in any case.
    support: full
options:
  command:
    description: The worker's command, as argv.
    type: list
    elements: str
    required: true
  directory:
    description: The directory that it runs in.
    type: path
    required: true
  pythonpath:
    description: The worker's C(PYTHONPATH); without it, the one in O(env_file).
    type: str
  env_file:
    description: The worker's environment file, where it is there already.
    type: path
  limit:
    description: Seconds until the look is given up, and nothing is refused.
    type: float
    default: 30
"""

EXAMPLES = r"""
- name: See that arq would find the worker's settings
  psp.rc_closure.arq_settings_found:
    command: [/app/.venv/bin/arq, app.queue.reconciliation_worker.WorkerSettings]
    directory: /app/backend
"""

RETURN = r"""
checked:
  description: Whether it could be told.
  returned: success
  type: bool
  sample: true
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import ArgumentSpec
from ansible_collections.psp.rc_closure.plugins.module_utils._services import arq_settings
from ansible_collections.psp.rc_closure.plugins.module_utils._text import env_file

ARGUMENT_SPEC: ArgumentSpec = {
    "command": {"type": "list", "elements": "str", "required": True},
    "directory": {"type": "path", "required": True},
    "pythonpath": {"type": "str"},
    "env_file": {"type": "path"},
    "limit": {"type": "float", "default": 30},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    try:
        pythonpath = params["pythonpath"] or _written(params["env_file"])
        checked = arq_settings.look(params["command"], params["directory"], params["limit"], pythonpath)
    except (arq_settings.NotFoundError, OSError, UnicodeDecodeError) as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(changed=False, checked=checked)


def _written(file: str | None) -> str:
    if not file or not Path(file).exists():
        return ""
    return env_file.parse(Path(file).read_text("utf-8")).get("PYTHONPATH", "")


if __name__ == "__main__":
    main()
