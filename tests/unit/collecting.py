# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A collector as its module makes it, to take steps with outside Ansible."""

from __future__ import annotations

import typing as t

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import (
    COMMON_SPEC,
    ArgumentSpec,
    Collector,
)


def collector(spec: ArgumentSpec, *, check_mode: bool = False, **options: t.Any) -> Collector:
    """Return a collector with a module's defaults and these options, its environment file read."""
    defaults = {name: option.get("default") for name, option in {**COMMON_SPEC, **spec}.items()}
    made = Collector({**defaults, **options}, check_mode=check_mode, secrets={})
    made.read_env_file()
    return made
