# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_facts
short_description: Look at a host before anything is touched
version_added: 0.1.0
description:
  - For a preflight. Asks for the host's Python, the libraries that collectors need, files and ports, by one
    command that needs no Python itself. Fails with one sentence where the Python or a library is missing,
    which names the host and the ways to get it.
  - A host that cannot be reached, such as a container that is still to be made, is not checked, unless
    O(reachable) requires it.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  action:
    description: Runs one command on the host, and no module.
  check_mode:
    details: Reads only. Without O(intent), outside check mode as well.
options:
  needs:
    description: The libraries, by the names that they are imported by.
    type: list
    elements: str
    default: []
  python:
    description: The interpreter to ask first.
    type: path
  path:
    description: Directories whose C(python3) is asked next; then come the system's.
    type: list
    elements: path
    default: []
  files:
    description: Absolute paths to look at, each with the regular expressions to look for in the file's lines.
    type: dict
    default: {}
  ports:
    description: Address and port to connect to, as pairs. Each is waited for at most one second.
    type: list
    elements: list
    default: []
  reachable:
    description: Whether to fail where the host cannot be reached.
    type: bool
    default: false
  attempt:
    description: The fact C(rc_closure_attempt) that M(psp.rc_closure.closure_attempt) sets. With it,
      O(reachable) and O(intent), a step is kept before anything is touched. Not in check mode.
    type: dict
  packages:
    description: Numbers of the packages that may be concerned. The step is kept in those that are open in the
      attempt, or else in the last one.
    type: list
    elements: int
  intent:
    description: Name of the role that is about to set something up on the host.
    type: str
seealso:
  - module: psp.rc_closure.redis_evidence
  - module: psp.rc_closure.pg_unique_constraint
"""

EXAMPLES = r"""
- name: Check that the worker's host can be asked
  psp.rc_closure.host_facts:
    needs: [redis, requests]
    path: [/app/.venv/bin]

- name: Keep in Package-3 that Redis is about to be set up, once its host is reached
  psp.rc_closure.host_facts:
    reachable: true
    attempt: "{{ rc_closure_attempt }}"
    packages: [3]
    intent: redis

- name: Look for a Redis that is there already
  psp.rc_closure.host_facts:
    files: {/etc/redis/redis.conf: ["^port 6379$"], /var/lib/redis: []}
    ports: [[127.0.0.1, 6379]]
"""

RETURN = r"""
reached:
  description: Whether the host could be asked.
  returned: success
  type: bool
  sample: true
python:
  description: The interpreter that has all libraries.
  returned: where the host could be asked
  type: str
  sample: /app/.venv/bin/python3
files:
  description: >-
    Path → C(exists), C(link) (its target), C(entries) of a directory, C(matches), the expressions found, and
    C(error) where it cannot be read.
  returned: success
  type: dict
  sample: {/var/lib/redis: {exists: true, link: "", entries: [dump.rdb], matches: [], error: ""}}
taken:
  description: Those of O(ports) at which something listens.
  returned: success
  type: list
  elements: str
  sample: ["127.0.0.1:6379"]
"""
