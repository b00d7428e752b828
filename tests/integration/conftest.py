# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin, brought up once for all that is tested against it."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path
from urllib.parse import quote, unquote

import dotenv
import pytest

from tests.integration.other_site import Other

ROOT = Path(__file__).parents[2]
TWIN = ROOT / "tests" / "twin" / "twin.py"
STATE = ROOT / ".twin" / "state.json"
LIMIT_SECONDS = 60


def twin_command(verb: str) -> None:
    """Run a verb of the twin's, and fail with what it printed where it fails."""
    done = subprocess.run(
        [sys.executable, str(TWIN), verb], capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def _twin_session() -> t.Iterator[None]:
    was_up = STATE.exists()
    yield
    if not was_up:
        twin_command("down")


@pytest.fixture(scope="module")
def twin(_twin_session: None) -> dict[str, t.Any]:
    """Return the twin's C(state.json). A twin that was up before is used, and left up."""
    twin_command("up")
    return read_state()


@pytest.fixture(scope="module")
def fresh_twin(_twin_session: None) -> dict[str, t.Any]:
    """Return the state of a twin that has just been reset, behind the release."""
    twin_command("reset")
    return read_state()


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Other]:
    """Bring the other staging up, one release behind."""
    staging = Other(tmp_path_factory.mktemp("other") / "home")
    try:
        staging.command("up")
        yield staging
    finally:
        staging.command("down")


def read_env(state: t.Mapping[str, t.Any], name: str = "backend_env_file") -> dict[str, str]:
    """Return the variables of one of the twin's environment files."""
    return {k: v or "" for k, v in dotenv.dotenv_values(state[name], interpolate=False).items()}


def secret_forms(state: t.Mapping[str, t.Any]) -> set[str]:
    """Return the twin's secrets, each as it is, percent-encoded, in JSON, base64, base32 and hex."""
    secrets = {
        Path(state[name]).read_text("utf-8").strip() for name in ("ci_token_file", "redis_password_file")
    }
    env = read_env(state)
    webhooks = [value for name, value in env.items() if name.startswith("WEBHOOK_SECRET_")]
    secrets |= {env["API_TOKEN"], *webhooks, unquote(re.split(r"[:@]", env["DATABASE_URL"])[2])}
    assert all(len(secret) > 7 for secret in secrets)
    encoded = {base64.b64encode(secret.encode()).decode() for secret in secrets}
    encoded |= {
        base64.b64encode(b"u:"[:n] + secret.encode()).decode()[4:-4] for secret in secrets for n in (1, 2)
    }
    encoded |= {base64.b32encode(secret.encode()).decode().rstrip("=") for secret in secrets}
    encoded |= {form for secret in secrets for form in (secret.encode().hex(), secret.encode().hex().upper())}
    encoded |= {json.dumps(secret)[1:-1] for secret in secrets}
    once = {quote(secret, safe="") for secret in secrets}
    return secrets | encoded | once | {quote(secret, safe="") for secret in once}


def read_state() -> dict[str, t.Any]:
    """Return C(.twin/state.json)."""
    state: dict[str, t.Any] = json.loads(STATE.read_text("utf-8"))
    return state
