# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the actions of the controller share."""

from __future__ import annotations


class ModuleDocFragment:
    """What it means that an action never connects to a host, and the options that several actions take."""

    DOCUMENTATION = r"""
attributes:
  action:
    description: Runs on the controller and does not connect to the host.
    support: full
  check_mode:
    description: Can run in check mode and report what would change, without changing anything.
    details: Reads only, in check mode as outside it.
    support: full
  diff_mode:
    description: Returns the difference between before and after in diff mode.
    support: none
  idempotent:
    description: A second run with the same options, on evidence that has not changed, reports no change.
    support: full
  platform:
    description: Operating systems that the controller may run.
    support: full
    platforms: posix
"""

    RELEASE = r"""
options:
  locker:
    description: Path of the folder on the controller that holds the evidence of all tickets.
    type: path
    required: true
  ticket:
    description: Key of the ticket.
    type: str
    required: true
  release:
    description: Name of the release candidate.
    type: str
    required: true
"""

    ATTEMPT = r"""
options:
  attempt:
    description:
      - The fact C(rc_closure_attempt) that M(psp.rc_closure.closure_attempt) sets, or an earlier attempt,
        given by C(locker), C(ticket) and C(release), and by C(name), its folder under C(attempts) in the
        locker, unless it is the newest one that has a report. C(commit) and C(environment) are compared.
      - Without it, the other options are checked and nothing else is done.
    type: dict
"""

    GROUP = r"""
options:
  attempt:
    description: The fact C(rc_closure_attempt) that M(psp.rc_closure.closure_attempt) sets.
    type: dict
attributes:
  action_group:
    description: Use C(group/psp.rc_closure.closure) in C(module_defaults) to set O(attempt) and O(package)
      once.
    support: full
    membership: [psp.rc_closure.closure]
"""
