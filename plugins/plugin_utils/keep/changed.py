# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What in an attempt's folder is not as its manifests say, by file. Each file is read once, in pieces."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ...module_utils._core.step_names import MIGRATION_DECISION
from . import manifest

_REPORTS = re.compile(r"report\.|junit\.xml|manifest")
_DECISION = re.compile(rf"package_\d/\d+-{MIGRATION_DECISION}\.\w+")


@dataclass
class Seen:
    """What is there: files by their paths in the folder, what may not be there, and what is strange."""

    folder: Path
    entries: manifest.Entries = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def evidence(self) -> manifest.Entries:
        """Those files that a manifest is to name."""
        after = (manifest.NAME, *manifest.AFTER)
        return {name: entry for name, entry in self.entries.items() if name not in after}

    def sha256(self, file: Path) -> str:
        """Return the digest of a file that was read already, C('') where there was none."""
        entry = self.entries.get(str(file.relative_to(self.folder)))
        return entry.sha256 if entry else ""


def look(folder: Path) -> Seen:
    """Read all files below a folder, an attempt's or a package's.

    Raises:
        OSError: one cannot be read.
    """
    seen = Seen(folder)
    for path in (*reversed(folder.parents[:3]), folder):
        if path.is_symlink():
            seen.problems.append(f"{path} is a link, to {path.readlink()}")
    for path in sorted(folder.rglob("*")):
        _look_at(path, str(path.relative_to(folder)), seen)
    return seen


def _look_at(path: Path, name: str, seen: Seen) -> None:
    if path.is_symlink():
        seen.problems.append(f"{name} is a link, to {path.readlink()}")
    elif path.name.startswith("."):
        if path.name not in manifest.RUNTIME or not path.is_file():
            seen.problems.append(f"{name} is hidden, and is no file of a locker")
    elif path.is_file():
        links = path.stat().st_nlink
        if links > 1:
            seen.warnings.append(f"{name} is one of {links} hard links: what changes another one changes it")
        seen.entries[name] = manifest.measure(path)
    elif not path.is_dir():
        seen.problems.append(f"{name} is no file")


def problems(seen: Seen) -> list[str]:
    """Return one sentence for each file of an attempt that was changed, removed or added.

    Raises:
        OSError: a manifest cannot be read.
        ValueError: a manifest is none.
    """
    if manifest.NAME not in seen.entries:
        return [*seen.problems, f"{manifest.NAME} is missing: it was removed, or never written"]
    said = manifest.parse(seen.folder / manifest.NAME)
    found = [*seen.problems, *_differences(said, seen.evidence)]
    for package in manifest.packages(seen.folder):
        own = manifest.parse(package / manifest.NAME)
        of_it = {
            name.removeprefix(f"{package.name}/"): entry
            for name, entry in said.items()
            if name.startswith(f"{package.name}/")
        }
        of_it.pop(manifest.NAME, None)
        if own != of_it:
            found.append(f"{package.name}/{manifest.NAME} and {manifest.NAME} do not say the same")
    return [*found, *_since(seen.folder, said)]


def of_package(seen: Seen) -> list[str]:
    """Return the same of the folder of one package."""
    return [*seen.problems, *_differences(manifest.read(seen.folder), seen.evidence)]


def _differences(said: manifest.Entries, there: manifest.Entries) -> t.Iterator[str]:
    names = {entry.sha256: name for name, entry in said.items() if entry.bytes}
    for name in sorted({*said, *there}):
        want, have = said.get(name), there.get(name)
        if have is None:
            yield f"{name} is missing: it was removed or renamed"
            continue
        other = names.get(have.sha256, name)
        # Files were swapped, or put into another order.
        of = f" (it is what {other} was)" if other != name else ""
        if want is None:
            yield f"{name} is not in the manifest: it was added{of}"
        elif want != have:
            cut = f", it has {have.bytes} bytes of {want.bytes}" if have.bytes < want.bytes else ""
            sums = f"its SHA-256 is {have.sha256}, not {want.sha256}"
            yield f"{name} was changed{cut}{of}: {sums}"


def _since(attempt: Path, said: manifest.Entries) -> t.Iterator[str]:
    """Yield what was changed of the evidence since an earlier report of the same attempt.

    A report is written again for the operator's decision alone, which adds a step.
    """
    for number, file in enumerate(sorted(attempt.glob(manifest.EARLIER)), 1):
        if file.name != f"manifest-{number}.json":
            yield f"manifest-{number}.json is missing: it was removed or renamed"
        before = manifest.parse(file)
        for name in sorted({*said, *before}):
            if _REPORTS.match(name.rpartition("/")[2]):
                continue
            if name not in before and not _DECISION.fullmatch(name):
                yield f"{name} was added after the report of {file.name}, and is no decision"
            elif name in before and said.get(name) != before[name]:
                yield f"{name} is not what {file.name} says of it"
