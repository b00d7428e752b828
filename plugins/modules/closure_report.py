#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_report
short_description: Judge the evidence and write the report
version_added: 0.1.0
description:
  - Derives the verdicts from the evidence in the locker, and writes C(report.md), C(report.html),
    C(report.json) and C(junit.xml) into it.
  - Writes the closing record C(record.dsse.json) behind them, an in-toto statement in a DSSE envelope, which
    is signed where there is a key.
  - Returns the report as the fact C(rc_closure_report), and its summary as C(set_stats) does. It does not
    fail on a FAIL. The gate is a task of its own in the role C(rc_closure).
  - If a migration would create what exists already, the report contains the facts, and people decide in the
    ticket whether to reset or to stamp. O(decision) is kept as a step of Package-1. No rule of a judge reads
    it, so it does not turn a FAIL into a PASS.
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - sqlglot on the controller
  - securesystemslib on the controller, with O(signing_key)
  - rfc3161-client and requests on the controller, with O(timestamp_url)
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.attempt
attributes:
  check_mode:
    support: partial
    details: Judges nothing, and reports a change only if it would keep O(decision).
  idempotent:
    details: A report that agrees with the evidence stays as it is.
options:
  decision:
    description: The decision, V(reset) or V(stamp). Empty if there is none yet.
    type: str
  decision_by:
    description: Who decided. Required with O(decision).
    type: str
  decision_reason:
    description: Why. Required with O(decision).
    type: str
  signing_key:
    description:
      - The private key that signs the closing record, of ed25519 or ECDSA (P-256, P-384, P-521). The path of
        a PEM file that its owner alone can read, or the URI of a service that securesystemslib supports.
        Defaults to that of the environment variable E(RC_CLOSURE_SIGNING_KEY).
      - The passphrase of a file, or the PIN of an HSM, is read from the environment variable
        E(RC_CLOSURE_SIGNING_PASSPHRASE).
      - Without it, the record is not signed, which RV(record.said) says.
    type: str
  public_key:
    description: The path of the public key of O(signing_key) in PEM. Required where that is a URI.
    type: path
  timestamp_url:
    description: The address of a time stamping authority (RFC 3161) that stamps the closing record. If it
      does not, RV(record.said) says so, and nothing else follows from it.
    type: str
  bucket:
    description:
      - Where the attempt is copied to once it is reported, such as V(s3://bucket/prefix). Endpoint, region
        and keys are those of AWS's own environment variables and files. C(boto3) is required on the
        controller.
      - Each file is written once. An upload that fails costs nothing that was kept, warns, and is said as
        C(not_uploaded) in the fact.
      - Without O(attempt) it is checked whether the bucket can be written, by an object that is deleted.
    type: str
seealso:
  - module: psp.rc_closure.closure_ticket
  - module: psp.rc_closure.closure_verify
  - name: Alembic stamp
    description: What a stamp does.
    link: https://alembic.sqlalchemy.org/en/latest/api/commands.html#alembic.command.stamp
"""

EXAMPLES = r"""
- name: Judge and report
  psp.rc_closure.closure_report:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
  run_once: true

- name: Judge and report, and sign the closing record
  psp.rc_closure.closure_report:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    signing_key: /etc/psp/closure.key
    timestamp_url: https://tsa.example.com/
  run_once: true

- name: Fail unless all four packages are PASS
  ansible.builtin.assert:
    that: ansible_facts.rc_closure_report.gate.status == 'PASS'
    fail_msg: "{{ ansible_facts.rc_closure_report.gate.reasons | join('; ') }}"

- name: Add what was decided in the ticket to the newest reported attempt of a release
  psp.rc_closure.closure_report:
    attempt: {locker: /srv/evidence, ticket: PSP-1234, release: 2026.11.0-rc3}
    decision: stamp
    decision_by: A. Operator
    decision_reason: The table is the one that the trial run made, by the same migrations.
"""

RETURN = r"""
paths:
  description: Path of each file of the report.
  returned: success, with O(attempt), not in check mode
  type: dict
  sample:
    report.md: /srv/evidence/PSP-1234/2026.11.0-rc3/report.md
    report.html: /srv/evidence/PSP-1234/2026.11.0-rc3/report.html
    report.json: /srv/evidence/PSP-1234/2026.11.0-rc3/report.json
    junit.xml: /srv/evidence/PSP-1234/2026.11.0-rc3/junit.xml
record:
  description: The closing record. It is also in the fact C(rc_closure_report).
  returned: success, with O(attempt), not in check mode
  type: dict
  contains:
    changed:
      description: Whether it was written.
      type: bool
      returned: always
      sample: true
    said:
      description: Whether and by which key it is signed, and when it was stamped.
      type: str
      returned: always
      sample: signed with key 2f685fa7546f1856b123223ab086b3def14c89d24eef18f49c32508c2f60e241
    problem:
      description: Why it is not signed although there is a key, as one sentence; otherwise empty.
      type: str
      returned: always
      sample: ""
ansible_facts:
  description: The fact C(rc_closure_report), the report without the streams of the steps, as
    C(docs/evidence-format.md) describes it.
  returned: success, with O(attempt), not in check mode
  type: dict
  sample: {rc_closure_report: {gate: {status: PASS, reasons: []}, run: {packages: [3], status: PASS}}}
ansible_stats:
  description: The statistics of the job, with each package's status and note under C(rc_closure).
  returned: success, with O(attempt), not in check mode
  type: dict
  sample: {aggregate: false, per_host: false, data: {rc_closure: {ticket: PSP-1234, gate: PASS}}}
"""
