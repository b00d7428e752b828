# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port is the service's to take: nobody has it, or the service itself does, at each of the addresses."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.module_utils._services import listening
from ansible_collections.psp.rc_closure.plugins.modules import port_free

OURS, STRANGER = os.getpid(), 4_194_304


def call(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, holders: dict[str, list[int]]
) -> dict[str, Any]:
    """Run the module where these processes listen at these addresses; OURS is of the unit."""
    monkeypatch.setattr(listening, "taken", lambda addresses, port: [a for a in addresses if a in holders])
    monkeypatch.setattr(listening, "holders", lambda address, port: holders[address])
    monkeypatch.setattr(listening, "belongs_to", lambda pid, unit: pid == OURS)
    arguments = {"addresses": ["127.0.0.1", "127.0.0.2"], "port": 6379, "unit": "redis-server.service"}
    with patch_module_args(arguments), pytest.raises(SystemExit):
        port_free.main()
    result: dict[str, Any] = json.loads(capsys.readouterr().out)
    return result


@pytest.mark.parametrize("holders", [{}, {"127.0.0.1": [OURS]}, {"127.0.0.1": [OURS], "127.0.0.2": [OURS]}])
def test_free(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, holders: dict[str, list[int]]
) -> None:
    assert call(capsys, monkeypatch, holders) == {
        "changed": False,
        "invocation": {
            "module_args": {
                "addresses": ["127.0.0.1", "127.0.0.2"],
                "port": 6379,
                "unit": "redis-server.service",
            }
        },
    }


@pytest.mark.parametrize(
    ("holders", "told"),
    [
        ({"127.0.0.1": [OURS], "127.0.0.2": [STRANGER]}, f"at 127.0.0.2 is taken by process {STRANGER}, "),
        ({"127.0.0.1": [OURS, STRANGER]}, f"at 127.0.0.1 is taken by process {STRANGER}, "),
        ({"127.0.0.1": []}, "at 127.0.0.1 is taken by a process that may not be seen"),
    ],
)
def test_taken(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    holders: dict[str, list[int]],
    told: str,
) -> None:
    assert told in call(capsys, monkeypatch, holders)["msg"]
