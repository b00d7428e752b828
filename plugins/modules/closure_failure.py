#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_failure
short_description: Keep what broke, as evidence
version_added: 0.1.0
description:
  - For the C(rescue) of tasks that stand something up. With an attempt open, keeps the failure as a step of
    the package, so that the closure goes on and its report names it. Without one, is the failure.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Keeps nothing, and is the failure.
    support: full
options:
  attempt:
    description: The fact C(rc_closure_attempt). Without it, nothing is kept.
    type: dict
  package:
    description: The package's number.
    type: int
    choices: [0, 1, 2, 3]
    required: true
  name:
    description: The step's name, for instance C(queue_enablement).
    type: str
    required: true
  task:
    description: The name of the task that failed.
    type: str
    required: true
  message:
    description: What it failed with.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Stand Redis up
  block:
    - name: Stand Redis up
      ansible.builtin.include_role:
        name: psp.rc_closure.redis
  rescue:
    - name: Keep what broke
      psp.rc_closure.closure_failure:
        attempt: "{{ rc_closure_attempt | default(omit) }}"
        package: 3
        name: queue_enablement
        task: "{{ ansible_failed_task.name }}"
        message: "{{ ansible_failed_result.msg }}"
"""

RETURN = r""" # """
