# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a run of ansible-playbook would do all that it was asked for. Pure but for whether a file exists.

Ansible ends with 0 where no play has hosts, and where no task has the tag.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from .nearest import suggestion

OLDEST_CORE = (2, 19)
_DEFAULT_SOURCE = "/etc/ansible/hosts"
ANY = ("all", "tagged")
_MOLECULE = {"molecule-notest", "notest", "molecule-idempotence-notest"}  # which it skips in every run


@dataclass(frozen=True)
class Invocation:
    """How it was called, and what Ansible made of the inventory."""

    core: str  # its version
    sources: t.Sequence[str] = ()
    groups: t.Mapping[str, t.Sequence[str]] = field(default_factory=dict)  # whatever the limit
    hosts: t.Collection[str] = ()  # within the limit
    tags: t.Collection[str] = ANY[:1]
    skip_tags: t.Collection[str] = ()
    limit: str = ""
    start_at: str = ""


@dataclass(frozen=True)
class Playbook:
    """What a playbook takes."""

    # Tag → the groups that its tasks are for; the tag C('') where there are none.
    needs: t.Mapping[str, t.Sequence[str]]
    named: t.Collection[str] = ()  # those of the tags that are asked for by their own names alone
    optional: t.Collection[str] = ()  # those of the groups that an inventory may be without
    within: str = ""  # the group that has to contain them
    whole: bool = False  # whether a limit may leave out none of their hosts


def problems(asked: Invocation, playbook: Playbook) -> list[str]:
    """Return why less than what was asked for would be done, a sentence each."""
    oldest = ".".join(map(str, OLDEST_CORE))
    if tuple(map(int, asked.core.split(".")[:2])) < OLDEST_CORE:
        return [f"ansible-core {asked.core} is not supported: install {oldest} or later"]
    selected = [tag for tag in playbook.needs if _selected(tag, asked)]
    tags = [tag for tag in selected if tag not in playbook.named or tag in asked.tags]
    found = list(_tags(asked, playbook.needs, tags)) or list(_inventory(asked, playbook, tags))
    if asked.start_at:
        found.append("--start-at-task leaves out the checks: choose packages by --tags")
    return found or list(_limit(asked, playbook, tags))


def _selected(tag: str, asked: Invocation) -> bool:
    names = {*ANY, tag}
    return not tag or bool(names & set(asked.tags)) and not names & set(asked.skip_tags)


def _tags(asked: Invocation, needs: t.Mapping[str, t.Any], selected: t.Sequence[str]) -> t.Iterator[str]:
    skipped = [tag for tag in asked.skip_tags if tag not in _MOLECULE]
    given = dict.fromkeys([*asked.tags, *skipped])
    if "" in needs:
        if set(given) - {"all"} or skipped:
            yield "this playbook has no tags: leave out --tags and --skip-tags"
        return
    tags = f"The tags are {', '.join(needs)}"
    wrong = [tag for tag in given if tag not in (*needs, *ANY, "always", "never", "untagged")]
    for tag in wrong:
        yield f"there is no tag {tag}{suggestion(tag, needs) or '.'} {tags}"
    if "always" in asked.skip_tags:
        yield f"--skip-tags always leaves out the checks and the report: leave it out. {tags}"
    elif not selected and not wrong:
        yield f"--tags and --skip-tags leave nothing to do. {tags}"


def _inventory(asked: Invocation, playbook: Playbook, tags: t.Sequence[str]) -> t.Iterator[str]:
    needed = dict.fromkeys(group for tag in tags for group in playbook.needs[tag])
    if not needed:
        return
    if playbook.within and not asked.groups.get(playbook.within):
        needed = {playbook.within: None}
    missing = [source for source in asked.sources if "," not in source and not Path(source).exists()]
    if missing and missing != [_DEFAULT_SOURCE]:
        yield from (f"the inventory {source} does not exist: mend the path behind -i" for source in missing)
    elif not asked.groups.get("all"):
        sources = [source for source in asked.sources if source not in missing]
        yield (
            f"no host could be read from {', '.join(sources)}: name an inventory behind -i"
            if sources
            else "no inventory is given: name one with -i"
        )
    else:
        for group in needed:
            yield from _group(group, asked.groups, playbook)


def _group(group: str, groups: t.Mapping[str, t.Sequence[str]], playbook: Playbook) -> t.Iterator[str]:
    """Yield what is wrong with a group, of which one that may be missing can still be misspelt."""
    others = set(groups) - {"all", "ungrouped", playbook.within, *playbook.optional}
    others -= {name for names in playbook.needs.values() for name in names}
    if groups.get(group):
        outside = [host for host in groups[group] if host not in groups.get(playbook.within, groups[group])]
        if outside:
            hosts = ", ".join(outside)
            yield f"{hosts} of {group} is not in {playbook.within}: make {group} one of its children"
        return
    optional = group in playbook.optional
    near = suggestion(group, others, alike=0.8 if optional else 0.6)
    if group in groups and not optional:
        yield f"the group {group} of the inventory has no host"
    elif near or not optional:
        there = f"; the inventory's groups are {', '.join(sorted(others))}" if others and not near else ""
        yield f"the inventory has no group {group}{near.replace('did you mean', 'is it')}{there}"


def _limit(asked: Invocation, playbook: Playbook, tags: t.Sequence[str]) -> t.Iterator[str]:
    if not asked.limit:
        return
    groups = [group for tag in tags for group in playbook.needs[tag]]
    needed = dict.fromkeys(host for group in groups for host in asked.groups.get(group, ()))
    if not needed and asked.limit != "localhost" and "localhost" not in asked.hosts:
        yield f"--limit {asked.limit} leaves out localhost, where this playbook runs: leave it out"
    left_out = [host for host in needed if host not in asked.hosts]
    if left_out and (playbook.whole or len(left_out) == len(needed)):
        what = f"which {', '.join(tags)} cannot do without" if playbook.whole else "and so every host"
        yield f"--limit {asked.limit} leaves out {', '.join(left_out)}, {what}: leave it out"
