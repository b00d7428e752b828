# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that would leave out what it was asked for is refused, and any other is not."""

from __future__ import annotations

import re
import typing as t
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import invocation
from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight.invocation import (
    Invocation,
    Playbook,
    problems,
)

HERE = str(Path(__file__))
HOSTS = {"rc_ci": ["ci"], "rc_backend": ["b1", "b2"], "rc_worker": ["worker"], "rc_redis": ["redis"]}
ALL = ["ci", "b1", "b2", "worker", "redis"]
GROUPS = {"all": ALL, "ungrouped": [], "rc_closure": ALL, **HOSTS}
GOOD = Invocation("2.19.4", (HERE,), GROUPS, ALL)
NEEDS = {
    "package_0": ["rc_ci"],
    "package_1": ["rc_backend"],
    "package_3": ["rc_backend", "rc_worker", "rc_redis"],
    "gate": ["rc_backend"],
}
CLOSURE = Playbook(NEEDS, ["gate"], ["rc_redis"], "rc_closure", whole=True)
DOCTOR = replace(CLOSURE, whole=False)
VERIFY = Playbook({"": []})
TICKET = Playbook({"": ["rc_closure"]})


def renamed(old: str, new: str = "") -> dict[str, t.Any]:
    """Return the groups, one of them under another name or none."""
    return {(new if name == old else name): hosts for name, hosts in GROUPS.items() if new or name != old}


FINE: list[tuple[Playbook, dict[str, t.Any]]] = [
    (CLOSURE, {}),
    (CLOSURE, {"core": "2.20.0b1"}),
    (CLOSURE, {"sources": ("a,b,",)}),
    (CLOSURE, {"tags": ("package_1", "package_0")}),
    (CLOSURE, {"tags": ("package_1", "gate")}),
    (CLOSURE, {"tags": ("gate",)}),
    (CLOSURE, {"skip_tags": ("package_1",)}),
    (CLOSURE, {"skip_tags": ("molecule-notest", "notest", "molecule-idempotence-notest")}),
    (VERIFY, {"skip_tags": ("molecule-notest", "notest")}),
    (CLOSURE, {"tags": ("package_0",), "limit": "ci", "hosts": ["ci"]}),
    (
        CLOSURE,
        {"tags": ("package_0",), "groups": {name: GROUPS[name] for name in ("all", "rc_closure", "rc_ci")}},
    ),
    (CLOSURE, {"limit": "all", "hosts": ALL}),
    (CLOSURE, {"groups": renamed("rc_redis")}),  # a Redis that somebody else runs
    (DOCTOR, {"limit": "b2", "hosts": ["b2"]}),
    (VERIFY, {"groups": {}, "sources": ("/etc/ansible/hosts",), "hosts": []}),
    (VERIFY, {"limit": "localhost"}),
    (TICKET, {}),
]


@pytest.mark.parametrize(("playbook", "given"), FINE)
def test_what_can_be_done_is_not_refused(playbook: Playbook, given: dict[str, t.Any]) -> None:
    assert problems(replace(GOOD, **given), playbook) == []


REFUSED: list[tuple[Playbook, dict[str, t.Any], str]] = [
    (CLOSURE, {"core": "2.18.12"}, "ansible-core 2.18.12 is not supported: install 2.19 or later"),
    (CLOSURE, {"groups": {"all": []}, "sources": ("/no/such",)}, "the inventory /no/such does not exist"),
    (CLOSURE, {"sources": (HERE, "/no/such")}, "the inventory /no/such does not exist"),
    (CLOSURE, {"groups": {"all": []}}, f"no host could be read from {HERE}"),
    (CLOSURE, {"groups": {"all": []}, "sources": ("/etc/ansible/hosts",)}, "no inventory is given"),
    (CLOSURE, {"groups": renamed("rc_closure", "rc_close")}, "no group rc_closure: is it rc_close?"),
    (CLOSURE, {"groups": renamed("rc_worker", "workers")}, "no group rc_worker: is it workers?"),
    (CLOSURE, {"groups": renamed("rc_ci", "x")}, "no group rc_ci; the inventory's groups are x"),
    (CLOSURE, {"groups": renamed("rc_redis", "rc_rediss")}, "no group rc_redis: is it rc_rediss?"),
    (CLOSURE, {"groups": {**GROUPS, "rc_worker": []}}, "the group rc_worker of the inventory has no host"),
    (CLOSURE, {"groups": {**GROUPS, "rc_worker": ["w9"]}}, "w9 of rc_worker is not in rc_closure"),
    (
        CLOSURE,
        {"tags": ("packge_1",)},
        "there is no tag packge_1: did you mean package_1? The tags are package_0",
    ),
    (
        CLOSURE,
        {"tags": ("x", "package_0")},
        "there is no tag x. The tags are package_0, package_1, package_3",
    ),
    (CLOSURE, {"skip_tags": ("packages",)}, "there is no tag packages"),
    (CLOSURE, {"skip_tags": ("always",)}, "--skip-tags always leaves out the checks"),
    (CLOSURE, {"skip_tags": tuple(NEEDS)}, "leave nothing to do"),
    (CLOSURE, {"skip_tags": ("package_0", "package_1", "package_3")}, "leave nothing to do"),
    (CLOSURE, {"skip_tags": ("all",)}, "leave nothing to do"),
    (CLOSURE, {"tags": ("always",)}, "leave nothing to do"),
    (CLOSURE, {"tags": ("package_1",), "skip_tags": ("package_1",)}, "leave nothing to do"),
    (CLOSURE, {"start_at": "Hold the gate"}, "--start-at-task leaves out the checks"),
    (CLOSURE, {"limit": "!b2", "hosts": ["ci", "b1", "worker", "redis"]}, "--limit !b2 leaves out b2, which"),
    (CLOSURE, {"tags": ("package_0",), "limit": "b1", "hosts": ["b1"]}, "--limit b1 leaves out ci, which"),
    (
        DOCTOR,
        {"tags": ("package_0",), "limit": "b1", "hosts": ["b1"]},
        "--limit b1 leaves out ci, and so every",
    ),
    (VERIFY, {"tags": ("package_1",)}, "this playbook has no tags"),
    (VERIFY, {"skip_tags": ("x",)}, "this playbook has no tags"),
    (VERIFY, {"limit": "ci", "hosts": ["ci"]}, "--limit ci leaves out localhost"),
    (
        TICKET,
        {"limit": "x", "hosts": []},
        "--limit x leaves out ci, b1, b2, worker, redis, and so every host",
    ),
]


@pytest.mark.parametrize(("playbook", "given", "told"), REFUSED, ids=[told for *_case, told in REFUSED])
def test_what_would_be_left_out_is_one_sentence(
    playbook: Playbook, given: dict[str, t.Any], told: str
) -> None:
    (found,) = problems(replace(GOOD, **given), playbook)
    assert told in found


def test_all_that_is_wrong_of_an_inventory_is_told() -> None:
    groups = {"all": ALL, "rc_closure": ALL, "rc_back": ["b1"], "rc_work": ["worker"]}
    assert [
        re.split("[:;]", sentence, maxsplit=1)[0]
        for sentence in problems(replace(GOOD, groups=groups), CLOSURE)
    ] == [
        "the inventory has no group rc_ci",
        "the inventory has no group rc_backend",
        "the inventory has no group rc_worker",
    ]


def test_the_oldest_ansible_core_is_that_of_the_collection() -> None:
    runtime = yaml.safe_load((Path(__file__).parents[5] / "meta" / "runtime.yml").read_text("utf-8"))
    (oldest,) = re.findall(r"\d+\.\d+", runtime["requires_ansible"])
    assert tuple(map(int, oldest.split("."))) == invocation.OLDEST_CORE
