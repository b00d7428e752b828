# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences that source code makes, read from its syntax tree as keys of a catalogue of a language.

An f-string is a key with C({}) for each value. What a conditional puts into it makes a key for each case, so
that a sentence is whole; what stands in brackets at its end is a key of its own, as it may end any sentence.
"""

from __future__ import annotations

import ast
import re
import typing as t
from itertools import product

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import language

_WORD = re.compile(r"[^\W\d_]{2,}")
_AFFIX = re.compile(r"(?:\{\})?( \([^()]*\))")
# These join what is a sentence by itself.
_JOINING = re.compile(r"\b(?:and|but|is|of|or)\b")
_JOINING_WORDS = re.compile(r"\b(?:and|but|is|or)\b")
# Of these, the first argument is looked or searched for.
_ASKING = ("search", "match", "fullmatch", "compile", "split", "partition", "startswith", "get", "sub")


def keys(source: str) -> set[str]:
    """Return the keys of all sentences: texts with a blank, and f-strings with a word."""
    tree = ast.parse(source)
    found = _keys(text for text in _texts(tree) if "{}" in text or " " in text.strip())
    return {one for one in found if _WORD.search(_JOINING.sub("", one.replace("{}", "")))}


def all_keys(source: str) -> set[str]:
    """Return these keys, and those of all other texts, which may be a part of a sentence or none."""
    return _keys(_texts(ast.parse(source))) | set(_JOINING_WORDS.findall(source))


def _keys(texts: t.Iterable[str]) -> set[str]:
    found = (language.key(one) for text in texts for one in _clauses(text))
    return {affix[1] if (affix := _AFFIX.fullmatch(one)) else one for one in found}


def _clauses(text: str) -> list[str]:
    """Return what stands between the semicolons of a text, but for those in brackets."""
    found: list[str] = []
    for piece in text.split("; "):
        if found and found[-1].count("(") > found[-1].count(")"):
            found[-1] += f"; {piece}"
        else:
            found.append(piece)
    return found


def _texts(tree: ast.Module) -> t.Iterator[str]:
    functions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    whole = [one for node in functions for one in ast.walk(node) if isinstance(one, ast.FunctionDef)]
    own = {child for one in whole for child in ast.walk(one) if child is not one}
    for scope in (tree, *(one for one in whole if one not in own)):
        yield from _Scope(scope, own if scope is tree else set()).texts()


class _Scope:
    """A function with what it gives its variables, or a module."""

    def __init__(self, node: ast.AST, without: set[ast.AST]) -> None:
        self._nodes = [one for one in ast.walk(node) if one not in without]
        self._given: dict[str, list[ast.expr]] = {}
        self._parents = {child: one for one in self._nodes for child in ast.iter_child_nodes(one)}
        self._affixes: set[str] = set()
        for one in self._nodes:
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                self._given.setdefault(one.targets[0].id, []).append(one.value)

    def texts(self) -> t.Iterator[str]:
        for node in self._nodes:
            if self._is_text(node) and not self._is_part(node):
                yield from self._cases(t.cast("ast.expr", node))
        yield from self._affixes

    def _is_text(self, node: ast.AST) -> bool:
        return isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        )

    def _is_part(self, node: ast.AST) -> bool:
        """Whether a text is part of another, or no sentence at all."""
        child, one = node, self._parents.get(node)
        if isinstance(one, ast.Expr):  # a docstring
            return True
        while one is not None and not isinstance(one, ast.stmt):
            if isinstance(one, (ast.JoinedStr, ast.Compare)) or _is_asked_for(child, one):
                return True
            child, one = one, self._parents.get(one)
        named = isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name)
        return named and self._is_inlined(one.targets[0].id)

    def _is_inlined(self, name: str) -> bool:
        given = self._given.get(name, [])
        used = any(
            isinstance(node, ast.FormattedValue) and getattr(node.value, "id", "") == name
            for node in self._nodes
        )
        return used and len(given) == 1 and isinstance(given[0], (ast.IfExp, ast.Constant))

    def _cases(self, node: ast.expr) -> list[str]:
        """Return what an expression may come to, with C({}) for each value."""
        if isinstance(node, ast.Name) and self._is_inlined(node.id):
            node = self._given[node.id][0]
        parts = self._parts(node)
        if parts is not None:
            return [self._affix("".join(one)) for one in product(*map(self._cases, parts))]
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return [self._affix(node.value.replace("{", "{{").replace("}", "}}"))]
        ways = self._ways(node)
        found = [case for one in ways for case in self._cases(one)] or ["{}"]
        return ["{}"] if set(found) == {"", "{}"} else found

    def _parts(self, node: ast.expr) -> list[ast.expr] | None:
        """Return what is put together in an expression, if something is."""
        if isinstance(node, ast.JoinedStr):
            return node.values
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return [node.left, node.right]
        return None

    def _ways(self, node: ast.expr) -> list[ast.expr]:
        """Return what an expression is one of, if that is to be seen."""
        if isinstance(node, ast.FormattedValue):
            return [node.value] if node.conversion == -1 else []
        if isinstance(node, ast.IfExp):
            return [node.body, node.orelse]
        return node.values if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) else []

    def _affix(self, text: str) -> str:
        if not text.startswith(" (") or not _AFFIX.fullmatch(text):
            return text
        self._affixes.add(text)
        return "{}"


def _is_asked_for(child: ast.AST, parent: ast.AST) -> bool:
    """Whether a text is what is looked up or searched for."""
    if isinstance(parent, ast.Subscript):
        return child is parent.slice
    if isinstance(parent, ast.Dict):
        return child in parent.keys
    asking = isinstance(parent, ast.Call) and getattr(parent.func, "attr", "") in _ASKING
    return asking and child in parent.args[:1]
