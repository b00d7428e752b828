# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutation check: change the judges and what they read with, one small thing at a time; a test must notice.

    python -m tests.mutation [--sample N] [--seed S] [--jobs N] [--tests PLACE] [FILE ...]   all without one

The tests are collected once. Each mutant is a fork of that process: within a function, its code is exchanged
and the tests that enter the function run until one fails; what runs at import is imported anew with them.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib.abc
import importlib.util
import os
import random
import resource
import signal
import sys
import time
import types
import typing as t
from collections import defaultdict
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.mutants import Mutant, mutants

ROOT = Path(__file__).parents[2]
PACKAGE = "ansible_collections.psp.rc_closure"
FILES = [
    path
    for room in ("plugin_utils/judge", "plugin_utils/sql", "module_utils/_text")
    for path in sorted((ROOT / "plugins" / room).glob("*.py"))
    # Wording alone, whose names the assurance case's test holds.
    if path.name != "not_excluded.py"
]
TESTS = (
    "tests/unit/plugins/plugin_utils",
    "tests/unit/plugins/module_utils/_text",
    # What reads Redis' records and the kernel's tables is tested with who gets them.
    "tests/unit/plugins/module_utils/_clients/test_arq_redis.py",
    "tests/unit/plugins/module_utils/_clients/test_sockets.py",
)
# Far more than the tests of one function take; a mutant that never ends is noticed, too. The processor's time
# counts, since a machine may be busy; what waits for ever takes none of that.
LIMIT_CPU_SECONDS, LIMIT_SECONDS, LIMIT_BYTES = 60, 900, 4 << 30
SURVIVED = 0
# The control: with this, all tests have to pass, imported anew.
NOTHING = Mutant(0, "nothing", 0, lambda: lambda: None)

Function = tuple[str, int]  # the file's name and the first line


class Checked:
    """A pytest plugin: in place of the tests' one run, one for each mutant."""

    def __init__(self, files: t.Sequence[Path], given: argparse.Namespace) -> None:
        """Check these files, with the options of the command line."""
        self.files, self.given = files, given
        self.result: dict[Path, list[tuple[Mutant, bool]]] = defaultdict(list)
        self.untrue: list[Path] = []  # files whose tests fail where nothing is changed, imported anew
        self.failing: list[str] = []  # tests that fail where nothing is changed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run each mutant's tests in a fork of its own."""
        tests = Tests(session.items, {str(path) for path in self.files})
        self.failing = [session.items[number].nodeid for number in tests.failing]
        gc.freeze()
        waiting: dict[int, tuple[Path, Mutant]] = {}
        for path, tree, mutant in self._chosen():
            if len(waiting) == self.given.jobs:
                self._end(waiting)
            back = mutant.apply()
            code = compile(tree, str(path), "exec", dont_inherit=True)
            back()
            waiting[tests.fork(path, mutant.function, code)] = path, mutant
        while waiting:
            self._end(waiting)
        return True

    def _chosen(self) -> list[tuple[Path, ast.Module, Mutant]]:
        trees = {path: ast.parse(path.read_text("utf-8")) for path in self.files}
        every = [(path, tree, mutant) for path, tree in trees.items() for mutant in mutants(tree)]
        found = [one for one in every if one[2].function or not self.given.inside]
        many = min(self.given.sample or len(found), len(found))
        chosen = sorted(random.Random(self.given.seed).sample(range(len(found)), many))
        of_sample = [found[index] for index in chosen]
        # The control is of what is imported anew.
        anew = [one for one in of_sample if not one[2].function]
        first = {path: (path, tree, NOTHING) for path, tree, _mutant in anew}
        return [*first.values(), *of_sample]

    def _end(self, waiting: dict[int, tuple[Path, Mutant]]) -> None:
        pid, status = os.wait()
        path, mutant = waiting.pop(pid)
        if mutant is not NOTHING:
            self.result[path].append((mutant, status != SURVIVED))
            if status == SURVIVED:
                print(f"survived: {path.relative_to(ROOT)}:{mutant.line}: {mutant.what}", file=sys.stderr)
        elif status != SURVIVED:
            self.untrue.append(path)


class Tests:
    """What was collected, and which of it enters which function."""

    def __init__(self, items: t.Sequence[pytest.Item], files: set[str]) -> None:
        """Run all once, to see what they enter of these files."""
        self.items, self.functions = items, _functions()
        self.entered, self.failing = _entered(items, files)

    def fork(self, path: Path, function: int, code: types.CodeType) -> int:
        """Begin a process that ends with 0 where no test notices the code; return its number."""
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            signal.alarm(LIMIT_SECONDS)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_CPU_SECONDS, LIMIT_CPU_SECONDS))
            resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
            status = int(self._notice(path, function, code))
        finally:
            os._exit(status)

    def _notice(self, path: Path, function: int, code: types.CodeType) -> bool:
        place = str(path), function
        if _exchanged(self.functions.get(place, []), function, code):
            return not all(_passes(self.items[number]) for number in self.entered.get(place, []))
        numbers = {n for (name, _line), tests in self.entered.items() if name == str(path) for n in tests}
        files = dict.fromkeys(str(self.items[number].path) for number in sorted(numbers))
        for name in [name for name in sys.modules if name.startswith((f"{PACKAGE}.", "tests.unit"))]:
            del sys.modules[name]
        return bool(files) and bool(pytest.main(["-xq", *files], plugins=[_Finder(path, code)]))


def _module(path: Path) -> str:
    return ".".join([PACKAGE, *path.relative_to(ROOT).with_suffix("").parts])


def _entered(items: t.Sequence[pytest.Item], files: set[str]) -> tuple[dict[Function, list[int]], list[int]]:
    """Return which tests enter each function, the quickest first, and which fail."""
    reading, writing = os.pipe()
    if not os.fork():
        try:
            with os.fdopen(writing, "w") as out:
                out.write(repr(_watched(items, files)))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = ast.literal_eval(answer.read())
    os.wait()
    found: dict[Function, list[int]] = defaultdict(list)
    for _seconds, number, functions, _failed in sorted(told):
        for function in functions:
            found[function].append(number)
    return found, [number for _seconds, number, _functions, failed in told if failed]


Watched = tuple[float, int, list[Function], bool]  # seconds, the test, what it enters, whether it fails


def _watched(items: t.Sequence[pytest.Item], files: set[str]) -> list[Watched]:
    told: list[Watched] = []
    seen: set[types.CodeType] = set()
    for number, item in enumerate(items):
        seen.clear()
        started = time.monotonic()
        sys.settrace(lambda frame, _event, _argument: seen.add(frame.f_code))
        failed = not _passes(item)
        sys.settrace(None)
        took, codes = time.monotonic() - started, [(_path(code), code.co_firstlineno) for code in seen]
        told.append((took, number, [function for function in codes if function[0] in files], failed))
    sys.settrace(None)
    return told


@functools.cache
def _real(name: str) -> str:
    return os.path.realpath(name)


def _path(code: types.CodeType) -> str:
    return _real(code.co_filename)


def _passes(item: pytest.Item) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def _functions() -> dict[Function, list[types.FunctionType]]:
    """Return the functions that are there, whoever has imported them."""
    found: dict[Function, list[types.FunctionType]] = defaultdict(list)
    for one in gc.get_objects():
        if isinstance(one, types.FunctionType):
            found[_path(one.__code__), one.__code__.co_firstlineno].append(one)
    return found


def _exchanged(there: t.Sequence[types.FunctionType], function: int, code: types.CodeType) -> bool:
    """Give functions the mutant's code; not where they are not all of one name, or cannot take it."""
    new = next((one for one in _codes(code) if one.co_firstlineno == function), None)
    if new is None or not there or any(one.__code__.co_name != new.co_name for one in there):
        return False
    for one in there:
        one.__code__ = new
    return True


def _codes(code: types.CodeType) -> t.Iterator[types.CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner
            yield from _codes(inner)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the mutant's code."""

    def __init__(self, path: Path, code: types.CodeType) -> None:
        self.path, self.code = path, code

    def pytest_collection(self) -> None:
        # By now the collection's own finder, which takes the first place, is installed.
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: t.Any, target: t.Any = None) -> t.Any:
        if name == _module(self.path):
            return importlib.util.spec_from_file_location(name, self.path, loader=self)
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        exec(self.code, module.__dict__)


def main(arguments: list[str]) -> int:
    """Check the files and print what survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--sample", type=int, default=0, help="so many mutants, chosen by chance")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    # Quicker, while rows are written: what is imported anew takes longest.
    parser.add_argument("--inside", action="store_true", help="what is inside functions alone")
    parser.add_argument("--tests", action="append", metavar="PLACE", help="these alone; may be repeated")
    parser.add_argument("files", nargs="*", type=lambda name: Path(name).resolve(), metavar="FILE")
    given = parser.parse_args(arguments)
    checked = Checked(given.files or FILES, given)
    pytest.main(["-qq", *(given.tests or TESTS)], plugins=[checked])
    killed = total = 0
    for path, found in sorted(checked.result.items()):
        for mutant in sorted((m for m, noticed in found if not noticed), key=lambda m: m.line):
            print(f"survived: {path.relative_to(ROOT)}:{mutant.line}: {mutant.what}")
        here = sum(noticed for _mutant, noticed in found)
        print(f"{here:5} of {len(found):5} {path.relative_to(ROOT)}")
        killed, total = killed + here, total + len(found)
    print(f"{killed} of {total} mutants were noticed: {killed / max(total, 1):.1%}")
    for path in checked.untrue:
        print(f"{path.relative_to(ROOT)}: its tests fail though nothing is changed: the figure is not true")
    for name in checked.failing:
        print(f"{name} fails though nothing is changed: the figure is not true")
    return int(bool(checked.untrue or checked.failing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
