# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a service's log is: in a file, in the journal under a unit, or with the engine of a container."""

from __future__ import annotations

import typing as t

from .container import Container
from .file import File
from .journal import Journal
from .log import Log


def chosen(place: t.Mapping[str, t.Any]) -> Log:
    """Return the log at a place, which names a C(file), a systemd C(unit) or a C(container)."""
    if place.get("unit"):
        return Journal(str(place["unit"]))
    if place.get("container"):
        return Container(str(place["container"]))
    return File(str(place["file"]))


def option() -> dict[str, t.Any]:
    """Return the argument spec of an option that names the place of a log."""
    places = {"file": {"type": "path"}, "unit": {"type": "str"}, "container": {"type": "str"}}
    one = [list(places)]
    return {
        "type": "dict",
        "required": True,
        "options": places,
        "required_one_of": one,
        "mutually_exclusive": one,
    }
