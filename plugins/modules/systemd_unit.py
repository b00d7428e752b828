#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describe one service to systemd and have it run."""

from __future__ import annotations

DOCUMENTATION = r"""
module: systemd_unit
short_description: Have one service of systemd run as described
version_added: 0.1.0
description:
  - Writes the files of a service, has systemd take them over, enables the service and starts or restarts it.
  - Nothing is written where C(systemd-analyze verify) has something to say of the units.
  - A file that is there and differs was edited by hand, or is of an earlier release. It is kept beside the
    new one, and that is said.
  - Where the service does not start, the last lines of its journal are told. Whether it is ready then is a
    healthcheck's to say.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
attributes:
  check_mode:
    description: Changes nothing, and says what would be changed.
    support: full
  diff_mode:
    description: Shows how the files change.
    support: full
  platform:
    description: Where it runs.
    support: full
    platforms: posix
options:
  name:
    description: The service's unit, for instance C(psp-worker.service).
    type: str
    required: true
  files:
    description: Its units, and what they need. Without them the service is only started or restarted.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The file. What is under C(/etc/systemd/system) is verified as a unit.
        type: path
        required: true
      content:
        description: The whole text.
        type: str
        required: true
  companions:
    description: Other units to enable and to start with it, such as a timer.
    type: list
    elements: str
    default: []
  restart:
    description: Whether to restart the service though its files have not changed.
    type: bool
    default: false
  env_file:
    description: The service's environment file, whose secrets are masked in what is told of its journal.
    type: path
  secret_names:
    description: Variables of O(env_file) that are secret whatever they are called.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Run the worker
  psp.rc_closure.systemd_unit:
    name: psp-worker.service
    files:
      - path: /etc/systemd/system/psp-worker.service
        content: "{{ lookup('ansible.builtin.template', 'worker.service.j2') }}"
    restart: "{{ environment_file is changed }}"
"""

RETURN = r"""
backups:
  description: What the files were before that differed.
  returned: success
  type: list
  elements: str
  sample: [/etc/systemd/system/psp-worker.service.5120.2026-11-24@02:52:03~]
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import ArgumentSpec
from ansible_collections.psp.rc_closure.plugins.module_utils._services import service_secrets, systemd

ARGUMENT_SPEC: ArgumentSpec = {
    "name": {"type": "str", "required": True},
    "files": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "path": {"type": "path", "required": True},
            "content": {"type": "str", "required": True},
        },
    },
    "companions": {"type": "list", "elements": "str", "default": []},
    "restart": {"type": "bool", "default": False},
    "env_file": {"type": "path"},
    "secret_names": {"type": "list", "elements": "str", "default": [], "no_log": False},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    files = {Path(file["path"]): file["content"] for file in module.params["files"]}
    backups: list[str] = []
    try:
        before = {path: systemd.text_of(path) for path in files}
        changed = [path for path in files if files[path] != before[path]]
        if changed and not module.check_mode:
            systemd.verify({path: files[path] for path in files})
            backups = [module.backup_local(str(path)) for path in changed if path.exists()]
            for path in changed:
                systemd.write(path, files[path])
        done = systemd.take_over(
            module.params["name"],
            module.params["companions"],
            changed,
            restart=module.params["restart"],
            check_mode=module.check_mode,
        )
    except (systemd.SystemdError, OSError) as exc:
        redact = service_secrets.redactor(module.params["env_file"], module.params["secret_names"])
        module.fail_json(msg=redact(str(exc)), backups=backups)
    for backup in backups:
        module.warn(
            f"{backup.split('.service.')[0]}… was not as this role makes it; what it was is kept as {backup}"
        )
    diff = [
        {"before_header": str(path), "after_header": str(path), "before": before[path], "after": files[path]}
        for path in changed
    ]
    module.exit_json(changed=bool(changed) or done, backups=backups, diff=diff)


if __name__ == "__main__":
    main()
