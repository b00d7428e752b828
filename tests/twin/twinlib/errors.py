# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the twin says when it cannot."""

from __future__ import annotations


class TwinError(Exception):
    """The twin cannot be brought up or down; the message says what to fix."""
