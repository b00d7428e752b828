#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: collect
short_description: Be the controller's half of every collector
version_added: 0.1.0
description:
  - Runs the collector module that a task names, keeps its steps in the locker before anything else happens
    to them, and shows their digests. It stands in front of each collector by way of C(meta/runtime.yml),
    and is not called by name.
  - What must not be done twice in an attempt is written into the locker before it is done, and is not done
    where it stands there already.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Keeps nothing, and returns the steps in full.
    support: full
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
- name: A collector, which this action runs
  psp.rc_closure.alembic_evidence:
    attempt: "{{ rc_closure_attempt }}"
    package: 1
    directory: /app/backend
"""

RETURN = r""" # """
