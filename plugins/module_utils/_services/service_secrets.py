# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service may print and nobody may read: the secrets of its environment file."""

from __future__ import annotations

import typing as t
from pathlib import Path

from .._core.redaction import Redactor, secrets_of_env
from .._text import env_file


def redactor(path: str | None, names: t.Iterable[str] = ()) -> Redactor:
    """Return what masks the secrets of an environment file; without such a file, what looks like one.

    Args:
        path: the file.
        names: variables that are secret whatever they are called.
    """
    try:
        text = Path(path).read_text("utf-8", "replace") if path else ""
    except OSError:
        text = ""
    return of(env_file.parse(text), names)


def of(environment: t.Mapping[str, str], names: t.Iterable[str]) -> Redactor:
    """Return what masks the secrets among a service's variables."""
    return Redactor(secrets_of_env(environment, names))
