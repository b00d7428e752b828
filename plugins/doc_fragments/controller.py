# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that all actions of the controller's share."""

from __future__ import annotations


class ModuleDocFragment:
    """What it means that an action never reaches a host. Each says itself what it does in check mode."""

    DOCUMENTATION = r"""
attributes:
  action:
    description: Runs on the controller and never connects to the host.
    support: full
  diff_mode:
    description: Says what changed.
    support: none
  platform:
    description: Where it runs.
    support: full
    platforms: posix
"""
