# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The body of a login is nowhere in a module's result, and the name in it does not eat the evidence."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.modules import feature_flags_evidence
from tests.unit.plugins.module_utils._clients.fake_github import FakeGitHub, Reply, serve

WHO, PASSWORD, SHORT, TOKEN = "staging-operator", "gizli-parola-123", "p4ss", "token-of-the-login-1"
FLAGS = [{"name": "a", "variable": "A", "pointer": "/a"}]


@pytest.fixture
def api() -> t.Iterator[FakeGitHub]:
    with serve() as server:
        server.on("POST", "/login", Reply(200, {"access_token": TOKEN}))
        answer = {"a": True, "by": WHO, "seen": TOKEN, "code": "p4ss-2026"}
        server.on("GET", "/flags", Reply(401, {}), Reply(200, answer))
        yield server


def test_a_login(api: FakeGitHub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = {"username": WHO, "parola": PASSWORD, "pin": SHORT}
    login = {"url": f"{api.url}/login", "body": body}
    file = tmp_path / "x.env"
    file.write_text("A=True\n", "utf-8")
    given = {"flags": FLAGS, "url": f"{api.url}/flags", "env_file": str(file), "token": {"login": login}}
    with patch_module_args(given), pytest.raises(SystemExit) as ended:
        feature_flags_evidence.main()
    output = capsys.readouterr().out
    result = json.loads(output)
    assert ended.value.code == 0
    assert result["flags"] == {"a": True}
    assert api.asked("POST", "/login")[0].body == body
    assert PASSWORD not in output
    assert TOKEN not in output
    assert result["invocation"]["module_args"]["token"]["login"]["body"] == "not shown"
    (step,) = [one for one in result["steps"] if one["name"] == "flags_running"]
    assert WHO in step["stdout"]
    assert "p4ss-2026" in step["stdout"]
