# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: host_libraries
short_description: Check that a host has a Python and the libraries that collectors need
version_added: 0.1.0
description:
  - For a preflight. Asks the interpreters that a collector would use, by one command that needs no Python
    itself, and fails with one sentence that names the host, what it lacks and the ways to get it.
  - A host that cannot be reached, such as a container that is still to be made, is not checked, unless
    O(reachable) requires it.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  action:
    description: Runs one command on the host, and no module.
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
  reachable:
    description: Whether to fail where the host cannot be reached.
    type: bool
    default: false
seealso:
  - module: psp.rc_closure.redis_evidence
  - module: psp.rc_closure.pg_unique_constraint
"""

EXAMPLES = r"""
- name: Check that the worker's host can be asked
  psp.rc_closure.host_libraries:
    needs: [redis, requests]
    path: [/app/.venv/bin]
"""

RETURN = r"""
reached:
  description: Whether the host could be asked.
  returned: success
  type: bool
  sample: true
"""
