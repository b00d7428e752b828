#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_decision
short_description: Keep the operator's decision on tables that exist already
version_added: 0.1.0
description:
  - Where a migration would make what is there already, people decide in the ticket whether to reset or to
    stamp. This keeps what they decided, who did and why, as a step of Package-1 in the locker, so that the
    report made after it shows it, and the ticket with it.
  - It turns nothing into PASS. No rule of a judge looks at it.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Keeps nothing, and says whether it would.
    support: full
options:
  attempt:
    description:
      - The fact C(rc_closure_attempt), or an attempt that was kept before, as C(locker), C(ticket),
        C(release), C(commit), C(environment) and C(name).
      - Without it, the other options are checked, and that is all. Nor is anything kept in an attempt that
        Package-1 is no part of.
    type: dict
  decision:
    description: What was decided, C(reset) or C(stamp). Empty where nothing was.
    type: str
  by:
    description: Who decided. Required with O(decision).
    type: str
  reason:
    description: Why. Required with O(decision).
    type: str
"""

EXAMPLES = r"""
- name: Keep what was decided in the ticket
  psp.rc_closure.closure_decision:
    attempt: "{{ rc_closure_attempt }}"
    decision: stamp
    by: A. Operator
    reason: The table is the one that the trial run made, by the same migrations.
"""

RETURN = r"""
kept:
  description: Whether a step was added, so that the report has to be made again.
  returned: success
  type: bool
  sample: true
decision:
  description: The decision, or an empty string.
  returned: success
  type: str
  sample: stamp
"""
