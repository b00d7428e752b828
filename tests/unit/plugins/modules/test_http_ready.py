# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module http_ready where nothing answers: what it tells of the log."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.modules import http_ready


def call(capsys: pytest.CaptureFixture[str], **options: Any) -> str:
    """Wait for a service that is not there, and return what is said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    arguments = {"url": f"http://127.0.0.1:{port}/ready", "limit": 0.1, **options}
    with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
        http_ready.main()
    assert ended.value.code == 1
    return str(json.loads(capsys.readouterr().out)["msg"])


def test_the_logs_last_line_is_told_without_secrets(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log, env_file = tmp_path / "backend.log", tmp_path / "backend.env"
    env_file.write_text("API_TOKEN=plainvalue12345\nDISPLAY_NAME=Jane\n", "utf-8")
    log.write_text("input_value='plainvalue12345' of 'Jane'\n", "utf-8")
    told = call(capsys, log=str(log), env_file=str(env_file))
    assert "input_value='********' of 'Jane'" in told
    assert "'********' of '********'" in call(
        capsys, log=str(log), env_file=str(env_file), secret_names=["DISPLAY_NAME"]
    )


def test_an_environment_file_that_is_not_there_keeps_nothing_back(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log = tmp_path / "backend.log"
    log.write_text("no module named app\n", "utf-8")
    assert "no module named app" in call(capsys, log=str(log), env_file="/no/such.env")
