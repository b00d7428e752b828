#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_preflight
short_description: Check variables and a host before anything is changed
version_added: 0.1.0
description:
  - Checks variables, and fails with one sentence for each that is missing or not valid, all of them at once.
    In a role, by the first entry point of its argument specs, too.
  - With O(needs), asks the host for its Python, the libraries that collectors need, files and ports, by one
    command that needs no Python itself. A sentence says what it lacks, and the ways to get it. A host that
    cannot be reached, such as a container that is still to be made, is not checked.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  action:
    description: Runs one command on the host, and no module.
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
  needs:
    description: The libraries, by the names that they are imported by. Where there are none, a Python is
      enough; without this option, the host is not asked.
    type: list
    elements: str
  python:
    description: The interpreter to ask first.
    type: path
  path:
    description: Directories whose C(python3) is asked next; then come the system's.
    type: list
    elements: path
    default: []
  files:
    description: Absolute paths to look at, each with the regular expressions to look for in the file's lines.
    type: dict
    default: {}
  ports:
    description: Address and port to connect to, as pairs. Each is waited for at most one second.
    type: list
    elements: list
    default: []
  directories:
    description: Directories that must be there and that the user may enter, each under the name of its
      variable.
    type: dict
    default: {}
  settings:
    description: Environment files that must be there, each under the name of its variable, as a dictionary of
      C(path) and C(names), of which the file must set one, C(must), false for one that the run writes, and
      C(arq), the variables by whose URL arq connects, which takes no C(%) in a password. On a machine, one
      that every user can write, or that holds secrets and every user can read, is a problem.
    type: dict
    default: {}
  logs:
    description: Logs, each under the name of its variable, as a dictionary of C(log), such as
      C({file:) an absolute path C(}), and C(must), whether the file must be there already. Otherwise its
      directory must be. Only files are looked at, and they must be readable.
    type: dict
    default: {}
  programs:
    description: Programs that must be there, each under the name of its variable, as a dictionary of C(argv),
      the C(directory) that it is run in, its C(path) before the host's own, and the C(variable) that adds to
      that. One whose interpreter, named by its first line, is gone cannot be run. Of C(yarn) with C(--) among
      its arguments, version 1 is required.
    type: dict
    default: {}
  own:
    description: Those of O(files) that must contain one of their expressions where they are there, each with
      what to do if not.
    type: dict
    default: {}
  collectors:
    description: Collectors of this collection, each with its options, to be carried out where nothing is
      wrong so far. Give the task C(check_mode=true), so that they only look. What they cannot ask is a
      problem.
    type: dict
    default: {}
  starting:
    description: Those of O(collectors) whose server the run is still to start. That it is down is no problem.
    type: list
    elements: str
    default: []
  policy:
    description: In place of all checks, shows in one table what the checks of O(hosts) found, and fails with
      it if this is V(strict). If it is V(collect), it fails only with what concerns no package, and returns
      the packages that are to be held back.
    type: str
    choices: [strict, collect]
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

- name: Check that the worker's host can be asked
  psp.rc_closure.closure_preflight:
    needs: [redis, requests]
    path: [/app/.venv/bin]

- name: Look for a Redis that is there already
  psp.rc_closure.closure_preflight:
    needs: []
    files: {/etc/redis/redis.conf: ["^port 6379$"], /var/lib/redis: []}
    ports: [[127.0.0.1, 6379]]
"""

RETURN = r"""
problems:
  description: >-
    One sentence for each variable that is missing, not valid or not known, and for what the host lacks.
  returned: failure
  type: list
  elements: str
  sample: ["backend_url is missing: a valid http or https URL is required"]
reached:
  description: Whether the host could be asked.
  returned: success, with O(needs)
  type: bool
  sample: true
python:
  description: The interpreter that has all libraries.
  returned: where the host could be asked
  type: str
  sample: /app/.venv/bin/python3
files:
  description: >-
    Path → C(exists), C(link) (its target), C(directory), C(entries) of a directory, C(mode), C(owner),
    C(everybody) (the bits of what every user may do), C(matches), the expressions found, C(error) where it
    cannot be read, and C(denied), the user who may not.
  returned: success, with O(needs)
  type: dict
  sample: {/var/lib/redis: {exists: true, link: "", directory: true, entries: [dump.rdb], error: ""}}
taken:
  description: Those of O(ports) at which something listens.
  returned: success, with O(needs)
  type: list
  elements: str
  sample: ["127.0.0.1:6379"]
programs:
  description: Whether each of O(programs) can be run, by its name.
  returned: success, with O(needs)
  type: dict
  sample: {alembic: true}
versions:
  description: The versions of those of O(programs) whose version matters, by their names.
  returned: success, with O(needs)
  type: dict
  sample: {yarn: 1.22.22}
"""
