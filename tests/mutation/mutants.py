# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutants of a file: one small change each, that should make a difference to somebody.

Left out as a class is what no test ought to pin: docstrings, annotations, and the wording of notes, messages
and queries. A string is changed only where it decides: compared, looked up, matched or listed in a table.
So is what makes no difference to anybody: how JSON is laid out (C(indent)), and whether a C(zip) of what is
as long by its making would raise (C(strict)).
"""

from __future__ import annotations

import ast
import re
import typing as t
from dataclasses import dataclass

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Continue: ast.Break,
    ast.Break: ast.Continue,
}
# Methods whose arguments decide what is found.
_LOOKS_UP = re.compile(
    "get|pop|(starts|ends)with|remove(pre|suf)fix|r?partition|r?split|[lr]?strip|replace|r?find|r?index"
    "|compile|match|fullmatch|search|sub|find(all|iter)|count"
)
_WORDING = (ast.JoinedStr, ast.Raise)


@dataclass(frozen=True)
class Mutant:
    """A change: where, what, and the function that it is in by its first line, 0 where it is in none."""

    line: int
    what: str
    function: int
    apply: t.Callable[[], t.Callable[[], None]]  # changes the tree, and returns what changes it back


def mutants(tree: ast.Module) -> list[Mutant]:
    """Return all of a module's; each is to be applied to this very tree, and taken back."""
    return list(_of(tree, (), 0))


def _of(node: ast.AST, above: tuple[ast.AST, ...], function: int) -> t.Iterator[Mutant]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "type_comment", "names", "bases") or _is_skipped(node, field):
            continue
        inside = function
        if isinstance(node, (ast.FunctionDef, ast.Lambda)) and field == "body" and not function:
            decorators = getattr(node, "decorator_list", [])
            inside = min([node.lineno, *(one.lineno for one in decorators)])
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_docstring(child, field):
                continue
            place = (node, field, index if isinstance(value, list) else None)
            for new in _changed(child, field, (*above, node)):
                line = getattr(child, "lineno", getattr(node, "lineno", 0))
                yield Mutant(line, _told(child, new), inside, _applied(place, new))
            yield from _of(child, (*above, node), inside)


def _is_skipped(node: ast.AST, field: str) -> bool:
    """A type that is only there to be read, and that nobody is to change what a class holds."""
    if isinstance(node, ast.keyword):
        return node.arg in ("indent", "strict")
    return isinstance(node, ast.Call) and _name(node.func) in ("cast", "TypeVar", "dataclass")


def _is_docstring(node: ast.AST, field: str) -> bool:
    return field == "body" and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changed(node: ast.AST, field: str, above: tuple[ast.AST, ...]) -> t.Iterator[ast.AST]:
    """Yield what a node may be replaced with."""
    if type(node) in _SWAPPED:
        yield _SWAPPED[type(node)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Return) and node.value and not _is_nothing(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, (ast.Raise, ast.AugAssign)) or _is_effect(node):
        yield ast.Pass()
    elif isinstance(node, ast.Constant):
        yield from _constants(node, above)
    condition = field == "test" or (field == "ifs" and isinstance(above[-1], ast.comprehension))
    if condition and not isinstance(above[-1], ast.Assert) and not isinstance(node, ast.Constant):
        yield ast.Constant(True)
        yield ast.Constant(False)


def _is_nothing(node: ast.AST) -> bool:
    """None, or what is as good as None to who asks whether there is anything, or whether it is so."""
    return isinstance(node, ast.Constant) and any(node.value is one for one in (None, "", False))


def _is_effect(node: ast.AST) -> bool:
    """A call for its effect, or a value that is put into something."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Attribute, ast.Subscript))


def _constants(node: ast.Constant, above: tuple[ast.AST, ...]) -> t.Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, (int, float)):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and _decides(value, above):
        yield ast.Constant("XX")


def _decides(value: str, above: tuple[ast.AST, ...]) -> bool:
    """Whether a string is compared, looked up, matched or listed, and is not wording."""
    if any(isinstance(node, _WORDING) for node in above):
        return False
    holder = next((node for node in reversed(above) if not isinstance(node, (ast.Tuple, ast.List))), above[0])
    if isinstance(holder, (ast.Compare, ast.Subscript, ast.Set)):
        return True
    if isinstance(holder, ast.Call):
        # Beside a key, C("") is what stands for nothing.
        if value == "" and len(holder.args) > 1:
            return False
        return isinstance(holder.func, ast.Attribute) and _LOOKS_UP.fullmatch(holder.func.attr) is not None
    return len(above) > 2 and isinstance(holder, (ast.Assign, ast.Dict)) and isinstance(above[1], ast.Assign)


def _name(function: ast.AST) -> str:
    return getattr(function, "attr", "") or getattr(function, "id", "")


def _applied(place: tuple[ast.AST, str, int | None], new: ast.AST) -> t.Callable[[], t.Callable[[], None]]:
    node, field, index = place

    def put(value: t.Any) -> t.Any:
        old = getattr(node, field)
        if index is None:
            setattr(node, field, value)
            return old
        old[index], gone = value, old[index]
        return gone

    def apply() -> t.Callable[[], None]:
        old = put(new)
        ast.fix_missing_locations(node)
        return lambda: put(old)

    return apply


def _told(old: ast.AST, new: ast.AST) -> str:
    return f"{_text(old)} -> {_text(new)}"


def _text(node: ast.AST) -> str:
    named = isinstance(node, (ast.cmpop, ast.boolop, ast.operator, ast.Continue, ast.Break))
    return type(node).__name__ if named else " ".join(ast.unparse(node).split())[:70]
