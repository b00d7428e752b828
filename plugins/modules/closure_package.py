#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_package
short_description: Open a package in the locker
version_added: 0.1.0
description:
  - Registers a package to be judged in this attempt, and keeps the policy that its judge compares the
    evidence with. O(attempt) is required outside check mode.
  - Where earlier attempts of the release were begun and never reported, keeps in the package what they had
    begun and what came of it, as the step C(earlier_attempts).
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.group
attributes:
  check_mode:
    support: partial
    details: Keeps nothing and predicts no change.
  idempotent:
    support: none
    details: Each task writes the policy.
options:
  package:
    description: Number of the package.
    type: int
    choices: [0, 1, 2, 3]
    required: true
  policy:
    description: What the judge of the package compares the evidence with, as the role of the package sets it.
    type: dict
    default: {}
seealso:
  - module: psp.rc_closure.closure_attempt
"""

EXAMPLES = r"""
- name: Open Package-1
  psp.rc_closure.closure_package:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 1
    policy:
      table: reconciliation_findings
      columns: [provider, provider_event_id, finding_type]
"""

RETURN = r""" # """
