# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a package and an attempt consist of: a manifest names each file with its size and SHA-256.

    {"schema": "psp.rc_closure/locker/2", "files": [{"path": "0001-x.json", "bytes": 12, "sha256": "…"}, …]}

That of a package grows with each step that is kept, under the package's lock. That of the attempt names all
files of the attempt, the packages' manifests among them; it is written just before C(report.json), which it
names, too. Paths are relative to the manifest's folder. Attempts of format 1 have no manifest.
"""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from pathlib import Path

from . import elsewhere, kept, versions

FORMAT = 2
SCHEMA = f"psp.rc_closure/locker/{FORMAT}"
NAME = "manifest.json"
# What comes after the attempt's manifest and so is not in it: the closing record, which is signed over it,
# its time stamp, and what came of posting to the ticket.
AFTER = ("record.dsse.json", "record.dsse.json.tsr", "ticket.json")
# What is beside the evidence while an attempt is at work, and is none.
RUNTIME = (".digest_key", ".lock", ".lost", ".recovering", ".running", ".uploaded")
# What is written when an attempt is opened: of which release it is, and what it takes from earlier ones.
MERGE = "merge.json"
OPENED = ("attempt.json", MERGE)
# A report that is written again, with a decision, leaves the manifest that it had under such a name.
EARLIER = "manifest-[0-9]*.json"
# The policy, the steps and their streams; no manifest, and nothing of RUNTIME.
KEPT = "[0-9p]*"
# What files.write() leaves behind where it is killed.
_HALF = re.compile(r"\.(.+)\.[a-z0-9_]{8}")


class Entry(t.NamedTuple):
    """What a manifest says of a file."""

    bytes: int
    sha256: str


Entries = dict[str, Entry]


class NewerFormatError(ValueError):
    """An attempt was written by a newer version, and nothing of it may be touched."""


def format_of(attempt: Path) -> int:
    """Return the format of an attempt's folder; of one that is just being opened, that of this version.

    Raises:
        NewerFormatError: it is a newer one.
        ValueError: C(attempt.json) cannot be read.
    """
    file = attempt / "attempt.json"
    try:
        said = json.loads(file.read_text("utf-8")).get("schema", "locker/1")
        number = int(str(said).rpartition("/")[2])
    except FileNotFoundError:
        return FORMAT
    except (ValueError, AttributeError) as exc:
        raise ValueError(f"{file} cannot be read: {exc}") from exc
    if number > FORMAT:
        raise NewerFormatError(
            f"{attempt} is of format {number} of the locker, and this version of psp.rc_closure "
            f"({versions.own()}) knows up to {FORMAT}: use the version that wrote it, or a newer one"
        )
    return number


def refuse_newer(attempt: Path) -> None:
    """Go on only with an attempt that this version knows, or that cannot be read.

    Raises:
        NewerFormatError: it is of a newer format.
    """
    try:
        format_of(attempt)
    except NewerFormatError:
        raise
    except ValueError:
        return


def is_newer(attempt: Path) -> bool:
    """Whether an attempt is of a newer format."""
    try:
        refuse_newer(attempt)
    except NewerFormatError:
        return True
    return False


def grow(package: Path, names: t.Iterable[str] = ()) -> None:
    """Add these files to a package's manifest, as they are now; the caller holds the package's lock.

    Until there is a report, it adds as well what a process that was killed had written and not added.

    Raises:
        OSError: it cannot be written.
        ValueError: what is there is no manifest.
    """
    if format_of(package.parent) < FORMAT:
        return
    entries, new = read(package), set(names)
    if not is_reported(package.parent):
        new |= {path.name for path in elsewhere.glob(package, KEPT)} - entries.keys()
    entries |= {name: measure(elsewhere.find(package / name)) for name in new}
    elsewhere.write(package / NAME, render(entries))


def finish(attempt: Path, reports: t.Mapping[str, str]) -> None:
    """Write an attempt's manifest, which names the evidence and the reports that are written next.

    Of the evidence it takes what the packages' manifests say. Where the attempt has a report already, the
    manifest of that is kept, and named, unless it says the same. Attempts of format 1 get none.

    Args:
        attempt: the folder.
        reports: file name → text, of each report.

    Raises:
        OSError: it cannot be written.
        ValueError: a package's manifest is none.
    """
    if format_of(attempt) < FORMAT:
        return
    old = read(attempt) if is_reported(attempt) else {}
    if not old:
        _adopt(attempt)
    before = elsewhere.glob(attempt, EARLIER)
    opened = [file for name in OPENED if (file := elsewhere.find(attempt / name)).exists()]
    entries = {file.name: measure(file) for file in (*opened, *before)}
    for package in packages(attempt):
        entries[f"{package.name}/{NAME}"] = measure(elsewhere.find(package / NAME))
        entries |= {f"{package.name}/{name}": entry for name, entry in read(package).items()}
    entries |= {name: _of_text(text) for name, text in reports.items()}
    if entries == old:
        return
    if old:
        text = elsewhere.find(attempt / NAME).read_text("utf-8")
        aside = elsewhere.write(attempt / f"manifest-{len(before) + 1}.json", text)
        entries[aside.name] = measure(aside)
    elsewhere.write(attempt / NAME, render(entries, versions.judging()))


def read(folder: Path) -> Entries:
    """Return what a folder's manifest says, by the files' paths; nothing where there is none.

    Raises:
        ValueError: it is no manifest, or names a file outside the folder.
    """
    file = elsewhere.find(folder / NAME)
    return parse(file) if file.exists() else {}


def parse(file: Path) -> Entries:
    """Return what a manifest says.

    Raises:
        ValueError: it is no manifest, or names a file outside its folder.
    """
    try:
        said = json.loads(file.read_text("utf-8"))["files"]
        entries = {str(one["path"]): Entry(int(one["bytes"]), str(one["sha256"])) for one in said}
    except (KeyError, TypeError, ValueError) as exc:
        raise ValueError(f"{file} is not a manifest: {exc!r}") from exc
    if any(path.startswith("/") or ".." in path.split("/") for path in entries):
        raise ValueError(f"{file} is not a manifest: it names a file outside its folder")
    return entries


def judged_by(attempt: Path) -> dict[str, str]:
    """Return the versions that made the report, by an attempt's manifest; nothing where that says none."""
    try:
        said = json.loads(elsewhere.find(attempt / NAME).read_text("utf-8"))["judged_by"]
        return {str(name): str(version) for name, version in said.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def digest(folder: Path) -> str:
    """Return the SHA-256 of the manifest of a package or an attempt: what a record names and signs.

    Raises:
        OSError: there is none.
    """
    return kept.sha256(elsewhere.find(folder / NAME))


def packages(attempt: Path) -> list[Path]:
    """Return the folders of the packages of which an attempt has a manifest, in their order."""
    return [folder for folder in _folders(attempt) if elsewhere.find(folder / NAME).exists()]


def measure(file: Path) -> Entry:
    """Return a file's size and digest."""
    return Entry(file.stat().st_size, kept.sha256(file))


def render(entries: Entries, judged: t.Mapping[str, str] | None = None) -> str:
    """Return a manifest's text, its files in the order of their paths."""
    files = [{"path": path, **entries[path]._asdict()} for path in sorted(entries)]
    by = {"judged_by": dict(judged)} if judged else {}
    return json.dumps({"schema": SCHEMA, **by, "files": files}, ensure_ascii=False, indent=1) + "\n"


def is_reported(attempt: Path) -> bool:
    """Whether an attempt has a report."""
    return elsewhere.find(attempt / "report.json").exists()


def _of_text(text: str) -> Entry:
    data = text.encode()
    return Entry(len(data), hashlib.sha256(data).hexdigest())


def _adopt(attempt: Path) -> None:
    """Take up what writes that were killed have left in a package, and remove what is half a file."""
    for folder in _folders(attempt):
        if folder.is_dir():
            grow(folder)
    for folder in (attempt, *_folders(attempt)):
        for file in folder.glob(".*"):
            if _HALF.fullmatch(file.name):
                file.unlink()


def _folders(attempt: Path) -> list[Path]:
    return [attempt / f"package_{number}" for number in range(4)]
