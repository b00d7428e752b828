#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_failure
short_description: Keep the failure of a rescued task as evidence
version_added: 0.1.0
description:
  - For the C(rescue) of tasks that prepare or collect a package. With O(attempt), keeps which task failed and
    why as a step of the package, so that the play goes on and the report contains it. Without it, fails with
    the same message.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.group
attributes:
  check_mode:
    details: Keeps nothing and fails, as without O(attempt).
  idempotent:
    support: none
    details: Each task keeps a step.
options:
  package:
    description: Number of the package. Required without O(packages).
    type: int
    choices: [0, 1, 2, 3]
  packages:
    description: Numbers of the packages that may be concerned. The failure is kept in those that are open in
      the attempt, or else in the last one.
    type: list
    elements: int
  name:
    description: Name of the step.
    type: str
    default: role_failed
seealso:
  - module: psp.rc_closure.closure_package
  - name: Blocks
    description: How C(rescue) works, and the variables that this module reads.
    link: https://docs.ansible.com/projects/ansible/latest/playbook_guide/playbooks_blocks.html
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
        attempt: "{{ ansible_facts.rc_closure_attempt | default({}) }}"
        package: 3
        name: queue_enablement

- name: Keep a failure, in a rescue, in those of two packages that this run has opened
  psp.rc_closure.closure_failure:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    packages: [2, 3]
"""

RETURN = r"""
steps:
  description: The steps that were kept, their streams replaced by their digests.
  returned: success
  type: list
  elements: dict
  sample: [{name: queue_enablement, kind: file, outcome: failed, reason: "Set up Redis: the port is in use"}]
"""
