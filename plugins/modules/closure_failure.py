#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_failure
short_description: Keep the failure of a rescued task as evidence
version_added: 0.1.0
description:
  - For a C(rescue). With an attempt open, keeps which task failed, and why, as a step of the package, so
    that the closure goes on and its report names it. Without an attempt, fails with it.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Keeps nothing, and fails with it.
    support: full
options:
  attempt:
    description: The fact C(rc_closure_attempt). Without it, nothing is kept.
    type: dict
  package:
    description: The package's number. Required without O(packages).
    type: int
    choices: [0, 1, 2, 3]
  packages:
    description: The packages that it may belong to; it is kept in those that are open in the attempt.
    type: list
    elements: int
  name:
    description: The step's name.
    type: str
    default: role_failed
"""

EXAMPLES = r"""
- name: Set Redis up, and keep a failure as evidence
  block:
    - name: Set Redis up
      ansible.builtin.include_role:
        name: psp.rc_closure.redis
  rescue:
    - name: Keep what failed
      psp.rc_closure.closure_failure:
        attempt: "{{ rc_closure_attempt | default({}) }}"
        package: 3
        name: queue_enablement
"""

RETURN = r""" # """
