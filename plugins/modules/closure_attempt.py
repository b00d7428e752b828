#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_attempt
short_description: Open an attempt in the locker
version_added: 0.1.0
description:
  - Checks what identifies the release, locks the staging, and creates the folder for the evidence of this
    run.
  - The lock is a lease on the host that the task runs on or is delegated to, which this run renews until its
    report is written or its process ends. Of two controllers one gets it; the other is told who has it and
    since when, once it was seen to renew it. A run that is gone, with its machine, loses it 90 seconds after
    it was last renewed, and who comes meanwhile waits for that.
  - Keeps in C(attempt.json) who runs it (the user, AWX's user and job), the controller, versions, inventories
    with their digests, options of the command line (masked) and hosts. The report's first page has them.
  - For each package in O(merge), chooses the newest earlier attempt of the release that had opened it, and
    keeps the choice with the digests of those attempts. Where one of them is for another commit or
    environment, no attempt is opened.
  - Destroys the keys of keyed digests that attempts of the ticket left behind which were killed.
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - sqlglot on the controller
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.release
attributes:
  action:
    description: Runs on the controller, and takes the lock on the host.
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
  staging:
    description: Which staging of the host is locked, for instance the backend's directory. Without it, none
      is.
    type: str
    default: ""
  held_back:
    description: Packages that are held back, each with what the preflight found of it. Nothing of them is
      done, and they are FAIL with that.
    type: dict
    default: {}
  masked:
    description: Names of the services' variables, each with whether its value is secret (V(true)) or not
      (V(false)), where its name or its content say otherwise.
    type: dict
    default: {}
  language:
    description: The language of the report's sentences, and of those in the ticket. Evidence and
      C(report.json) are not translated.
    type: str
    choices: [en, tr]
    default: en
  merge:
    description: Numbers of the packages that are taken from earlier attempts of the release. One that this
      attempt collects itself is its own.
    type: list
    elements: int
    default: []
  max_age:
    description: How many seconds before this attempt a package may have been collected at most, to be taken.
    type: float
    default: 86400
  bucket:
    description: A copy of the locker, such as V(s3://bucket/prefix), out of which the locker gets what it
      lacks of the release. C(boto3) is required on the controller.
    type: str
    default: ""
  holder:
    description: Who takes the lock. Set by the action.
    type: dict
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
    staging: /app/backend
  delegate_to: backend
  run_once: true

- name: Open an attempt whose gate counts what earlier ones collected within the last hour
  psp.rc_closure.closure_attempt:
    ticket: PSP-1234
    release: 2026.11.0-rc3
    commit: 0123456789abcdef0123456789abcdef01234567
    environment: staging
    locker: evidence
    merge: [0, 1, 3]
    max_age: 3600

- name: Collect into it, with the attempt and the package given once
  module_defaults:
    group/psp.rc_closure.closure:
      attempt: "{{ ansible_facts.rc_closure_attempt }}"
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

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._core import lease, spool


def main() -> None:
    needed = ("ticket", "release", "commit", "environment")
    module = AnsibleModule(
        argument_spec={
            **{name: {"type": "str", "required": True} for name in needed},
            "locker": {"type": "path", "required": True},
            "staging": {"type": "str", "default": ""},
            "held_back": {"type": "dict", "default": {}},
            "masked": {"type": "dict", "default": {}},
            "language": {"type": "str", "choices": ["en", "tr"], "default": "en"},
            "merge": {"type": "list", "elements": "int", "default": []},
            "max_age": {"type": "float", "default": 86400},
            "bucket": {"type": "str", "default": ""},
            "holder": {"type": "dict"},
        },
        supports_check_mode=True,
    )
    staging, holder = module.params["staging"], module.params["holder"]
    try:
        taken = staging and holder and not module.check_mode
        if taken:
            spool.directory()  # where a later step could not be put down, nothing is begun
        held = lease.take_from_the_dead(staging, holder) if taken else {}
    except (lease.LeaseError, spool.SpoolError) as exc:
        module.fail_json(msg=str(exc))
    module.exit_json(changed=bool(taken and not held), held=held)


if __name__ == "__main__":
    main()
