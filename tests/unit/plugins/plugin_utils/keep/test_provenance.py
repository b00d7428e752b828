# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an attempt's file says of who ran it, with what: complete, masked, and never a reason to fail."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from pathlib import Path

import pytest
from ansible.errors import AnsibleError

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, provenance, versions
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import origin
from tests.unit.captured import NOW, RELEASE


def _gather(known: dict[str, t.Any], options: dict[str, t.Any], *secret: str) -> dict[str, t.Any]:
    return provenance.gather(known, options, Redactor({}), secret)


def test_versions_are_those_of_what_judges() -> None:
    found = provenance.versions()
    galaxy = (Path(__file__).parents[5] / "galaxy.yml").read_text("utf-8")
    assert f"\nversion: {found['psp.rc_closure']}\n" in galaxy
    assert all(re.match(r"\d+\.\d+", found[name]) for name in ("ansible-core", "Python", "sqlglot"))


def test_an_installed_collection_has_its_version_in_its_manifest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "_ROOT", tmp_path)
    assert provenance.versions()["psp.rc_closure"] == "unknown"
    (tmp_path / "MANIFEST.json").write_text('{"collection_info": {"version": "7.8.9"}}')
    assert provenance.versions()["psp.rc_closure"] == "7.8.9"


@pytest.mark.parametrize("prefix", ["awx", "tower"])
def test_awx_names_its_user_and_its_job(prefix: str) -> None:
    known = {f"{prefix}_user_name": "ayse", f"{prefix}_job_id": 4711, f"{prefix}_job_template_name": "rc"}
    assert _gather(known, {})["awx"] == {"user_name": "ayse", "job_id": "4711", "job_template_name": "rc"}


def test_an_inventory_has_its_digest(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "hosts.yml").write_text("all:\n")
    (tmp_path / "group_vars" / "all.yml").write_text("a: 1\n")
    (tmp_path / ".hidden").write_text("x")
    file, other = (hashlib.sha256(text).hexdigest() for text in (b"all:\n", b"a: 1\n"))
    whole = hashlib.sha256(f"{other}  group_vars/all.yml\n{file}  hosts.yml\n".encode()).hexdigest()
    sources = [str(tmp_path / "hosts.yml"), str(tmp_path), "one,two"]
    assert _gather({"ansible_inventory_sources": sources}, {})["inventory"] == [
        {"path": sources[0], "sha256": file},
        {"path": sources[1], "sha256": whole},
        {"path": "one,two"},
    ]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("rc_closure_ticket=PSP-1 other=hunter2hunter2", ["rc_closure_ticket=PSP-1", "other=[not shown]"]),
        ("@/runner/env/extravars", ["@/runner/env/extravars"]),
        ('{"package_1_columns": ["a", "b"]}', ['package_1_columns=["a", "b"]']),
        ("{broken", ["[cannot be read]"]),
        ("rc_closure_label=hunter2hunter2", ["rc_closure_label=[not shown]"]),
    ],
)
def test_variables_of_the_command_line(given: str, shown: list[str]) -> None:
    found = _gather({}, {"extra_vars": (given,), "tags": ("all",), "check": False}, "rc_closure_label")
    assert found["options"] == {"extra_vars": shown}


@pytest.mark.parametrize(
    "given",
    [
        "rc_closure_ticket_token=ghs_Zx81kLmq90",
        "staging_redis_url=redis://:Zx81kLmq90@10.0.0.5:6379/0",
        '{"staging_database": {"password": "Zx81kLmq90"}}',
        "smtp=Zx81kLmq90",
    ],
)
def test_no_secret_of_the_command_line_is_kept(given: str) -> None:
    text = json.dumps(_gather({}, {"extra_vars": (given,)}))
    assert "Zx81kLmq90" not in text
    assert "masked" in text or "[not shown]" in text


def test_hosts_have_what_is_known_of_them() -> None:
    class Broken(dict[str, t.Any]):
        def get(self, key: str, default: t.Any = None) -> t.Any:
            raise AnsibleError("cannot be rendered")

    seen = {"os": "Debian 12.5", "clock": "the host's clock is within 0.1 s of the controller's"}
    facts = {provenance.FACT: seen}
    known = {
        "ansible_play_hosts_all": ["backend", "worker", "ci"],
        "hostvars": {"backend": {"ansible_host": "10.0.0.5", "ansible_facts": facts}, "ci": Broken(a=1)},
    }
    assert _gather(known, {})["hosts"] == [
        {"name": "backend", "address": "10.0.0.5", **seen},
        {"name": "worker"},
        {"name": "ci"},
    ]


def test_a_user_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(provenance.getpass, "getuser", nobody)
    assert re.fullmatch(r"uid \d+", _gather({}, {})["user"])


def test_it_is_in_the_attempts_file_and_does_not_travel(tmp_path: Path) -> None:
    attempt = locker.open_attempt(str(tmp_path), RELEASE, NOW, provenance={"user": "ayse"})
    assert origin.recorded(attempt) == {"user": "ayse"}
    assert "provenance" not in attempt.as_dict()
    older = locker.open_attempt(str(tmp_path), RELEASE, "2026-11-24T02:52:04.123Z")
    assert origin.recorded(older) == {}
