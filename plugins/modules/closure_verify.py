#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_verify
short_description: Compare a report with the evidence it was made of
version_added: 0.1.0
description:
  - Compares each kept stream with its digest, derives the verdicts anew by the rules of the installed
    collection, and compares C(report.json) and C(report.md) with the result. Fails with one sentence for each
    difference.
  - Whoever can write the locker can make report and evidence agree, but cannot change the digest in the
    ticket. Give that as O(sha256).
  - The locker may be a bucket, V(s3://bucket/prefix): what it has of the release is read into a temporary
    directory of one's own. Endpoint, region and keys are those of AWS's own environment variables and files.
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - sqlglot on the controller
  - boto3 on the controller, where the locker is a bucket
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.release
options:
  name:
    description: Name of the attempt in the locker. Defaults to the newest that has a report.
    type: str
  sha256:
    description: The SHA-256 of the attempt, as the verdict in the ticket contains it.
    type: str
seealso:
  - module: psp.rc_closure.closure_report
"""

EXAMPLES = r"""
- name: Verify the newest report of a release
  psp.rc_closure.closure_verify:
    locker: /srv/evidence
    ticket: PSP-1234
    release: 2026.11.0-rc3

- name: Verify one attempt against the digest in its ticket
  psp.rc_closure.closure_verify:
    locker: /srv/evidence
    ticket: PSP-1234
    release: 2026.11.0-rc3
    name: 20261124T025203.123000Z
    sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

RETURN = r"""
attempt:
  description: The attempt, as M(psp.rc_closure.closure_attempt) returns it.
  returned: when the attempt exists and can be read
  type: dict
  sample:
    path: /srv/evidence/PSP-1234/2026.11.0-rc3/attempts/20261124T025203.123000Z
sha256:
  description: The SHA-256 of the attempt as it is now.
  returned: when the attempt exists and can be read
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
problems:
  description: One sentence for each difference between report and evidence.
  returned: when the attempt exists and can be read
  type: list
  elements: str
  sample: ["report.json: gate.status is 'PASS', and by the evidence 'FAIL'"]
"""
