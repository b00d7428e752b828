# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which Pythons a host has, and which libraries each has: one shell command, and its answer. Pure."""

from __future__ import annotations

import re
import shlex
import typing as t
from dataclasses import dataclass

from ...module_utils._core import libraries

# What ansible-core 2.19 and this collection's modules run on.
OLDEST = (3, 9)
_SHELL = "psp.rc_closure: there is a shell"
# Any Python understands it, back to 2.7.
_SCRIPT = """
import sys
have = []
for name in sys.argv[2:]:
    try:
        __import__(name)
        have.append(name)
    except ImportError:
        pass
print("\\t".join([sys.argv[1], "%d.%d" % sys.version_info[:2]] + have))
"""


@dataclass(frozen=True)
class Interpreter:
    """A Python of the host: its version, and those of the libraries asked for that it can import."""

    version: tuple[int, int]
    has: frozenset[str]

    @property
    def usable(self) -> bool:
        """Whether modules run under it."""
        return self.version >= OLDEST


def command(interpreters: t.Sequence[str], needs: t.Sequence[str]) -> str:
    """Return the shell command that asks each interpreter for its version and the libraries."""
    asked = [shlex.join([path, "-c", _SCRIPT, path, *needs]) for path in dict.fromkeys(interpreters)]
    return "; ".join([f"echo {shlex.quote(_SHELL)}", *(f"{one} 2>/dev/null" for one in asked), "true"])


def read(answer: str) -> dict[str, Interpreter] | None:
    """Return the interpreters that answered, by their paths; None where there was no shell to ask them."""
    if _SHELL not in answer:
        return None
    lines = re.findall(r"^([^\t\n]+)\t(\d+)\.(\d+)((?:\t[\w.]+)*)\r?$", answer, re.MULTILINE)
    return {
        path: Interpreter((int(major), int(minor)), frozenset(has.split()))
        for path, major, minor, has in lines
    }


def problem(
    host: str,
    own: str,
    others: t.Sequence[str],
    needs: t.Sequence[str],
    found: t.Mapping[str, Interpreter],
) -> str:
    """Return what a host lacks, as one sentence, or C('').

    Args:
        host: its name.
        own: the interpreter that Ansible runs modules with.
        others: those that a collector turns to for a library.
        needs: the libraries.
        found: what C(read()) returned.
    """
    oldest = ".".join(map(str, OLDEST))
    mend = f"Python {oldest} or later is required: install it, or set ansible_python_interpreter to one"
    if own not in found:
        return f"{host} has no usable Python at {own}: {mend}"
    if not found[own].usable:
        return f"{own} on {host} is Python {'.'.join(map(str, found[own].version))}: {mend}"
    usable = [found[path] for path in (own, *others) if path in found and found[path].usable]
    lacking = [name for name in needs if not any(name in one.has for one in usable)]
    return libraries.sentence(lacking, host, list(dict.fromkeys([own, *others]))) if lacking else ""
