#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_report
short_description: Judge the evidence and write the report
version_added: 0.1.0
description:
  - Derives the verdicts from what the locker keeps, and writes C(report.md) and C(report.json) into it.
    Also returns the report as the fact C(rc_closure_report), and its summary as C(set_stats) does. It does
    not fail on a FAIL; the role C(closure) holds the gate.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Judges nothing, since nothing was kept.
    support: full
options:
  attempt:
    description:
      - The fact C(rc_closure_attempt), or an attempt that was kept before, as C(locker), C(ticket),
        C(release), C(commit), C(environment) and C(name). Without it, nothing is kept.
    type: dict
"""

EXAMPLES = r"""
- name: Judge and tell
  psp.rc_closure.closure_report:
    attempt: "{{ rc_closure_attempt }}"
"""

RETURN = r"""
paths:
  description: The newest reports, C(report.md) and C(report.json).
  returned: success
  type: dict
  sample: {report.md: /srv/evidence/PSP-1234/2026.11.0-rc3/report.md}
ansible_facts:
  description: The fact C(rc_closure_report), the report without the outputs, which stay in the locker.
  returned: success
  type: dict
  contains:
    rc_closure_report:
      description: As C(docs/evidence-format.md) has it.
      type: dict
      returned: success
"""
