# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for GitHub's REST API for Actions, whose runs really run the backend's tests."""
