# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service prints is shown without the secrets of its environment."""

from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.psp.rc_closure.plugins.filter.redact import redact, secrets_of_env

ENVIRONMENT = {
    "API_TOKEN": "plainvalue12345",
    "DATABASE_URL": "postgresql://psp:db%2Fsecret@db/psp",
    "DISPLAY_NAME": "Jane of Accounting",
    "ENV": "staging",
}


def test_secret_by_its_name_or_because_it_is_said_to_be() -> None:
    assert secrets_of_env(ENVIRONMENT) == {"API_TOKEN": "plainvalue12345", "DATABASE_URL": "db/secret"}
    named = secrets_of_env(ENVIRONMENT, ["DISPLAY_NAME", "NOT_SET"])
    assert named["DISPLAY_NAME"] == "Jane of Accounting"
    assert "NOT_SET" not in named


def test_a_settings_error_is_shown_without_its_value() -> None:
    said = "ValidationError: API_TOKEN [input_value='plainvalue12345'], ENV [input_value='staging']"
    shown = redact(said, secrets_of_env(ENVIRONMENT))
    assert shown == "ValidationError: API_TOKEN [input_value='********'], ENV [input_value='staging']"


def test_what_is_no_environment_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="mapping"):
        secrets_of_env("API_TOKEN=x")
