# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The libraries that the controller's own Python has to have."""

from __future__ import annotations

from importlib.util import find_spec


def lacking(library: str) -> list[str]:
    """Return one sentence where the controller lacks a library; it is not imported for that."""
    if find_spec(library):
        return []
    return [f"the Python library {library} is not installed where Ansible runs: pip install {library}"]
