#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_verify
short_description: Judge an attempt again by the locker alone, and compare
version_added: 0.1.0
description:
  - Holds every kept stream against its digest, derives the verdicts anew, and compares C(report.json) and
    C(report.md) with what they make. Fails with one sentence for each place where they differ.
  - It judges by the rules of the collection that is installed. A report of another version may differ where
    a rule has changed.
  - Whoever can write the locker can make report and evidence agree. What they cannot change is the digest in
    the ticket; give it as O(sha256).
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Changes nothing in any case.
    support: full
options:
  locker:
    description: The folder that keeps the evidence of all tickets.
    type: path
    required: true
  ticket:
    description: The ticket's key.
    type: str
    required: true
  release:
    description: The release candidate's name.
    type: str
    required: true
  name:
    description: The attempt's name in the locker. By default the newest that has a report.
    type: str
  sha256:
    description: The attempt's SHA-256, as the verdict in the ticket names it.
    type: str
"""

EXAMPLES = r"""
- name: Verify what was reported
  psp.rc_closure.closure_verify:
    locker: /srv/evidence
    ticket: PSP-1234
    release: 2026.11.0-rc3
"""

RETURN = r"""
attempt:
  description: The attempt's folder, when it began, and the release.
  returned: when there is one
  type: dict
  sample: {path: /srv/evidence/PSP-1234/2026.11.0-rc3/attempts/20261124T025203.123000Z}
sha256:
  description: The attempt's SHA-256 as it is now.
  returned: when there is one
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
problems:
  description: One sentence for each place where report and evidence differ.
  returned: when there is one
  type: list
  elements: str
  sample: ["report.json: gate.status is 'PASS', and by the evidence 'FAIL'"]
"""
