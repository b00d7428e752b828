# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: inventory_draft
short_description: Write the draft of an inventory from what was found on hosts
version_added: 0.1.0
description:
  - Turns what M(psp.rc_closure.service_discovery) found into an inventory of the closure, with a comment
    above each value that says where it was seen, whether it is a guess, or what has to be filled in.
  - A directory that has anything else in it than a draft which nobody edited is refused.
  - No secret is copied. Where a Redis will be set up, a password for it is made and kept beside the inventory
    in a file of mode 0600.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    details: Writes nothing in check mode, and returns what it would write.
  diff_mode:
    support: full
  idempotent:
    support: none
options:
  path:
    description: The inventory's directory.
    type: path
    required: true
  hosts:
    description: Names of the hosts that were looked at.
    type: list
    elements: str
    required: true
  register:
    description: Name of the variable in which M(psp.rc_closure.service_discovery) registered its result.
    type: str
    required: true
seealso:
  - module: psp.rc_closure.service_discovery
"""

EXAMPLES = r"""
- name: Write a draft from what was found on all hosts
  psp.rc_closure.inventory_draft:
    path: /etc/psp/closure/draft
    hosts: "{{ groups.all }}"
    register: found

- name: Show what a draft would be
  psp.rc_closure.inventory_draft:
    path: draft
    hosts: [backend.staging.example]
    register: found
  check_mode: true
"""

RETURN = r"""
path:
  description: The inventory's directory.
  returned: success
  type: str
  sample: /etc/psp/closure/draft
values:
  description: How many variables the draft sets.
  returned: success
  type: int
  sample: 38
guessed:
  description: Names of those that are guesses.
  returned: success
  type: list
  elements: str
  sample: [redis_port]
to_fill_in:
  description: Names of those that nothing was found for.
  returned: success
  type: list
  elements: str
  sample: [package_0_ci_token_file]
notes:
  description: What an operator must know besides.
  returned: success
  type: list
  elements: str
  sample: ["another server runs: uvicorn admin:app in /srv/admin on backend.staging.example"]
files:
  description: Path below the directory → the file's text.
  returned: success
  type: dict
  sample: {hosts.yml: "---\n"}
"""
