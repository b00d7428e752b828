#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See that a Redis which takes another's place finds what that one keeps."""

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_takeover
short_description: See that a Redis which takes another's place finds what that one keeps
version_added: 0.1.0
description:
  - Looks for a Redis that a unit, a program of supervisor's or a container runs already, and fails where one
    with its data in O(directory) in its place would not find what it keeps, with the reason. It changes
    nothing.
  - It fails where the data is in another directory, or under other names than Redis's usual ones; where there
    is an append-only file that the running Redis does not write, for it would be read in place of its
    snapshot; and where it keeps nothing on disk.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Changes nothing in any case.
    support: full
options:
  directory:
    description: Where the new one's data will be.
    type: path
    required: true
  unit:
    description: The unit of systemd's.
    type: str
  program:
    description: The program of supervisor's.
    type: str
  section:
    description: The file of that program's section.
    type: path
  supervisorctl:
    description: The program C(supervisorctl), where it is not on E(PATH).
    type: path
  config:
    description: Supervisor's configuration file, where it is not at its usual place.
    type: path
  container:
    description: The container.
    type: str
  username:
    description: As whom to ask how many keys it has, where anybody may not.
    type: str
    default: default
  password:
    description: That user's password.
    type: str
  leave_data:
    description: Whether what it keeps may be left behind.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: See that the package's Redis may be taken over
  psp.rc_closure.redis_takeover:
    unit: redis-server.service
    directory: /var/lib/redis
"""

RETURN = r"""
running:
  description: Whether such a Redis runs.
  returned: success
  type: bool
  sample: true
pid:
  description: Its process's number, where that is known; else 0.
  returned: success
  type: int
  sample: 4711
appended:
  description: The append-only file in O(directory), or nothing where there is none.
  returned: success
  type: str
  sample: /var/lib/redis/appendonlydir
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import ArgumentSpec
from ansible_collections.psp.rc_closure.plugins.module_utils._services import redis_found, redis_place

ARGUMENT_SPEC: ArgumentSpec = {
    "directory": {"type": "path", "required": True},
    "unit": {"type": "str"},
    "program": {"type": "str"},
    "section": {"type": "path"},
    "supervisorctl": {"type": "path"},
    "config": {"type": "path"},
    "container": {"type": "str"},
    "username": {"type": "str", "default": "default"},
    "password": {"type": "str", "no_log": True},
    "leave_data": {"type": "bool", "default": False},
}
ONE = ("unit", "program", "container")


def main() -> None:
    """Run the module."""
    module = AnsibleModule(
        ARGUMENT_SPEC,
        supports_check_mode=True,
        required_one_of=[ONE],
        mutually_exclusive=[ONE],
        required_together=[("program", "section")],
    )
    try:
        redis = _find(module)
        problem = redis_place.problem(redis, module.params["directory"])
        appended = redis_place.appended(module.params["directory"])
    except OSError as exc:
        module.fail_json(msg=f"{exc.filename}: {exc.strerror}")
    if problem and not module.params["leave_data"]:
        module.fail_json(msg=problem)
    module.exit_json(changed=False, running=redis.running, pid=redis.pid, appended=appended)


def _find(module: AnsibleModule) -> redis_place.Redis:
    params = module.params
    login = (params["username"], params["password"] or "")
    if params["unit"]:
        return redis_found.by_unit(params["unit"], login)
    if params["container"]:
        return redis_found.by_container(params["container"])
    config = ["-c", params["config"]] if params["config"] else []
    control = [params["supervisorctl"] or "supervisorctl", *config]
    return redis_found.by_program(params["program"], Path(params["section"]), control, login)


if __name__ == "__main__":
    main()
