# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_intent
short_description: Keep what is about to be set up on a host
version_added: 0.1.0
description:
  - Fails where the host cannot be reached, or has no Python that modules run on.
  - Else, with O(attempt) and O(intent), keeps a step in the locker before anything is touched. Not in check
    mode.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  action:
    description: Runs one command on the host, and no module.
  check_mode:
    details: Reads only. Without O(intent), outside check mode as well.
options:
  attempt:
    description: The fact C(rc_closure_attempt) that M(psp.rc_closure.closure_attempt) sets.
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
  - module: psp.rc_closure.closure_preflight
"""

EXAMPLES = r"""
- name: Keep in Package-3 that Redis is about to be set up, once its host is reached
  psp.rc_closure.closure_intent:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    packages: [3]
    intent: redis
"""

RETURN = r"""
msg:
  description: Why the host cannot be used.
  returned: failure
  type: str
  sample: "worker cannot be reached: no route"
"""
