#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_attempt
short_description: Open an attempt in the locker
version_added: 0.1.0
description:
  - Checks what identifies the release, and makes the folder that the evidence of this run goes into.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Checks the variables and opens nothing.
    support: full
options:
  ticket:
    description: The ticket's key.
    type: str
    required: true
  release:
    description: The release candidate's name.
    type: str
    required: true
  commit:
    description: The release candidate's full git commit, 40 or 64 hex digits.
    type: str
    required: true
  environment:
    description: The environment's name.
    type: str
    required: true
  locker:
    description: The folder that keeps all evidence. Must be writable on the controller.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Open an attempt
  psp.rc_closure.closure_attempt:
    ticket: PSP-1234
    release: 2026.11.0-rc3
    commit: 0123456789abcdef0123456789abcdef01234567
    environment: staging
    locker: evidence
"""

RETURN = r"""
ansible_facts:
  description: The fact C(rc_closure_attempt), which collectors take as C(attempt).
  returned: success, not in check mode
  type: dict
  contains:
    rc_closure_attempt:
      description: Where the evidence lies (C(path)), when the attempt began (C(started)), and the C(release).
      type: dict
      returned: success
"""
