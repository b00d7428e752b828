# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that would do nothing ends there, and the tags of a user's own playbook do not count as such."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible import context
from ansible.utils.context_objects import CLIArgs

from ansible_collections.psp.rc_closure.plugins.lookup.play_hosts import LookupModule

PLAYBOOKS = Path(__file__).parents[4] / "playbooks"


def _hosts(monkeypatch: pytest.MonkeyPatch, playbook: str, *tags: str) -> list[str]:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"args": (playbook,)}))
    known: dict[str, t.Any] = {
        "ansible_run_tags": tags,
        "groups": {"all": ["a"], "site": ["a"]},
        "ansible_play_hosts_all": ["a"],
    }
    return LookupModule().run(["site"], known, needs={"package_1": ["site"]})


@pytest.mark.parametrize(
    ("playbook", "tag"),
    [
        (str(PLAYBOOKS / "rc_closure.yml"), "package_1"),
        ("psp.rc_closure.rc_closure", "package_1"),
        ("/srv/site.yml", "package_1"),
        ("/srv/site.yml", "deploy"),
    ],
)
def test_the_pattern_is_given_back(monkeypatch: pytest.MonkeyPatch, playbook: str, tag: str) -> None:
    assert _hosts(monkeypatch, playbook, tag) == ["site"]


# Ansible shows an error once.
@pytest.mark.parametrize(
    ("playbook", "tag"),
    [(str(PLAYBOOKS / "rc_closure.yml"), "deploy"), ("psp.rc_closure.rc_closure", "serve")],
)
def test_an_unknown_tag_of_this_playbook_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, playbook: str, tag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="4"):
        _hosts(monkeypatch, playbook, tag)
    assert f"Nothing was done: there is no tag {tag}. The tags are package_1" in capsys.readouterr().err
