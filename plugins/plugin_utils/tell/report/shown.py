# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a report shows outputs: of large ones the first and last lines; marks that are not seen, by name."""

from __future__ import annotations

import hashlib
import re
import typing as t
import unicodedata
from pathlib import Path

from ....module_utils._core.evidence import Step
from ....module_utils._core.streams import LARGE, Stream, excerpt
from ...keep.locker import STREAMS, file_of
from . import bodies

# Bytes of all outputs together; a report stays below 5 MB with the rest.
MOST = 3_500_000
_LEAST = 1024
# Controls but for tab and line ends, what has no width, what turns the direction of a text, half characters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]|\r(?!\n)"
)
# Unicode itself has no names for controls.
_CONTROLS = {0: "NULL", 7: "BELL", 8: "BACKSPACE", 13: "CARRIAGE RETURN", 27: "ESCAPE", 127: "DELETE"}


def visible(text: str) -> str:
    """Return a text with what cannot be seen in it shown by its name, C(<U+202E RIGHT-TO-LEFT OVERRIDE>)."""
    return _UNSEEN.sub(lambda mark: _named(mark[0]), text)


def _named(mark: str) -> str:
    name = unicodedata.name(mark, "") or _CONTROLS.get(ord(mark), "CONTROL" if ord(mark) < 0xA0 else "MARK")
    return f"<U+{ord(mark):04X} {name}>"


def whole(step: Step, number: int, package: int, folder: str = "") -> dict[str, t.Any]:
    """Return where those streams of a step are that a report may not show in full, with size and digest.

    C(number) is the step's in its package, from 1; C(folder) that of its attempt, from the report's, where
    it is another.
    """
    found = {
        name: _file(folder + "/".join(Path(stream.file).parts[-2:]), stream.size, stream.sha256)
        for name, stream in zip(STREAMS, (step.stdout, step.stderr), strict=True)
        if isinstance(stream, Stream)
    }
    if not found and bodies.by_keys(step.name, step.stdout):
        body = step.stdout.encode()
        file = f"{folder}package_{package}/{file_of(number, step.name, 'stdout')}"
        found["stdout"] = _file(file, len(body), hashlib.sha256(body).hexdigest())
    return {"whole": found} if found else {}


def _file(name: str, size: int, sha256: str) -> dict[str, t.Any]:
    return {"file": name, "bytes": size, "sha256": sha256}


def shortened(document: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a report whose outputs are visible, and so short that all of them come to C(MOST) bytes."""
    texts = [text for package in document["packages"].values() for text in _texts(package)]
    sizes = [len(text[:LARGE].encode("utf-8", "surrogatepass")) for text in texts]
    limit = LARGE
    while limit > _LEAST and sum(min(size, limit) for size in sizes) > MOST:
        limit //= 2
    packages = {name: _shortened(package, limit) for name, package in document["packages"].items()}
    return {**document, "packages": packages}


def _texts(package: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    for step in package["steps"]:
        yield from (step[stream] for stream in STREAMS)
    yield from (criterion["detail"] for criterion in package["criteria"])


def _shortened(package: dict[str, t.Any], limit: int) -> dict[str, t.Any]:
    def short(text: str) -> str:
        # What is named takes more room than it had.
        return excerpt(visible(excerpt(text, limit)), limit)

    steps = [{**step, **{stream: short(step[stream]) for stream in STREAMS}} for step in package["steps"]]
    criteria = [{**one, "detail": short(one["detail"])} for one in package["criteria"]]
    return {**package, "steps": steps, "criteria": criteria}
