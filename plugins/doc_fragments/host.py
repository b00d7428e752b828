# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the modules share which look at a host, or wait for it, and show no difference."""

from __future__ import annotations


class ModuleDocFragment:
    """Where such a module runs. Each says itself what it does in check mode."""

    DOCUMENTATION = r"""
attributes:
  diff_mode:
    description: There is nothing to show.
    support: none
  platform:
    description: Where it runs.
    support: full
    platforms: posix
"""
