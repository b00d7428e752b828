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
  - Checks what an argument spec cannot say, and fails with one sentence for each variable that is missing
    or wrong, all of them at once.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Checks as it always does.
    support: full
options:
  required:
    description:
      - Format → names of variables that must be given, and be in it.
      - The formats are C(absolute_path), C(commit), C(count), C(identifier) (a table's name), C(log) (a
        dictionary with one of C(file), C(unit) and C(container)), C(name), C(names), C(number), C(path),
        C(redis_url) (never shown), C(repository), C(seconds), C(sha256), C(share), C(text), C(ticket),
        C(url) and C(variable) (an environment variable's name).
    type: dict
    default: {}
  optional:
    description: The same, of variables that may be empty.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Check two variables
  psp.rc_closure.closure_preflight:
    required:
      url: [backend_url]
    optional:
      absolute_path: [backend_ca_file]
"""

RETURN = r"""
problems:
  description: One sentence for each variable that is missing or wrong.
  returned: failure
  type: list
  elements: str
  sample: ["backend_url is missing: a valid http or https URL is required"]
"""
