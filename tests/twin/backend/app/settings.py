# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of the process: read once, when this module is imported, and never again.

So an environment file that is edited later changes nothing before the process starts anew.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

_WEBHOOK_SECRET = "WEBHOOK_SECRET_"
_RUNNERS = ("background", "queue")


class SettingsError(ValueError):
    """A variable is missing or has a value that means nothing; the message names the variable."""


@dataclass(frozen=True)
class Settings:
    """What the environment said when the process started. Amounts are in cents, times in seconds."""

    env: str
    git_commit: str
    database_url: str
    sync_database_url: str
    redis_url: str
    recon_runner: str
    recon_settle_seconds: float
    worker_heartbeat_seconds: float
    api_token: str
    admin_token: str
    webhook_secrets: Mapping[str, str]
    rate_limit_per_minute: int
    access_log: str
    ledger_shadow_write: bool
    ledger_balance_mismatch_log: bool
    webhook_signature_enforced: bool
    ledger_enforce_balance: bool


def read(environment: Mapping[str, str]) -> Settings:
    """Turn an environment into settings; raises SettingsError."""
    runner = environment.get("RECON_RUNNER", "background")
    if runner not in _RUNNERS:
        raise SettingsError(f"RECON_RUNNER is {runner!r}: it must be one of {', '.join(_RUNNERS)}")
    database_url = environment.get("DATABASE_URL", "")
    if not database_url:
        raise SettingsError("DATABASE_URL is not set: postgresql+asyncpg://user:password@host/name")
    api_token = environment.get("API_TOKEN", "")
    return Settings(
        env=environment.get("ENV", "staging"),
        git_commit=environment.get("GIT_COMMIT", ""),
        database_url=database_url,
        sync_database_url=environment.get("SYNC_DATABASE_URL", ""),
        redis_url=environment.get("REDIS_URL", ""),
        recon_runner=runner,
        recon_settle_seconds=float(environment.get("RECON_SETTLE_SECONDS", "0.3")),
        # An hour, as arq has it.
        worker_heartbeat_seconds=float(environment.get("WORKER_HEARTBEAT_SECONDS", "3600")),
        api_token=api_token,
        admin_token=environment.get("ADMIN_TOKEN", "") or api_token,
        webhook_secrets=_webhook_secrets(environment),
        rate_limit_per_minute=int(environment.get("RATE_LIMIT_PER_MINUTE", "600")),
        access_log=environment.get("ACCESS_LOG", ""),
        ledger_shadow_write=_flag(environment, "LEDGER_SHADOW_WRITE"),
        ledger_balance_mismatch_log=_flag(environment, "LEDGER_BALANCE_MISMATCH_LOG"),
        webhook_signature_enforced=_flag(environment, "WEBHOOK_SIGNATURE_ENFORCED"),
        ledger_enforce_balance=_flag(environment, "LEDGER_ENFORCE_BALANCE"),
    )


def _flag(environment: Mapping[str, str], name: str) -> bool:
    value = environment.get(name, "False").strip().lower()
    if value not in {"true", "1", "false", "0", ""}:
        raise SettingsError(f"{name} is {value!r}: it must be True or False")
    return value in {"true", "1"}


def _webhook_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """WEBHOOK_SECRET_ACMEPAY=… becomes {"acmepay": …}: a provider exists where it has a secret."""
    return {
        name.removeprefix(_WEBHOOK_SECRET).lower(): value
        for name, value in environment.items()
        if name.startswith(_WEBHOOK_SECRET) and value
    }


settings = read(os.environ)
