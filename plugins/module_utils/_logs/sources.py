# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a service's log is: in a file, in the journal under a unit, or with the engine of a container."""

from __future__ import annotations

import typing as t

from .container import Container
from .file import File
from .journal import Journal
from .log import Log

_KINDS: dict[str, t.Callable[[str], Log]] = {"file": File, "unit": Journal, "container": Container}
# The argument spec of an option that names the place of a log.
LOG_OPTION: dict[str, t.Any] = {
    "type": "dict",
    "options": {"file": {"type": "path"}, "unit": {"type": "str"}, "container": {"type": "str"}},
    "required_one_of": [list(_KINDS)],
    "mutually_exclusive": [list(_KINDS)],
}


def chosen(place: t.Mapping[str, t.Any]) -> Log:
    """Return the log at a place, which names a C(file), a systemd C(unit) or a C(container)."""
    return next(kind(str(place[name])) for name, kind in _KINDS.items() if place.get(name))
