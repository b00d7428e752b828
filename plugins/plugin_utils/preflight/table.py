# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the preflight found on all hosts, as one table, and the packages that it concerns. Pure.

What was found on a host is a list of C({packages: [1], problems: [a sentence]}); where C(packages) is empty,
it concerns the closure itself.
"""

from __future__ import annotations

import typing as t

Found = t.Mapping[str, t.Sequence[t.Mapping[str, t.Any]]]

NOTED = "__preflight_found"  # the variable in which a host's checks note what they found
REHEARSED = "__preflight_rehearsed"  # the fact in which check mode notes what the run would fail with
STRICT, COLLECT = "strict", "collect"
POLICIES = (STRICT, COLLECT)


def noted(variables: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    """Return what was found on the host of these variables, its facts among them."""
    facts = variables.get("ansible_facts") or {}
    return [*(variables.get(NOTED) or []), *(facts.get(REHEARSED) or [])]


def rows(found: Found) -> list[tuple[str, str]]:
    """Return each sentence once, with the hosts that it is of, in their order."""
    hosts: dict[str, list[str]] = {}
    for host, entries in found.items():
        for sentence in (one for entry in entries for one in entry["problems"]):
            named = hosts.setdefault(str(sentence), [])
            named += [] if host in named else [host]
    return [(", ".join(names), sentence) for sentence, names in hosts.items()]


def lines(found: Found) -> list[str]:
    """Return the table: a head, and a line for each problem."""
    table = [("host", "what is wrong, and what to do"), *rows(found)]
    width = max(len(hosts) for hosts, _sentence in table)
    return [f"{hosts:{width}}  {' '.join(sentence.split())}" for hosts, sentence in table]


def held_back(found: Found) -> dict[str, str]:
    """Return the packages that a problem concerns, as texts, each with its sentences."""
    sentences: dict[int, dict[str, None]] = {}
    for host, entries in found.items():
        for entry in entries:
            named = dict.fromkeys(f"{host}: {problem}" for problem in entry["problems"])
            for package in entry["packages"]:
                sentences.setdefault(int(package), {}).update(named)
    return {str(package): "; ".join(sentences[package]) for package in sorted(sentences)}


def concerns_all(found: Found) -> bool:
    """Whether a problem is the closure's own, so that no package can be collected."""
    return any(not entry["packages"] for entries in found.values() for entry in entries)
