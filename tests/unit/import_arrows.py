# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may depend on what, as docs/architecture.md draws it, checked on source text.

Sources are a mapping of paths (relative to the collection's root, with `/`) to text, so that a
test can hand in a wrong tree as easily as the real one. Every check yields sentences.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

Sources = Mapping[str, str]

COLLECTION = "ansible_collections.psp.rc_closure."
NOT_SHIPPED = {"tests", "molecule", "inventories", "conftest"}

JUDGE = "plugins.plugin_utils.judge"
EVIDENCE = "plugins.module_utils._core.evidence"
STEP_NAMES = "plugins.module_utils._core.step_names"


def _utils(*rooms: str) -> tuple[str, ...]:
    return tuple(f"plugins.module_utils.{room}" for room in rooms)


def _controller(*rooms: str) -> tuple[str, ...]:
    return tuple(f"plugins.plugin_utils.{room}" for room in rooms)


# Room (longest name that fits) -> the rooms of the collection that it may import.
MAY_IMPORT = {
    EVIDENCE: (),
    STEP_NAMES: (EVIDENCE,),
    "plugins.module_utils._text": _utils("_text", "_core.evidence"),
    "plugins.module_utils._core": _utils("_core", "_text"),
    "plugins.module_utils._clients": _utils("_clients", "_core", "_text"),
    "plugins.module_utils._logs": _utils("_logs", "_clients", "_core", "_text"),
    "plugins.module_utils._collect": _utils("_collect", "_logs", "_clients", "_core", "_text"),
    "plugins.module_utils._services": _utils("_services", "_logs", "_clients", "_core", "_text"),
    "plugins.modules": ("plugins.module_utils",),
    JUDGE: (JUDGE, *_utils("_text", "_core.evidence", "_core.step_names")),
    "plugins.plugin_utils.keep": (*_controller("keep"), *_utils("_core", "_text")),
    "plugins.plugin_utils.preflight": (*_controller("preflight", "sql"), *_utils("_core", "_text")),
    "plugins.plugin_utils.discover": (*_controller("discover"), *_utils("_core", "_text")),
    "plugins.plugin_utils.show": (*_controller("show"), *_utils("_core", "_text")),
    "plugins.plugin_utils.sql": (*_controller("sql"), *_utils("_core", "_text")),
    "plugins.plugin_utils.tell": (
        *_controller("tell", "judge", "keep", "preflight", "sql"),
        *_utils("_clients", "_core", "_text"),
    ),
    "plugins.doc_fragments": (),
    "plugins.action": ("plugins.plugin_utils", "plugins.module_utils"),
    "plugins.callback": ("plugins.plugin_utils", "plugins.module_utils"),
    "plugins.filter": ("plugins.plugin_utils", "plugins.module_utils"),
    "plugins.lookup": ("plugins.plugin_utils", "plugins.module_utils"),
}

# These run on the hosts, where of ansible-core only module_utils arrives.
ON_HOSTS = ("plugins.modules", "plugins.module_utils")

# All that a judge, and whatever it imports, may use of the world outside: no I/O, no processes,
# no network, no Ansible, nothing that needs an installation.
PURE = {
    "__future__",
    "abc",
    "ast",
    "base64",
    "collections",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "hmac",
    "ipaddress",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "shlex",
    "statistics",
    "string",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "uuid",
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval", "__import__", "utc_now"}
CLOCK_METHODS = {"now", "utcnow", "today"}

SHIPPED_PATH = re.compile(r"(?<![\w.-])(tests|molecule|inventories)/([\w.-]*)")
GROUP_NAME = re.compile(r"(?<![\w.])groups\s*[\[.]")


def within(module: str, *parts: str) -> bool:
    """Tell whether `module` is one of `parts` or lies below one."""
    return any(module == part or module.startswith(part + ".") for part in parts)


def module_name(path: str) -> str:
    """Return the dotted name of a Python file, counted from the collection's root."""
    name = ".".join(PurePosixPath(path).with_suffix("").parts)
    return name.removesuffix(".__init__")


def room_of(module: str) -> str:
    """Return the narrowest room that `module` lies in, or C('') where it lies in none."""
    return max((room for room in MAY_IMPORT if within(module, room)), key=len, default="")


def beyond_hosts(target: str) -> bool:
    """Tell whether `target` is the controller's alone: most of ansible-core, what parses SQL, what signs."""
    controller = ("ansible", "cryptography", "rfc3161_client", "securesystemslib", "sqlglot")
    return within(target, *controller) and not within(target, "ansible.module_utils")


def imports(path: str, text: str, known: set[str]) -> set[str]:
    """Return what a file imports; the collection's own modules as `plugins.…`.

    `known` are the collection's modules: `from ..module_utils import alembic` means the module
    `plugins.module_utils.alembic` where there is one, and a name of the package where not.
    """
    found: set[str] = set()
    package = list(PurePosixPath(path).parent.parts)
    for node in ast.walk(ast.parse(text, filename=path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix(COLLECTION) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            source = source.removeprefix(COLLECTION)
            full = {f"{source}.{alias.name}" for alias in node.names}
            found |= (full & known) or {source}
    return found


def import_violations(sources: Sources) -> Iterator[str]:
    """Yield the imports under plugins/ that go against the arrows."""
    python = {path: text for path, text in sources.items() if path.endswith(".py")}
    known = {module_name(path) for path in python}
    graph = {module_name(path): imports(path, text, known) for path, text in python.items()}
    for module, targets in sorted(graph.items()):
        room = room_of(module)
        if not room:
            yield f"{module} lies in no room"
            continue
        for target in sorted(targets):
            if within(target, *NOT_SHIPPED):
                yield f"{module} imports {target}, which is not shipped"
            if within(target, "plugins") and not within(target, *MAY_IMPORT[room]):
                yield f"{module} imports {target}: {room} may not"
            if within(module, *ON_HOSTS) and beyond_hosts(target):
                yield f"{module} imports {target}, which is not on the hosts"
    yield from judge_import_violations(graph)


def judge_import_violations(graph: Mapping[str, set[str]]) -> Iterator[str]:
    """Yield what a judge reaches, itself or through what it imports, that is not pure."""
    for judge in sorted(name for name in graph if within(name, JUDGE)):
        routes = {judge: judge}
        waiting = [judge]
        while waiting:
            module = waiting.pop()
            for target in sorted(graph[module] - routes.keys()):
                routes[target] = f"{routes[module]} -> {target}"
                if target in graph:
                    waiting.append(target)
                elif not within(target, *PURE, "plugins"):
                    yield f"a judge is to be pure: {routes[target]}"


def judge_call_violations(sources: Sources) -> Iterator[str]:
    """Yield the calls in judges that touch files, streams or the clock."""
    for path, text in sorted(sources.items()):
        if not path.endswith(".py") or not within(module_name(path), JUDGE):
            continue
        for node in ast.walk(ast.parse(text, filename=path)):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
                yield f"{path}:{node.lineno} calls {node.func.id}()"
            if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_METHODS:
                yield f"{path}:{node.lineno} reads the clock by {node.func.attr}()"


def mention_violations(sources: Sources, own_tests: set[str]) -> Iterator[str]:
    """Yield the places in shipped text that name a file which is not shipped.

    `own_tests` are the names in this project's tests/: a backend has a folder tests/, too, and
    its files may be named.
    """
    for path, text in sorted(sources.items()):
        for number, line in enumerate(text.splitlines(), start=1):
            if line.lstrip().startswith("#"):
                continue
            for folder, name in SHIPPED_PATH.findall(line):
                if folder != "tests" or name in own_tests:
                    yield f"{path}:{number} names {folder}/{name}"
            if path.startswith("roles/") and GROUP_NAME.search(line):
                yield f"{path}:{number} depends on an inventory's groups"
