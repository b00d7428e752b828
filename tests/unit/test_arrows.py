# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The house's arrows hold, and a deliberate breach of each is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.import_arrows import (
    Sources,
    import_violations,
    judge_call_violations,
    mention_violations,
)

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("plugins", "roles", "playbooks", "meta")
TEXT = {".py", ".yml", ".yaml", ".j2", ".json", ".cfg", ".ini", ".toml", ".sh"}


def shipped_sources() -> Sources:
    """Return the collection's own text, without the links that make it resolve."""
    paths = (path for folder in SHIPPED for path in sorted((ROOT / folder).rglob("*")))
    links = ROOT / "playbooks" / "collections"
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in paths
        if path.suffix in TEXT and path.is_file() and links not in path.parents
    }


def plugins(sources: Sources) -> Sources:
    """Return the Python of plugins/ alone."""
    return {path: text for path, text in sources.items() if path.startswith("plugins/")}


def test_imports_follow_the_arrows() -> None:
    violations = list(import_violations(plugins(shipped_sources())))
    assert not violations, "\n".join(violations)


def test_judges_touch_neither_files_nor_clock() -> None:
    violations = list(judge_call_violations(plugins(shipped_sources())))
    assert not violations, "\n".join(violations)


def test_nothing_shipped_names_what_is_not() -> None:
    own_tests = {path.name for path in (ROOT / "tests").iterdir()}
    violations = list(mention_violations(shipped_sources(), own_tests))
    assert not violations, "\n".join(violations)


UTILS = "plugins/module_utils/_text/"
CORE = "plugins/module_utils/_core/"
KEEP = "plugins/plugin_utils/keep/"
JUDGE = "plugins/plugin_utils/judge/package_1.py"
ABSOLUTE = "ansible_collections.psp.rc_closure.plugins"


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("plugins/modules/m.py", "from ..plugin_utils.keep import locker", "plugins.modules may not"),
        ("plugins/modules/m.py", f"import {ABSOLUTE}.plugin_utils.keep.locker", "may not"),
        ("plugins/modules/m.py", "from ansible.utils.display import Display", "not on the hosts"),
        (UTILS + "u.py", "import sqlglot", "not on the hosts"),
        ("plugins/modules/m.py", "from . import other", "plugins.modules.other"),
        (UTILS + "u.py", "from ...modules import other", "plugins.module_utils._text may not"),
        (UTILS + "u.py", "def f():\n    from ...plugin_utils.keep import locker", "may not"),
        (UTILS + "u.py", "from .._core import command", "plugins.module_utils._text may not"),
        (CORE + "evidence.py", "from .._text import inner", "_core.evidence may not"),
        (CORE + "u.py", "from .._collect import steps", "plugins.module_utils._core may not"),
        ("plugins/module_utils/u.py", "import json", "lies in no room"),
        (KEEP + "p.py", "from ...action import collect", "may not"),
        (KEEP + "p.py", "from ..judge import package_0", "plugins.plugin_utils.keep may not"),
        ("plugins/action/a.py", "from ..modules.other import main", "plugins.action may not"),
        ("plugins/lookup/f.py", "import tests.twin.twin", "which is not shipped"),
        ("plugins/action/a.py", "from tests import drills", "which is not shipped"),
        (JUDGE, "from ..keep import locker", "plugins.plugin_utils.judge may not"),
        (JUDGE, "from ...module_utils._core import command", "plugins.plugin_utils.judge may not"),
        (JUDGE, "import subprocess", "package_1 -> subprocess"),
        (JUDGE, "import urllib.request", "package_1 -> urllib.request"),
        (JUDGE, "from time import time", "package_1 -> time"),
        (JUDGE, "from ansible.module_utils import basic", "-> ansible.module_utils"),
        (JUDGE, "from ...module_utils._text import outer", "outer -> plugins.module_utils._text.inner -> os"),
    ],
)
def test_a_wrong_import_is_noticed(path: str, text: str, told: str) -> None:
    house = {
        KEEP + "locker.py": "import json",
        "plugins/modules/other.py": "",
        "plugins/action/collect.py": "from ..plugin_utils.keep import locker",
        CORE + "command.py": "from . import evidence",
        CORE + "evidence.py": "",
        "plugins/module_utils/_collect/steps.py": "from .._core import command",
        "plugins/plugin_utils/judge/package_0.py": "",
        UTILS + "outer.py": "from . import inner",
        UTILS + "inner.py": "import os",
    }
    assert list(import_violations(house)) == []
    violations = list(import_violations({**house, path: text}))
    assert len(violations) == 1
    assert told in violations[0]


@pytest.mark.parametrize(
    "text",
    [
        "print(1)",
        "open('x')",
        "datetime.now(timezone.utc)",
        "datetime.datetime.utcnow()",
        "date.today()",
        "utc_now()",
    ],
)
def test_an_impure_call_in_a_judge_is_noticed(text: str) -> None:
    assert len(list(judge_call_violations({JUDGE: text}))) == 1
    assert list(judge_call_violations({"plugins/plugin_utils/locker.py": text})) == []


@pytest.mark.parametrize(
    ("path", "line", "noticed"),
    [
        ("roles/rc_closure/tasks/main.yml", "src: ../../tests/twin/twin.py", True),
        ("roles/rc_closure/defaults/main.yml", "spec: tests/finance-smoke.spec.ts", False),
        ("playbooks/rc_closure.yml", "vars_files: [../inventories/twin/hosts.yml]", True),
        ("playbooks/rc_closure.yml", "# ansible-playbook … -i inventories/twin", False),
        ("meta/runtime.yml", "x: molecule/default", True),
        ("roles/redis/tasks/main.yml", "when: inventory_hostname in groups['redis']", True),
        ("roles/redis/tasks/main.yml", "loop: '{{ redis_user.groups }}'", False),
        ("playbooks/rc_closure.yml", "x: \"{{ groups['redis'] }}\"", False),
    ],
)
def test_a_mention_of_what_is_not_shipped_is_noticed(path: str, line: str, noticed: bool) -> None:
    assert bool(list(mention_violations({path: line}, {"twin", "unit"}))) is noticed
