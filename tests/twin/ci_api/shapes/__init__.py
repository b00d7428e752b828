# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers in the shapes of GitHub's REST description. `base` is the API's own address."""
