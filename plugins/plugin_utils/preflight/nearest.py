# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What somebody may have meant by a name that does not exist. Pure."""

from __future__ import annotations

import re
import typing as t
from difflib import get_close_matches

# What begins so is this collection's alone. Other names that an inventory gives may begin as the rest do.
_OWN = re.compile(r"rc_closure_|package_\d+_")
_SHARED = ("redis_", "staging_", "arq_worker_", "backend_env_")
# How alike, of 1, a name of an inventory's own must be to one of ours to be taken for a misspelling.
_ALIKE = 0.8


def suggestion(name: str, known: t.Iterable[str], alike: float = 0.6) -> str:
    """Return C(: did you mean …?), or C('') where nothing is like the name."""
    near = get_close_matches(name, sorted(known), 1, alike)
    return f": did you mean {near[0]}?" if near else ""


def unknown(names: t.Iterable[str], known: t.Collection[str]) -> list[str]:
    """Return a sentence for each variable that has a prefix of ours and is none of the known ones."""
    found = []
    for name in sorted(set(names) - set(known)):
        if _OWN.match(name):
            advice = suggestion(name, known) or ": leave it out; the roles' READMEs list all there are"
            found.append(f"{name} is not a variable of this collection{advice}")
        for prefix in _SHARED:
            ours = {one.removeprefix(prefix) for one in known if one.startswith(prefix)}
            near = get_close_matches(name.removeprefix(prefix), ours, 1, _ALIKE)
            if name.startswith(prefix) and near:
                found.append(f"{name} is not a variable of this collection: did you mean {prefix}{near[0]}?")
    return found
