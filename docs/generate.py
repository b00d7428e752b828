# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write each role's table of variables into its README, from its `meta/argument_specs.yml`.

    python docs/generate.py [--check]

The table stands between C(<!-- variables -->) and C(<!-- /variables -->). With C(--check) nothing is written,
and the exit status is 1 where a table is not up to date. A README without the two marks fails either way.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
TABLE = re.compile(r"(<!-- variables -->\n).*?(<!-- /variables -->)", re.DOTALL)
HEAD = "| variable | default | description |\n|---|---|---|\n"
# Ansible's markup to Markdown's: C(code), V(value), O(option), I(emphasis), B(bold); a bracket in V is C(\)).
MARKUP = (
    (r"\b[CVOEP]\(((?:\\.|[^)\\])*)\)", r"`\1`"),
    (r"\bI\(([^)]*)\)", r"*\1*"),
    (r"\bB\(([^)]*)\)", r"**\1**"),
)


def options(role: Path) -> dict[str, Mapping[str, Any]]:
    """Return name → spec, of all entry points; the first that takes a variable describes it."""
    specs = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text("utf-8"))["argument_specs"]
    found: dict[str, Mapping[str, Any]] = {}
    for entry_point in specs.values():
        for name, spec in (entry_point.get("options") or {}).items():
            found.setdefault(name, spec)
    return found


def with_table(role: Path, readme: str) -> str | None:
    """Return the README with the role's table in its place, or None where it lacks the marks."""
    rows = "".join(f"{row}\n" for row in _rows(options(role)))
    text = f"{HEAD}{rows}" if rows else "The role has no variables.\n"
    new, places = TABLE.subn(lambda found: f"{found[1]}\n{text}\n{found[2]}", readme)
    return new if places == 1 else None


def _rows(specs: Mapping[str, Mapping[str, Any]], indent: str = "") -> Iterator[str]:
    for name, spec in specs.items():
        given = spec.get("description", "")
        text = _markdown(" ".join(given) if isinstance(given, list) else given)
        if spec.get("choices"):
            text += f" One of {', '.join(f'`{_cell(choice)}`' for choice in spec['choices'])}."
        yield f"| {indent}`{name}` | {_default(spec)} | {text} |"
        yield from _rows(spec.get("options") or {}, f"{indent}&nbsp;&nbsp;")


def _default(spec: Mapping[str, Any]) -> str:
    if spec.get("required"):
        return "**required**"
    return f"`{_cell(spec['default'])}`" if spec.get("default") not in (None, "") else ""


def _cell(value: object) -> str:
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split()).replace("|", "\\|")


def _markdown(text: str) -> str:
    for old, new in MARKUP:
        text = re.sub(old, new, text)
    return _cell(text.replace("\\)", ")"))


def main(arguments: list[str]) -> int:
    """Write or check all of them; 0, or 1 with the READMEs that are wrong."""
    parser = argparse.ArgumentParser(prog="docs/generate.py")
    parser.add_argument("--check", action="store_true")
    check, status = parser.parse_args(arguments).check, 0
    for spec in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        readme = spec.parent.parent / "README.md"
        old = readme.read_text("utf-8") if readme.exists() else ""
        new = with_table(readme.parent, old)
        if new is None:
            print(f"{readme}: requires one line <!-- variables --> and, below it, one <!-- /variables -->")
        elif new != old and check:
            print(f"{readme}: the table of variables is not up to date: run `make docs`")
        elif new != old:
            readme.write_text(new, "utf-8")
        status |= int(new is None or (check and new != old))
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
