#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: collect
short_description: Run a collector and keep its steps
version_added: 0.1.0
description:
  - The controller's part of every collector, which C(meta/runtime.yml) routes to it. It is not called by
    name.
  - Runs the collector that the task names, writes its steps to the locker before anything else happens to
    them, and returns them with digests in place of their streams.
  - Before a collector that changes something, writes to the locker what it is about to do, as a step of its
    own.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    details: Keeps nothing, and returns the steps in full.
options:
  attempt:
    description: As in each collector.
    type: dict
  package:
    description: As in each collector.
    type: int
    choices: [0, 1, 2, 3]
"""

EXAMPLES = r"""
- name: Run a collector, which this action carries out
  psp.rc_closure.alembic_evidence:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    package: 1
    directory: /app/backend
"""

RETURN = r"""
steps:
  description: The steps of the collector, in order.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: Unique in its package., type: str, sample: alembic_upgrade}
    title: {description: Name for people., type: str, sample: alembic upgrade head}
    kind: {description: "C(command), C(sql), C(http), C(log) or C(file).", type: str, sample: command}
    command: {description: "What was run, sent or read, masked.", type: str, sample: alembic upgrade head}
    directory: {description: The working directory., type: str, sample: /app/backend}
    host: {description: Where it ran., type: str, sample: backend}
    started: {description: "In UTC, as RFC 3339.", type: str, sample: "2026-11-24T02:52:03.123Z"}
    ended: {description: "In UTC, as RFC 3339.", type: str, sample: "2026-11-24T02:52:04.001Z"}
    exit_status: {description: "Of the process, or the HTTP status.", type: int, sample: 0}
    stdout:
      description: The complete stream, masked; of HTTP the body. With O(attempt), its file, SHA-256 and size
        in bytes.
      type: raw
      sample: {file: 0004-alembic_upgrade.stdout, bytes: 0, sha256: e3b0c44298fc1c14}
    stderr:
      description: As C(stdout). Of HTTP, the status line and the headers.
      type: raw
      sample: {file: 0004-alembic_upgrade.stderr, bytes: 412, sha256: 7d865e959b2466918c9863afca942d0f}
    outcome: {description: "C(ended), C(timed_out), C(failed) or C(not_run).", type: str, sample: ended}
    reason: {description: "Why, if the outcome is not C(ended).", type: str, sample: ""}
"""
