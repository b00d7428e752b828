# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one twin is made of: its ports, its secrets, and the environment files that hold them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from twinlib import identity
from twinlib.layout import SOURCES, Layout
from twinlib.ports import free_ports

DATABASE = "psp"
# Empty: a worker that is pointed here by mistake looks healthy and does nothing.
OTHER_DATABASE = "psp_other"
PROVIDERS = ("acmepay", "nordbank")


@dataclass(frozen=True)
class Ports:
    """On 127.0.0.1. Nothing listens on `redis` before the closure."""

    postgres: int
    backend: int
    ci: int
    redis: int


@dataclass(frozen=True)
class Secrets:
    """Made anew for each twin."""

    # Full of characters that mean something in a URL, as passwords are.
    database: str = field(default_factory=lambda: f"p@ss/w:rd%{secrets.token_hex(8)}")
    superuser: str = field(default_factory=lambda: secrets.token_hex(16))
    redis: str = field(default_factory=lambda: secrets.token_hex(16))
    api_token: str = field(default_factory=lambda: secrets.token_hex(20))
    ci_token: str = field(default_factory=lambda: f"ghs_{secrets.token_hex(20)}")
    webhooks: Mapping[str, str] = field(
        default_factory=lambda: {provider: secrets.token_hex(16) for provider in PROVIDERS}
    )


@dataclass(frozen=True)
class Settings:
    """Everything the files below etc/ and secrets/ are made from."""

    layout: Layout
    ports: Ports
    secrets: Secrets
    commit: str

    @property
    def backend_url(self) -> str:
        """Where the backend answers."""
        return f"http://127.0.0.1:{self.ports.backend}"

    @property
    def ci_url(self) -> str:
        """Where the CI API answers."""
        return f"http://127.0.0.1:{self.ports.ci}"

    def database_url(self, driver: str) -> str:
        """The backend's database, for SQLAlchemy."""
        password = quote(self.secrets.database, safe="")
        address = f"127.0.0.1:{self.ports.postgres}/{DATABASE}"
        return f"postgresql+{driver}://{DATABASE}:{password}@{address}"


def new_settings(layout: Layout) -> Settings:
    """Settings with free ports and fresh secrets."""
    return Settings(layout, Ports(*free_ports(4)), Secrets(), identity.content_hash(SOURCES / "backend"))


def write(settings: Settings) -> None:
    """Write the environment and secret files, each for its owner alone."""
    etc, secret_files = settings.layout.etc, settings.layout.secrets
    write_private(etc / "backend.env", _lines(_backend(settings)))
    write_private(etc / "provider.env", _lines(_provider(settings)))
    write_private(etc / "e2e.env", _lines(_e2e(settings)))
    write_private(etc / "ci.env", _lines(_ci(settings)))
    write_private(secret_files / "postgres_superuser", f"{settings.secrets.superuser}\n")
    write_private(secret_files / "redis_password", f"{settings.secrets.redis}\n")
    write_private(secret_files / "ci_token", f"{settings.secrets.ci_token}\n")


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 that was never readable to others."""
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


def _webhook_secrets(settings: Settings) -> dict[str, str]:
    secrets_by_provider = settings.secrets.webhooks.items()
    return {f"WEBHOOK_SECRET_{provider.upper()}": value for provider, value in secrets_by_provider}


def _backend(settings: Settings) -> dict[str, str]:
    """The state before the release: flags off, runs carried out in-process, no Redis."""
    return {
        "ENV": "staging",
        "GIT_COMMIT": settings.commit,
        "DATABASE_URL": settings.database_url("asyncpg"),
        "SYNC_DATABASE_URL": settings.database_url("psycopg2"),
        "API_TOKEN": settings.secrets.api_token,
        **_webhook_secrets(settings),
        "RECON_RUNNER": "background",
        "LEDGER_SHADOW_WRITE": "False",
        "LEDGER_BALANCE_MISMATCH_LOG": "False",
        "WEBHOOK_SIGNATURE_ENFORCED": "False",
        "LEDGER_ENFORCE_BALANCE": "False",
        "RATE_LIMIT_PER_MINUTE": "600",
        "ACCESS_LOG": str(settings.layout.log / "access.log"),
    }


def _provider(settings: Settings) -> dict[str, str]:
    return {
        "BACKEND_URL": settings.backend_url,
        **_webhook_secrets(settings),
        "PROVIDER_RATE_PER_SECOND": "3",
        "PROVIDER_SIGNATURE": "correct",
    }


def _e2e(settings: Settings) -> dict[str, str]:
    return {"BASE_URL": settings.backend_url, "API_TOKEN": settings.secrets.api_token}


def _ci(settings: Settings) -> dict[str, str]:
    return {"TWIN_STATE": str(settings.layout.state), "CI_PORT": str(settings.ports.ci)}
