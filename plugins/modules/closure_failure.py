#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_failure
short_description: Keep a failed task as evidence
version_added: 0.1.0
description:
  - For the C(rescue) of tasks that prepare a package. With O(attempt), keeps the failure as a step of the
    package, so that the play goes on and the report contains it. Without it, fails with the same message.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.package
attributes:
  check_mode:
    details: Keeps nothing and fails, as without O(attempt).
  idempotent:
    support: none
    details: Each task keeps a step.
options:
  attempt:
    description: The fact C(rc_closure_attempt) that M(psp.rc_closure.closure_attempt) sets.
    type: dict
  name:
    description: Name of the step, for instance V(queue_enablement).
    type: str
    required: true
  task:
    description: Name of the task that failed.
    type: str
    required: true
  message:
    description: What it failed with.
    type: str
    required: true
seealso:
  - module: psp.rc_closure.closure_report
"""

EXAMPLES = r"""
- name: Set up Redis, and keep in Package-3 why it failed
  block:
    - name: Set up Redis
      ansible.builtin.include_role:
        name: psp.rc_closure.redis
  rescue:
    - name: Keep the failure
      psp.rc_closure.closure_failure:
        attempt: "{{ rc_closure_attempt | default(omit) }}"
        package: 3
        name: queue_enablement
        task: "{{ ansible_failed_task.name }}"
        message: "{{ ansible_failed_result.msg }}"
"""

RETURN = r"""
steps:
  description: The step that was kept, its streams replaced by their digests.
  returned: success
  type: list
  elements: dict
  sample: [{name: queue_enablement, kind: file, outcome: failed, reason: "Set up Redis: the port is in use"}]
"""
