#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_attempt
short_description: Open an attempt in the locker
version_added: 0.1.0
description:
  - Checks what identifies the release, and creates the folder for the evidence of this run.
  - Destroys the keys of keyed digests that attempts of the ticket left behind which were killed.
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - sqlglot on the controller
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.release
attributes:
  check_mode:
    details: Checks the options and creates nothing.
  idempotent:
    support: none
    details: Each task opens a new attempt.
options:
  commit:
    description: The full git commit of the release candidate, 40 or 64 hex digits in lower case.
    type: str
    required: true
  environment:
    description: Name of the environment, for instance V(staging).
    type: str
    required: true
seealso:
  - module: psp.rc_closure.closure_package
  - module: psp.rc_closure.closure_report
"""

EXAMPLES = r"""
- name: Open an attempt
  psp.rc_closure.closure_attempt:
    ticket: PSP-1234
    release: 2026.11.0-rc3
    commit: 0123456789abcdef0123456789abcdef01234567
    environment: staging
    locker: evidence
  run_once: true

- name: Collect into it, with the attempt and the package given once
  module_defaults:
    group/psp.rc_closure.closure:
      attempt: "{{ rc_closure_attempt }}"
      package: 3
  block:
    - name: Collect the state of Redis
      psp.rc_closure.redis_evidence:
        env_file: /etc/psp/worker.env
"""

RETURN = r"""
ansible_facts:
  description: The fact C(rc_closure_attempt), with the folder of the attempt, when it began, and the release.
    Collectors take it as C(attempt).
  returned: success, not in check mode
  type: dict
  sample:
    rc_closure_attempt:
      path: /srv/evidence/PSP-1234/2026.11.0-rc3/attempts/20261124T025203.123000Z
      started: "2026-11-24T02:52:03.123Z"
      release:
        {ticket: PSP-1234, candidate: 2026.11.0-rc3, commit: 0123456789abcdef0123456789abcdef01234567,
        environment: staging}
"""
