#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_verify
short_description: Compare a report with the evidence it was made of
version_added: 0.1.0
description:
  - Compares each file with the attempt's manifests, and the attempts of the ticket with their chain; derives
    the verdicts anew by the rules of the installed collection, and compares the reports with the result.
    Fails with one sentence for each file that was changed, removed or added, and for each attempt that is
    missing, renamed or dated back. Compares the closing record with the locker, too, and its signature with
    O(public_key).
  - What only this version of the collection judges or renders differently than the one that made the report
    is warned of, and does not fail. In a locker of format 1, which has no manifests, it cannot be told apart
    from what was changed.
  - Whoever can write the locker can make the newest attempt agree with itself, but cannot change the digest
    in the ticket, and does not have the key of the closing record. Give O(sha256) or O(public_key).
  - The locker may be a bucket, V(s3://bucket/prefix). What it has of the release is read into a temporary
    directory of one's own. Endpoint, region and keys are those of AWS's own environment variables and files.
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - sqlglot on the controller
  - securesystemslib on the controller, with O(public_key)
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
  public_key:
    description: The path of the public key in PEM that has to have signed the closing record. Without it, a
      record that is missing or not signed is no failure, and RV(notes) says so.
    type: path
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

- name: Verify the newest report of a release, and that this key signed it
  psp.rc_closure.closure_verify:
    locker: /srv/evidence
    ticket: PSP-1234
    release: 2026.11.0-rc3
    public_key: /etc/psp/closure.pub
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
  description: One sentence for each thing that is not as it was kept and reported.
  returned: when the attempt exists and can be read
  type: list
  elements: str
  sample: ["report.json: gate.status is 'PASS', and by the evidence 'FAIL'"]
notes:
  description: One sentence for each thing about the closing record that is no problem, such as who signed it.
  returned: when the attempt exists and can be read
  type: list
  elements: str
  sample: [record.dsse.json is unsigned]
differences:
  description: One sentence for each thing that only this version judges or renders differently.
  returned: when the attempt exists and can be read
  type: list
  elements: str
  sample:
    - "rendered differently: report.md (made by psp.rc_closure 0.1.0, and this is psp.rc_closure 0.2.0)"
"""
