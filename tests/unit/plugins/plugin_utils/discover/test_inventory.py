# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The draft's files: what they say, and that nobody's work is overwritten."""

from __future__ import annotations

from pathlib import Path

import yaml

from ansible_collections.psp.rc_closure.plugins.plugin_utils.discover import inventory
from ansible_collections.psp.rc_closure.plugins.plugin_utils.discover.values import CI, Draft

MADE = Draft(hosts={"one": {"ansible_user": "deploy"}}, groups={CI: ["one"]}, notes=["a note"])
MADE.guess("redis_port", 6379, "nothing listens there")
MADE.add("staging_backend_log", {"unit": "no"}, "its unit")
MADE.missing("package_0_ci_repository", "owner/name")


def test_every_value_has_its_comment_and_reads_as_it_was_given() -> None:
    made = inventory.texts(MADE)
    assert "# GUESS: nothing listens there\nredis_port: 6379\n" in made["group_vars/rc_closure.yml"]
    assert "# a note\n" in made["group_vars/rc_closure.yml"]
    assert "# TO FILL IN: owner/name\npackage_0_ci_repository: ''\n" in made["group_vars/rc_ci.yml"]
    assert yaml.safe_load(made["group_vars/rc_closure.yml"]) == {
        "redis_port": 6379,
        "staging_backend_log": {"unit": "no"},
    }
    assert yaml.safe_load(made["hosts.yml"])["rc_closure"]["children"] == {CI: {"hosts": {"one": None}}}
    assert inventory.summary(MADE) == {
        "values": 3,
        "guessed": ["redis_port"],
        "to_fill_in": ["package_0_ci_repository"],
    }


def test_a_draft_is_written_again_until_somebody_edits_it(tmp_path: Path) -> None:
    folder = tmp_path / "draft"
    made = inventory.texts(MADE)
    for _time in range(2):
        assert inventory.refusal(folder) == ""
        inventory.write(folder, made, password=True)
    (folder / "hosts.yml").write_text("---\n", "utf-8")
    assert "was edited (hosts.yml)" in inventory.refusal(folder)


def test_a_file_beside_a_draft_is_somebodys(tmp_path: Path) -> None:
    inventory.write(tmp_path, inventory.texts(MADE), password=False)
    (tmp_path / "vault.yml").write_text("", "utf-8")
    assert "was edited (vault.yml)" in inventory.refusal(tmp_path)


def test_what_is_no_draft_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("", "utf-8")
    assert "is no draft" in inventory.refusal(tmp_path)
    assert "is no draft" in inventory.refusal(tmp_path / "hosts")


def test_the_password_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / inventory.PASSWORD_FILE
    inventory.write(tmp_path, {}, password=True)
    first = file.read_text("utf-8")
    inventory.write(tmp_path, {}, password=True)
    assert len(first) >= 32
    assert file.read_text("utf-8") == first
    assert file.stat().st_mode & 0o777 == 0o600
