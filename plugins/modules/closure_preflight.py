#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_preflight
short_description: Check variables before anything is touched
version_added: 0.1.0
description:
  - Fails with one sentence for each variable that is missing or wrong, with its name and what it wants.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Checks as it always does.
    support: full
options:
  variables:
    description:
      - Name → C(value), C(want) and C(optional).
      - C(want) is one of C(ticket), C(name), C(commit), C(sha256), C(repository), C(path), C(directory) (an
        absolute path), C(identifier) (a table's name), C(variable) (an environment variable's name), C(url),
        C(seconds), C(count), C(number), C(share), C(boolean), C(names), C(text) and C(redis_url), which is
        never shown.
    type: dict
    required: true
  warnings:
    description: What is right and may still surprise, a sentence each. An empty one is left out.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Check a variable
  psp.rc_closure.closure_preflight:
    variables:
      backend_url: {value: "{{ backend_url }}", want: url}
"""

RETURN = r"""
problems:
  description: One sentence for each variable that is missing or wrong.
  returned: failure
  type: list
  elements: str
  sample: ["backend_url is missing: it wants an http or https URL"]
"""
