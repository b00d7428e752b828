#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_preflight
short_description: Check variables before anything is changed
version_added: 0.1.0
description:
  - Fails with one sentence for each variable that is missing or not valid, with its name and what is
    required.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    details: Checks in check mode as outside it.
options:
  variables:
    description:
      - The name of each variable, with its C(value), what is required of it as C(want), and whether it is
        C(optional).
      - C(want) is one of C(ticket), C(name), C(commit), C(sha256), C(repository), C(path), C(directory) (an
        absolute path), C(identifier) (the name of a table), C(variable) (the name of an environment
        variable), C(url), C(seconds), C(count), C(number), C(share), C(boolean), C(names), C(text),
        C(redis_memory), C(redis_policy) and C(redis_url), whose value is never shown.
    type: dict
    required: true
  warnings:
    description: Sentences to display as warnings. Empty ones are ignored.
    type: list
    elements: str
    default: []
seealso:
  - module: ansible.builtin.validate_argument_spec
  - module: ansible.builtin.assert
"""

EXAMPLES = r"""
- name: Check two variables, one of them optional
  psp.rc_closure.closure_preflight:
    variables:
      backend_url: {value: "{{ backend_url }}", want: url}
      backend_timeout: {value: "{{ backend_timeout | default('') }}", want: seconds, optional: true}

- name: Check a secret URL, and warn of what is valid and may still surprise
  psp.rc_closure.closure_preflight:
    variables:
      queue_url: {value: "{{ queue_url }}", want: redis_url}
    warnings:
      - "{{ 'queue_url has no password' if '@' not in queue_url else '' }}"
"""

RETURN = r"""
problems:
  description: One sentence for each variable that is missing or not valid.
  returned: failure
  type: list
  elements: str
  sample: ["backend_url is missing: an http or https URL is required"]
"""
