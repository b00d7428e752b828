#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_discovery
short_description: Look for a backend, its worker, Redis and Postgres on a host
version_added: 0.1.0
description:
  - Looks at the running processes, at what runs them (systemd, supervisor, containers), at their working
    directories, environment files, logs, ports and connections, and asks a backend on its own host for what
    it says of itself.
  - Sources are read, and not run. Only C(GET) is sent, with a token of the backend's own where it takes one.
  - Of variables their names are returned, and of the URLs among them what they lead to, without user and
    password. What is a secret of a service is masked in everything else, too.
  - Without the rights of root, other users' processes are seen by their command lines only.
  - Where no Python of the host has the library requests, the backend is not asked, and that is said.
author: psp.rc_closure contributors (@psp-rc-closure)
attributes:
  check_mode:
    description: Can run in check mode and report what would change, without changing anything.
    details: Reads only, in check mode as outside it.
    support: full
  diff_mode:
    description: Returns the difference between before and after in diff mode.
    support: none
  platform:
    description: Operating systems that the host may run.
    support: full
    platforms: linux
options:
  below:
    description: Absolute path of a directory on the host. Only backends and workers that work below it are
      looked at.
    type: path
  limit:
    description: Seconds until a single command or request is given up.
    type: float
    default: 3
  python:
    description: The interpreter to run under where Ansible's own and the system's lack requests.
    type: path
seealso:
  - module: psp.rc_closure.inventory_draft
"""

EXAMPLES = r"""
- name: Look at a host
  psp.rc_closure.service_discovery:
  register: found

- name: Look for the applications of one directory
  psp.rc_closure.service_discovery:
    below: /srv/psp
"""

RETURN = r"""
findings:
  description: What was found, for M(psp.rc_closure.inventory_draft).
  returned: success
  type: dict
  contains:
    services:
      description: Each service, with C(kind), C(target), C(directory), C(runtime), C(env_files), C(logs) and
        more.
      returned: success
      type: list
      elements: dict
    programs:
      description: Where programs are that roles need.
      returned: success
      type: dict
    taken:
      description: The addresses at which something listens.
      returned: success
      type: list
      elements: str
  sample:
    services: [{kind: server, program: uvicorn, target: "app.main:app", directory: /app/backend}]
    programs: {psql: /usr/bin/psql}
    taken: ["0.0.0.0:8000"]
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._clients.process import ProcessError
from ..module_utils._collect import service_discovery
from ..module_utils._core import libraries
from ..module_utils._core.redaction import masked

# A token of the backend's must not pass one: all addresses are this host's, and plain HTTP.
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


def main() -> None:
    """Look, and mask what leaves the host."""
    spec = {"below": {"type": "path"}, "limit": {"type": "float", "default": 3}, "python": {"type": "path"}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    for name in _PROXIES:
        os.environ.pop(name, None)
    try:
        # Of services no interpreter is run: whoever may start a process could name one.
        unasked = libraries.ensure(["requests"], module.params["python"], [])
        found, redact = service_discovery.look(module.params["below"] or "", module.params["limit"], unasked)
    except ProcessError as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(changed=False, findings=masked(found, redact))


if __name__ == "__main__":
    main()
