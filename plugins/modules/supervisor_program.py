#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe one program to supervisor and have it run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: supervisor_program
short_description: Have one program of supervisor run as described
version_added: 0.1.0
description:
  - Writes the program's section, has supervisor take it over, and starts or restarts the program. Other
    programs are left alone, even where their sections have changed.
  - It does not wait for the program to be ready, which a healthcheck of its own is for.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
attributes:
  check_mode:
    description: Changes nothing, and says what would be changed.
    support: full
  diff_mode:
    description: Shows how the section changes.
    support: full
  platform:
    description: Where it runs.
    support: full
    platforms: posix
options:
  name:
    description: The program's name.
    type: str
    required: true
  file:
    description: The file for its section, where supervisor includes it. Without it the section stays.
    type: path
  content:
    description: The section. Required with O(file).
    type: str
  restart:
    description: Whether to restart the program though its section has not changed.
    type: bool
    default: false
  supervisorctl:
    description: The program C(supervisorctl), where it is not on E(PATH).
    type: path
  config:
    description: Supervisor's configuration file, where it is not at its usual place.
    type: path
  limit:
    description:
      - Seconds until C(supervisorctl) is stopped. A program may take its whole C(stopwaitsecs) to end.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: Run the worker
  psp.rc_closure.supervisor_program:
    name: worker
    file: /etc/supervisor/conf.d/worker.conf
    content: "{{ lookup('ansible.builtin.template', 'supervisor.conf.j2') }}"
    restart: "{{ environment_file is changed }}"
"""

RETURN = r"""
"""

import os
import tempfile
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._core.command import run
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Step
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "name": {"type": "str", "required": True},
    "file": {"type": "path"},
    "content": {"type": "str"},
    "restart": {"type": "bool", "default": False},
    "supervisorctl": {"type": "path"},
    "config": {"type": "path"},
    "limit": {"type": "float", "default": 120},
}
UP = ("RUNNING", "STARTING")


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True, required_together=[("file", "content")])
    try:
        before = _section(module.params["file"])
    except OSError as exc:
        module.fail_json(msg=f"{module.params['file']} cannot be read: {exc.strerror}")
    after = before if module.params["content"] is None else module.params["content"]
    described = before != after
    action = "update" if described else _action(module)
    if not module.check_mode:
        if described:
            _write(module, Path(module.params["file"]), after)
        if action:
            _control(module, action)
    header = {"before_header": module.params["file"], "after_header": module.params["file"]}
    diff = {**header, "before": before, "after": after} if described else {}
    module.exit_json(changed=bool(action), diff=diff)


def _section(file: str | None) -> str:
    return Path(file).read_text("utf-8") if file and Path(file).exists() else ""


def _action(module: AnsibleModule) -> str:
    """Return what makes a program run whose section has not changed, or nothing."""
    if module.params["restart"]:
        return "restart"
    status = _supervisorctl(module, "status")
    words = status.stdout.split()
    if len(words) < 2 or words[0] != module.params["name"]:
        module.fail_json(msg=f"supervisor does not tell of {module.params['name']}: {_told(status)}")
    if "no such process" in status.stdout:
        return "update"
    return "" if words[1] in UP else "start"


def _control(module: AnsibleModule, action: str) -> None:
    step = _supervisorctl(module, action)
    # Its status is 0 for some failures, and an update that changes nothing prints nothing.
    if not step.ok or "ERROR" in step.stdout:
        module.fail_json(msg=f"supervisorctl {action} {module.params['name']} failed: {_told(step)}")


def _supervisorctl(module: AnsibleModule, action: str) -> Step:
    program = module.params["supervisorctl"] or module.get_bin_path("supervisorctl", required=True)
    config = ["-c", module.params["config"]] if module.params["config"] else []
    return run(
        [program, *config, action, module.params["name"]],
        limit=module.params["limit"],
        redact=Redactor({}),
    )


def _told(step: Step) -> str:
    return step.reason or " ".join(step.output.split())


def _write(module: AnsibleModule, path: Path, text: str) -> None:
    """Replace the section's file whole."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
    except OSError as exc:
        module.fail_json(msg=f"{path} cannot be written: {exc.strerror}")
    module.atomic_move(name, str(path))


if __name__ == "__main__":
    main()
