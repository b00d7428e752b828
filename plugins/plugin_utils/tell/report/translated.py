# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report's sentences in the language of its attempt, for what is rendered of it. Pure.

Translated are titles, criteria, notes, reasons and what else the collection says itself. Commands, outputs,
what hosts said, names and details are evidence, and stay as they are.
"""

from __future__ import annotations

import typing as t

from .. import language
from ..language import Words

Document = t.Mapping[str, t.Any]


def words_of(document: Document) -> Words:
    """Return the words of a report's language; English where it does not say."""
    return language.words(document["attempt"].get("language") or language.ENGLISH)


def translated(document: Document) -> dict[str, t.Any]:
    """Return the report with its sentences in its language."""
    words = words_of(document)
    gate = document["gate"]
    lists = {key: [*map(words, gate[key])] for key in ("reasons", "left_out") if key in gate}
    packages = {name: _package(one, words) for name, one in document["packages"].items()}
    return {**document, **_origin(document, words), "gate": {**gate, **lists}, "packages": packages}


def _package(package: Document, words: Words) -> dict[str, t.Any]:
    said = package.get("reset_or_stamp")
    return {
        **_with(package, ("title", "note"), words),
        "criteria": [_with(one, ("text", "reason", "not_excluded"), words) for one in package["criteria"]],
        "steps": [_with(step, ("title",), words) for step in package["steps"]],
        **({"reset_or_stamp": _decision(said, words)} if said else {}),
    }


def _decision(section: Document, words: Words) -> Document:
    lines = {"sentences": [*map(words, section.get("sentences", []))]}
    return {**section, **lines, "comparison": words.each(section.get("comparison", ""))}


def _origin(document: Document, words: Words) -> Document:
    found = document.get("provenance", {})
    if not found.get("hosts"):
        return {}
    return {"provenance": {**found, "hosts": [_with(host, ("clock",), words) for host in found["hosts"]]}}


def _with(section: Document, keys: t.Sequence[str], words: Words) -> dict[str, t.Any]:
    return {**section, **{key: words(section[key]) for key in keys if key in section}}
