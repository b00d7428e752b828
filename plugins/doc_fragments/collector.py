# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that all collector modules share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of C(plugins/module_utils/collector.py) and what they imply."""

    DOCUMENTATION = r"""
options:
  attempt:
    description:
      - The fact C(rc_closure_attempt), as M(psp.rc_closure.closure_attempt) sets it.
      - With it, the controller keeps the steps in the locker before anything else happens to them, and the
        task shows their digests. Without it, nothing is kept and the task returns the steps in full.
    type: dict
  package:
    description: The package that the evidence belongs to. Required with O(attempt).
    type: int
    choices: [0, 1, 2, 3]
  env_file:
    description:
      - The service's environment file on the host. Commands run with its variables, and its secrets are
        masked in everything that leaves the host.
      - Without it, the environment of the login is taken for the service's, which it is in a container or
        a pod.
    type: path
  path:
    description: Directories put before E(PATH), for instance a virtual environment's C(bin).
    type: list
    elements: path
    default: []
  python:
    description:
      - The interpreter on the host to use where the one that Ansible uses lacks a library which the module
        needs. Without it, those in O(path) are tried, then the system's.
    type: path
attributes:
  check_mode:
    description: Changes nothing, and collects what can be read without a change.
    support: full
  diff_mode:
    description: Says what changed, or in check mode would change.
    support: none
  platform:
    description: Where it runs.
    support: full
    platforms: posix
notes:
  - A collector never judges. A system in a bad state is evidence and does not fail the task; what kept
    the collector itself from its work is kept as a step of its own.
"""

    RETURN = r"""
steps:
  description:
    - The steps taken, in order. Where they were kept in the locker, C(stdout) and C(stderr) are
      replaced by the file's name, its SHA-256 and its size in bytes.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: "The step's name, unique in its package.", type: str, sample: alembic_upgrade}
    title: {description: "What a reader calls it.", type: str, sample: alembic upgrade head}
    kind: {description: "One of C(command), C(sql), C(http), C(log), C(file).", type: str, sample: command}
    command: {description: "What was run, asked or read, masked.", type: str, sample: alembic upgrade head}
    directory: {description: "The working directory.", type: str, sample: /app/backend}
    host: {description: "Where it ran.", type: str, sample: backend}
    started: {description: "UTC, RFC 3339.", type: str, sample: "2026-11-24T02:52:03.123Z"}
    ended: {description: "UTC, RFC 3339.", type: str, sample: "2026-11-24T02:52:04.001Z"}
    exit_status: {description: "The process's status, or an HTTP status code.", type: int, sample: 0}
    outcome: {description: "One of C(ended), C(timed_out), C(failed), C(not_run).", type: str, sample: ended}
    reason: {description: "Why, where the outcome is not C(ended).", type: str, sample: ""}
"""
