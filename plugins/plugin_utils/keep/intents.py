# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is about to change staging, as a step that is kept before it does."""

from __future__ import annotations

import shlex
import typing as t

from ...module_utils._core import step_names
from ...module_utils._core.evidence import Step
from ...module_utils._core.steps import Started

Options = t.Mapping[str, t.Any]

UPGRADE = ("upgrade", "head")
DOWNGRADE = ("downgrade", "-1")


def of(module: str, options: Options, host: str) -> list[Step]:
    """Return the intent of a collector that is about to run with these options; none if it only reads."""
    if module == "alembic_evidence" and options.get("stage") == "smoke":
        # What was refused is left out.
        module = "" if options.get("smoke_refusal") else "alembic_smoke"
    commands = _COMMANDS[module](options) if module in _COMMANDS else []
    directory = options.get("directory")
    return [step(module, commands, host, directory and str(directory))] if commands else []


def step(change: str, commands: t.Iterable[str], host: str, directory: str | None = None) -> Step:
    """Return the intent of what these commands, or sentences, are to do on a host."""
    return Started(step_names.intent(change), "\n".join(commands), host=host, directory=directory).ended()


def _upgrade(options: Options) -> list[str]:
    smoke = _smoke(options) if options.get("downgrade_smoke") == "always" else []
    return [_alembic(options, UPGRADE), *smoke]


def _smoke(options: Options) -> list[str]:
    return [_alembic(options, arguments) for arguments in (DOWNGRADE, UPGRADE)]


def _alembic(options: Options, arguments: t.Sequence[str]) -> str:
    return shlex.join([*_words(options.get("alembic") or "alembic"), *arguments])


def _backfill(options: Options) -> list[str]:
    return [shlex.join(_words(options.get(name))) for name in ("dry_run", "real_run", "dry_run")]


def _e2e(options: Options) -> list[str]:
    return [shlex.join([*_words(options.get("argv")), *_words(options.get("report_argv"))])]


def _post(options: Options) -> list[str]:
    return [f"POST {options.get('url')}"]


def _words(value: t.Any) -> list[str]:
    """Return a list of words; a role may have given its items apart by commas, as Ansible reads them."""
    return [str(word) for word in (value.split(",") if isinstance(value, str) else value or [])]


_COMMANDS: dict[str, t.Callable[[Options], list[str]]] = {
    "alembic_evidence": _upgrade,
    "alembic_smoke": _smoke,
    "backfill_evidence": _backfill,
    "e2e_evidence": _e2e,
    "recon_run_lifecycle": _post,
}
