#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_decision
short_description: Keep the operator's decision to reset or to stamp
version_added: 0.1.0
description:
  - If a migration would create what exists already, people decide in the ticket whether to reset or to stamp.
    This keeps the decision, who made it and why, as a step of Package-1, which later reports contain.
  - It does not turn a FAIL into a PASS. No rule of a judge reads it.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.attempt
attributes:
  check_mode:
    details: Keeps nothing, and reports whether it would.
options:
  decision:
    description: The decision, V(reset) or V(stamp). Empty if there is none yet.
    type: str
  by:
    description: Who decided. Required with O(decision).
    type: str
  reason:
    description: Why. Required with O(decision).
    type: str
seealso:
  - module: psp.rc_closure.alembic_evidence
  - module: psp.rc_closure.closure_ticket
  - name: Alembic stamp
    description: What a stamp does.
    link: https://alembic.sqlalchemy.org/en/latest/api/commands.html#alembic.command.stamp
"""

EXAMPLES = r"""
- name: Keep what was decided in the ticket
  psp.rc_closure.closure_decision:
    attempt: "{{ rc_closure_attempt }}"
    decision: stamp
    by: A. Operator
    reason: The table is the one that the trial run made, by the same migrations.

- name: Add the decision to the newest reported attempt of a release
  psp.rc_closure.closure_decision:
    attempt: {locker: /srv/evidence, ticket: PSP-1234, release: 2026.11.0-rc3}
    decision: reset
    by: A. Operator
    reason: The table is empty and was made by hand.
"""

RETURN = r"""
kept:
  description: Whether a step was added. If so, the report has to be written again.
  returned: success
  type: bool
  sample: true
decision:
  description: The decision, or an empty string.
  returned: success
  type: str
  sample: stamp
"""
