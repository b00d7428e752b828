# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a key of arq's holds: a pickle of a dictionary, unless the deployment has another serializer.

A pickle may name any code to run, so that none is loaded but a few types of values; of all else a stand-in
keeps the name.
"""

from __future__ import annotations

import io
import json
import pickle
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from .._core.evidence import rfc3339
from .._text.arq_record import Record

_MOST_BYTES = 1024**2
_MOST_TEXT, _MOST_ITEMS, _DEEPEST = 1000, 20, 5
_KNOWN = {("uuid", "UUID"), ("uuid", "SafeUUID"), ("datetime", "datetime"), ("datetime", "date")}
_KNOWN |= {("datetime", "timedelta"), ("datetime", "timezone"), ("decimal", "Decimal")}


def read(key: str, raw: bytes, *, before: bool = False) -> Record:
    """Read what a key holds."""
    try:
        data = _loaded(raw)
        return Record(
            key=key,
            function=str(data["f"]),
            arguments=_shown([data["a"], data["k"]]),
            queue=str(data.get("q") or ""),
            attempt=data["t"],
            enqueued=_time(data["et"]),
            started=_time(data.get("st")),
            finished=_time(data.get("ft")),
            success=data.get("s"),
            result=_shown(data["r"]) if "r" in data else "",
            before=before,
        )
    except Exception as exc:  # a pickle that is none, or is hostile, may raise anything
        return Record(key, unreadable=f"{type(exc).__name__}: {exc}"[:_MOST_TEXT], before=before)


@dataclass
class _StandIn:
    """What a pickle holds of a type that is not loaded."""

    name: t.ClassVar[str] = ""
    arguments: list[t.Any] = field(default_factory=list)

    def __new__(cls, *_arguments: t.Any, **_named: t.Any) -> _StandIn:
        return super().__new__(cls)

    def __init__(self, *arguments: t.Any, **_named: t.Any) -> None:
        self.arguments = list(arguments)

    def __setstate__(self, state: t.Any) -> None:
        """Take no state."""

    def append(self, _item: t.Any) -> None:
        """Take no items."""

    def __setitem__(self, _key: t.Any, _value: t.Any) -> None:
        """Take no items."""

    def __str__(self) -> str:
        return f"{self.name}{_shown(getattr(self, 'arguments', []))}"


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> t.Any:
        if (module, name) in _KNOWN:
            return super().find_class(module, name)
        return type("StandIn", (_StandIn,), {"name": f"{module}.{name}", "__hash__": object.__hash__})


def _loaded(raw: bytes) -> dict[str, t.Any]:
    if len(raw) > _MOST_BYTES:
        raise ValueError(f"it has {len(raw)} bytes")
    if raw[:1] == b"{":
        data = json.loads(raw)
    elif raw[:1] == b"\x80":
        data = _Unpickler(io.BytesIO(raw)).load()
    else:
        raise ValueError("it is neither a pickle nor JSON")
    if not isinstance(data, dict):
        raise TypeError("it is no dictionary")
    return data


def _time(milliseconds: t.Any) -> str:
    if milliseconds is None:
        return ""
    return rfc3339(datetime.fromtimestamp(milliseconds / 1000, timezone.utc))


def _shown(value: t.Any) -> str:
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: t.Any, depth: int = 0) -> t.Any:
    """Return a value as JSON can have it, of bounded size: it may hold itself, or one part many times."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, frozenset, dict)) and depth < _DEEPEST:
        items = list(value.items() if isinstance(value, dict) else value)
        shown = items[:_MOST_ITEMS]
        if isinstance(value, dict):
            return {str(_plain(key, _DEEPEST)): _plain(one, depth + 1) for key, one in shown}
        more = [f"… {len(items) - len(shown)} more"] if len(items) > len(shown) else []
        return [_plain(one, depth + 1) for one in shown] + more
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return f"<{type(value).__name__} of {len(value)}>"
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    # A text is shown whole or not at all: a part of a secret could not be masked.
    return text if len(text) <= _MOST_TEXT else f"<{len(text)} characters>"
