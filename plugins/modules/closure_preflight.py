#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_preflight
short_description: Check the formats of variables before anything is changed
version_added: 0.1.0
description:
  - Checks what an argument spec cannot express, and fails with one sentence for each variable that is missing
    or not valid, all of them at once.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
options:
  required:
    description:
      - Names of variables by the format that they must have.
      - The formats are V(absolute_path), V(commit), V(count), V(identifier) (the name of a table), V(log) (a
        dictionary with one of C(file), C(unit) and C(container)), V(name), V(names), V(number), V(path),
        V(redis_url) (whose value is never shown), V(repository), V(seconds), V(sha256), V(share), V(text),
        V(ticket), V(url) and V(variable) (the name of an environment variable).
    type: dict
    default: {}
  optional:
    description: The same for variables that may be empty.
    type: dict
    default: {}
  hosts:
    description:
      - Hosts whose variables are compared with those of this collection's roles. One that has a prefix of
        theirs and does not exist is named, with the nearest that does, and so is a dictionary or a list that
        is given as a text.
      - With the prefixes C(redis_) and C(staging_) an inventory may have variables of its own, unless they
        are hardly different from an existing one.
    type: list
    elements: str
    default: []
seealso:
  - module: ansible.builtin.validate_argument_spec
  - module: ansible.builtin.assert
"""

EXAMPLES = r"""
- name: Check two variables, one of which may be empty
  psp.rc_closure.closure_preflight:
    required:
      url: [backend_url]
    optional:
      absolute_path: [backend_ca_file]

- name: Check what identifies a deployment
  psp.rc_closure.closure_preflight:
    required: {commit: [deploy_commit], seconds: [deploy_timeout, deploy_drain]}
"""

RETURN = r"""
problems:
  description: One sentence for each variable that is missing, not valid or not known.
  returned: failure
  type: list
  elements: str
  sample: ["backend_url is missing: a valid http or https URL is required"]
"""
