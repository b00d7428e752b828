# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module arq_worker_ready says of a worker that is at work."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.psp.rc_closure.plugins.modules import arq_worker_ready


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "every 3600 s"),
        ({"heartbeat_interval": 7200}, "every 7200 s"),
        ({"heartbeat_interval": 3599}, ""),
        ({"heartbeat_interval": 10}, ""),
    ],
)
def test_it_warns_of_a_heartbeat_that_is_rare(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], told: str
) -> None:
    """What that means, and what to set."""
    warnings: list[str] = []
    monkeypatch.setattr(arq_worker_ready.AnsibleModule, "warn", lambda _self, text: warnings.append(text))
    monkeypatch.setattr(arq_worker_ready, "_problem", lambda _params, _url: "")
    arguments = {"process": ["arq"], "log": "/var/log/psp/worker.log", **given}
    with patch_module_args(arguments), pytest.raises(SystemExit) as ended:
        arq_worker_ready.main()
    assert ended.value.code == 0
    assert len(warnings) == bool(told)
    assert all(word in text for text in warnings for word in (told, "hangs", "health_check_interval"))
