#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_package
short_description: Open a package in the locker
version_added: 0.1.0
description:
  - Says that the package is to be judged in this attempt, and keeps what its judge holds the evidence
    against.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Keeps nothing.
    support: full
options:
  attempt:
    description: The fact C(rc_closure_attempt). Required, but for check mode.
    type: dict
  package:
    description: The package's number.
    type: int
    choices: [0, 1, 2, 3]
    required: true
  policy:
    description: What the package's judge holds the evidence against; see the package's role.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Open Package-1
  psp.rc_closure.closure_package:
    attempt: "{{ rc_closure_attempt }}"
    package: 1
    policy:
      table: reconciliation_findings
      columns: [provider, provider_event_id, finding_type]
"""

RETURN = r""" # """
