#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""See that nobody else listens where a service shall."""

from __future__ import annotations

DOCUMENTATION = r"""
module: port_free
short_description: See that nobody else listens where a service shall
version_added: 0.1.0
description:
  - Fails where a port is taken by another than the service itself, and says by whom, before anything is
    changed.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Changes nothing in any case.
    support: full
options:
  addresses:
    description: The addresses at which the service shall listen.
    type: list
    elements: str
    required: true
  port:
    description: The port.
    type: int
    required: true
  unit:
    description: The service's systemd unit, which may hold the port already.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: See that the port is Redis's to take
  psp.rc_closure.port_free:
    addresses: [127.0.0.1]
    port: 6379
    unit: redis-server.service
"""

RETURN = r"""
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import ArgumentSpec
from ansible_collections.psp.rc_closure.plugins.module_utils._services import listening

ARGUMENT_SPEC: ArgumentSpec = {
    "addresses": {"type": "list", "elements": "str", "required": True},
    "port": {"type": "int", "required": True},
    "unit": {"type": "str", "required": True},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    problem = _problem(module.params["addresses"], module.params["port"], module.params["unit"])
    if problem:
        module.fail_json(msg=problem)
    module.exit_json(changed=False)


def _problem(addresses: list[str], port: int, unit: str) -> str:
    try:
        taken = listening.taken(addresses, port)
    except OSError as exc:
        return f"it cannot listen at {', '.join(addresses)}, port {port}: {exc.strerror or exc}"
    for address in taken:
        pids = listening.holders(address, port)
        others = [pid for pid in pids if not listening.belongs_to(pid, unit)]
        if others or not pids:
            by = "; ".join(f"process {pid}, {listening.command_line(pid)}" for pid in others)
            return f"port {port} at {address} is taken by {by or 'a process that may not be seen'}"
    return ""


if __name__ == "__main__":
    main()
