#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_report
short_description: Judge the evidence and write the report
version_added: 0.1.0
description:
  - Derives the verdicts from the evidence in the locker, and writes C(report.md) and C(report.json) into it.
  - Returns the report as the fact C(rc_closure_report), and its summary as C(set_stats) does. It does not
    fail on a FAIL. The gate is a task of its own in the role C(rc_closure).
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - sqlglot on the controller
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.attempt
attributes:
  check_mode:
    support: partial
    details: Judges nothing and predicts no change, since nothing is kept in check mode.
  idempotent:
    support: none
    details: Each task writes the report, with the time at which it was written.
seealso:
  - module: psp.rc_closure.closure_ticket
  - module: psp.rc_closure.closure_verify
"""

EXAMPLES = r"""
- name: Judge and report
  psp.rc_closure.closure_report:
    attempt: "{{ rc_closure_attempt }}"
  run_once: true

- name: Fail unless all four packages are PASS
  ansible.builtin.assert:
    that: rc_closure_report.gate.status == 'PASS'
    fail_msg: "{{ rc_closure_report.gate.reasons | join('; ') }}"
"""

RETURN = r"""
paths:
  description: Path of each file of the report.
  returned: success, with O(attempt), not in check mode
  type: dict
  sample:
    report.md: /srv/evidence/PSP-1234/2026.11.0-rc3/report.md
    report.json: /srv/evidence/PSP-1234/2026.11.0-rc3/report.json
ansible_facts:
  description: Facts to add.
  returned: success, with O(attempt), not in check mode
  type: dict
  contains:
    rc_closure_report:
      description: The report without the streams of the steps, as C(docs/evidence-format.md) describes it.
      returned: success
      type: dict
      sample: {gate: {status: PASS, reasons: []}, run: {packages: [0, 1, 2, 3], status: PASS}}
ansible_stats:
  description: The statistics of the job, with each package's status and note under C(rc_closure).
  returned: success, with O(attempt), not in check mode
  type: dict
  sample: {aggregate: false, per_host: false, data: {rc_closure: {ticket: PSP-1234, gate: PASS}}}
"""
