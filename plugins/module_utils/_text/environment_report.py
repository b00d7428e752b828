# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What running processes were started with, as text: a JSON list with an object for each.

Values that may be seen are shown; of others there are keyed digests, which tell whether two processes
were given the same without telling what.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import typing as t
from dataclasses import asdict, dataclass

from . import service_url


@dataclass(frozen=True)
class Digest:
    """What may be told of a value that may not be seen."""

    given: bool  # whether the variable is set and not empty
    value: str = ""  # the digest of the value as it is written
    endpoint: str = ""  # the digest of what a URL names: scheme, user, host, port and database


@dataclass(frozen=True)
class Running:
    """A running process."""

    pid: int
    started: str  # RFC 3339, UTC
    command: str
    directory: str
    shown: t.Mapping[str, str | None]  # name → value, None where the variable is not set
    digests: t.Mapping[str, Digest]  # name → what may be told of its value


def digest(value: str, key: str) -> Digest:
    """Return a value's digests; without a key only whether there is one, for passwords can be guessed."""
    if not value or not key:
        return Digest(bool(value))
    return Digest(True, _keyed(value, key), _keyed(service_url.endpoint(value), key))


def render(processes: t.Sequence[Running]) -> str:
    """Return the processes as text."""
    return json.dumps([asdict(process) for process in processes], ensure_ascii=False, indent=2) + "\n"


def parse(text: str) -> list[Running]:
    """Read what C(render()) wrote.

    Raises:
        ValueError: the text is something else.
    """
    try:
        processes = json.loads(text)
        if not isinstance(processes, list):
            raise TypeError("it is no list")
        return [
            Running(**{**process, "digests": {n: Digest(**told) for n, told in process["digests"].items()}})
            for process in processes
        ]
    except (TypeError, KeyError, AttributeError) as exc:
        raise ValueError(f"this is not a list of processes: {exc}") from exc


def _keyed(value: str, key: str) -> str:
    return hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()
