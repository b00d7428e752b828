# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the controller's own Python lacks is named, with what to install."""

from __future__ import annotations

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller


def test_what_is_installed_is_not_named() -> None:
    assert controller.lacking("sqlglot") == []


def test_what_is_missing_is_named_with_the_way_to_get_it() -> None:
    sentence = "the Python library no_such is not installed where Ansible runs: pip install no_such"
    assert controller.lacking("no_such") == [sentence]
