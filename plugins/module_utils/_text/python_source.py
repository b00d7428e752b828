# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a backend's Python sources say of it, read without running any of them. Pure."""

from __future__ import annotations

import ast
import re
import typing as t
from dataclasses import dataclass, field

_SIMPLE = ("str", "int", "float", "bool", "date", "datetime", "UUID")
_METHODS = ("get", "post", "put", "patch", "delete")
_ENVIRONMENT = re.compile(r"(?:getenv|environ\w*(?:\.get)?|config)\s*[\[(]\s*[\"']([A-Z][A-Z0-9_]{2,})[\"']")
# An application's own reader of variables: _flag(environment, "NAME").
_READER = re.compile(r"\w+\(\s*(?:os\.)?env\w*,\s*[\"']([A-Z][A-Z0-9_]{2,})[\"']")
_UPDATE = re.compile(r"\bUPDATE\s+([a-z_][\w.]*)\s+SET\s+([a-z_]\w*)", re.IGNORECASE)
_CALLED = re.compile(r"python3? -m ([\w.]+)(?: +(?!\[)\S+)*")


@dataclass
class Source:
    """What one file has.

    Attributes:
        variables: the environment variables that it reads, by name.
        workers: arq's settings classes, name → the text of C(health_check_interval) or C('').
        routes: method and path, with the prefix of the file's own router.
        options: those of its command line.
        models: class → table.
        unique: table → columns of its UNIQUE constraints.
        written: model or table, and column, of what it updates.
        called: the module names that its text says to call it by.
        queries: method and path → what their functions require besides: names by C(query) and C(headers).
        prefixes: those under which it puts the routers of others.
    """

    variables: list[str] = field(default_factory=list)
    workers: dict[str, str] = field(default_factory=dict)
    routes: list[tuple[str, str]] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    unique: dict[str, list[str]] = field(default_factory=dict)
    written: list[tuple[str, str]] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    queries: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)


def read(text: str) -> Source:
    """Return what a file has; of one that is no Python of this version, what its text alone says."""
    found = Source(
        variables=[*_ENVIRONMENT.findall(text), *_READER.findall(text)],
        written=_UPDATE.findall(text),
        called=_CALLED.findall(text),
    )
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return found
    nodes = list(ast.walk(tree))
    prefixes = [_strings(call, "prefix") for call in _calls(nodes, "APIRouter")]
    prefix = next((one for given in prefixes for one in given), "")
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            _class(node, found)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for call in (one for one in node.decorator_list if isinstance(one, ast.Call)):
                if isinstance(call.func, ast.Attribute) and call.func.attr in _METHODS:
                    routes = [(call.func.attr.upper(), prefix + path) for path in _strings(call)[:1]]
                    found.routes += routes
                    found.queries.update({route: _parameters(node, route[1]) for route in routes})
        elif isinstance(node, ast.Call):
            _call(node, found)
    for call in _calls(nodes, "include_router"):
        found.prefixes += _strings(call, "prefix")
    updated = [ast.unparse(call.args[0]) for call in _calls(nodes, "update") if call.args]
    columns = [str(call.keywords[0].arg) for call in _calls(nodes, "values") if call.keywords]
    found.written += list(zip(updated, columns))
    return found


def _parameters(node: ast.FunctionDef | ast.AsyncFunctionDef, path: str) -> dict[str, list[str]]:
    """Return what FastAPI takes from the query and from the headers, of what has no default."""
    arguments = [*node.args.posonlyargs, *node.args.args]
    defaults = [None] * (len(arguments) - len(node.args.defaults)) + list(node.args.defaults)
    pairs = [*zip(arguments, defaults), *zip(node.args.kwonlyargs, node.args.kw_defaults)]
    found: dict[str, list[str]] = {"query": [], "headers": []}
    for argument, default in pairs:
        told = ast.unparse(argument.annotation) if argument.annotation else ""
        name = argument.arg
        header = isinstance(default, ast.Call) and _name(default) == "Header" and not default.args
        if header:
            found["headers"].append("-".join(word.capitalize() for word in name.split("_")))
        elif default is None and told in _SIMPLE and f"{{{name}" not in path:
            found["query"].append(name)
    return found


def _class(node: ast.ClassDef, found: Source) -> None:
    assigned = {
        target.id: one.value
        for one in node.body
        if isinstance(one, (ast.Assign, ast.AnnAssign))
        for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
        if isinstance(target, ast.Name)
    }
    if {"functions", "redis_settings"} <= assigned.keys() or {
        "cron_jobs",
        "redis_settings",
    } <= assigned.keys():
        interval = assigned.get("health_check_interval")
        found.workers[node.name] = ast.unparse(interval) if interval else ""
    table = assigned.get("__tablename__")
    if isinstance(table, ast.Constant):
        found.models[node.name] = str(table.value)
    if any(ast.unparse(base).endswith("BaseSettings") for base in node.bases):
        found.variables += [name.upper() for name in assigned if not name.startswith("model_")]


def _call(node: ast.Call, found: Source) -> None:
    name, words = _name(node), _strings(node)
    if name in ("add_argument", "option", "Option"):
        found.options += [word for word in words if word.startswith("--")]
    elif name == "create_table" and words:
        for call in _calls(ast.walk(node), "UniqueConstraint"):
            found.unique[words[0]] = _strings(call)
    elif name == "create_unique_constraint" and len(words) > 1:
        columns = [one for one in node.args if isinstance(one, (ast.List, ast.Tuple))]
        found.unique[words[1]] = [str(one.value) for one in _elements(columns)]


def _calls(nodes: t.Iterable[ast.AST], name: str) -> list[ast.Call]:
    return [node for node in nodes if isinstance(node, ast.Call) and _name(node) == name]


def _name(call: ast.Call) -> str:
    return str(getattr(call.func, "attr", "") or getattr(call.func, "id", ""))


def _strings(call: ast.Call, keyword: str = "") -> list[str]:
    """Return the texts among a call's arguments, or that of one keyword."""
    given = [one.value for one in call.keywords if one.arg == keyword] if keyword else call.args
    return [one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _elements(lists: t.Iterable[ast.List | ast.Tuple]) -> t.Iterator[ast.Constant]:
    return (one for given in lists for one in given.elts if isinstance(one, ast.Constant))
