# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

r"""Whether an attempt's report says what its evidence shows, by the locker alone, without Ansible.

    python -m ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.verify FOLDER \
        [--sha256 SHA256] [--public-key FILE]

C(FOLDER) is an attempt's, or a release's for its newest that has a report. Its status is C(AGREES),
C(CHANGED), C(UNREADABLE) or C(DIFFERS).
"""

from __future__ import annotations

import argparse
import json
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ..judge.base import PASS
from ..keep import chain, changed, elsewhere, kept, locker, manifest, merging, versions
from . import differing, forms
from .record import check
from .report import document, junit, markdown
from .report.html import page

# Statuses: all is as it was reported; a file was changed since; it cannot be verified; only this version says
# something else than the one that made the report.
AGREES, CHANGED, UNREADABLE, DIFFERS = 0, 1, 2, 3


class TamperedError(locker.LockerError):
    """Files without which nothing of an attempt can be read are not what its manifest says of them."""


@dataclass
class Findings:
    """What was found of an attempt, a sentence for each; the first alone is tampering."""

    sha256: str  # of the attempt, as the verdict in the ticket names it
    changed: list[str] = field(default_factory=list)
    judged: list[str] = field(default_factory=list)  # differently by this version
    rendered: list[str] = field(default_factory=list)  # differently by this version
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # who signed and stamped the closing record

    @property
    def status(self) -> int:
        return CHANGED if self.changed else DIFFERS if self.differences else AGREES

    @property
    def differences(self) -> list[str]:
        """Where only this version's words or rules are others."""
        said = (("judged", self.judged), ("rendered", self.rendered))
        return [f"{how} differently: {one}" for how, those in said for one in those]


def look(attempt: locker.Attempt, sha256: str = "", public_key: str = "") -> Findings:
    """Hold an attempt with a report against its manifests, chain and record, and what its evidence makes.

    C(sha256) is that of the attempt, as the ticket has it, C(public_key) the path of the one that has to have
    signed the closing record; both may be empty.

    Raises:
        LockerError: a stream of an attempt of format 1 is not what was kept.
        OSError: a file cannot be read.
        ValueError: a file of an attempt of format 1 is not JSON, or not a report; the key cannot be used.
    """
    folder = attempt.folder
    if away := elsewhere.left(folder):
        raise locker.LockerError(
            f"the locker's disk is full, and {away[0]} is not where it belongs: make space, and verify again"
        )
    seen = changed.look(folder)
    found = Findings(locker.digest(attempt, seen.sha256))
    record = check.check(attempt, public_key)
    found.changed += record.problems
    found.notes += record.notes
    is_held = bool(sha256) or record.verified
    found.warnings += [*seen.warnings, *_warnings(attempt, found, is_held=is_held)]
    if manifest.format_of(folder) == 1:
        found.changed += problems(attempt, seen.sha256)
    else:
        found.changed += [*_manifested(seen), *_formed(seen, found), *chain.problems(folder.parents[2])]
        found.changed += [*_ticketed(folder, found), *_copies(folder)]
        _derive(attempt, seen, found)
    if sha256 not in ("", found.sha256):
        found.changed.append(
            f"the attempt's SHA-256 is {found.sha256}, not {sha256} (rc_closure_locker_sha256): "
            "the locker was changed since"
        )
    return found


def problems(attempt: locker.Attempt, digest: kept.Digest | None = None) -> list[str]:
    """Return one sentence for each place where the reports are not what the evidence makes.

    The copies beside the attempts are held against the newest attempt that has a report.

    Raises:
        LockerError: a stream is not what was kept.
        OSError: a file cannot be read.
        ValueError: a file is not JSON, or not a report.
    """
    reported, derived, unlike = _compared(attempt, digest)
    found = [f"report.json: {problem}" for problem in differing.places(reported, derived)]
    found += [f"{name} is not the text of what the evidence shows" for name in unlike]
    return found + _copies(attempt.folder)


def _compared(attempt: locker.Attempt, digest: kept.Digest | None) -> tuple[t.Any, t.Any, list[str]]:
    """Return the report, the one that the evidence makes, and the names of its texts that are not of that."""
    reported = locker.read_json(attempt.folder / "report.json")
    built = document.build(attempt, locker.load(attempt, digest), _when(reported), merging.load(attempt))
    texts = {"report.md": markdown.render(built)}
    # Which attempts of earlier versions do not have.
    later = {"junit.xml": junit.render, "report.html": page.render}
    texts |= {name: render(built) for name, render in later.items() if (attempt.folder / name).is_file()}
    there = {name: attempt.folder / name for name in texts}
    unlike = [name for name, file in there.items() if file.read_bytes() != texts[name].encode()]
    return reported, json.loads(json.dumps(built)), unlike


def _when(report: t.Any) -> str:
    """Return when the report was made: the one thing in it that no evidence shows."""
    try:
        return str(report["attempt"]["reported"])
    except (KeyError, TypeError) as exc:
        raise ValueError(f"report.json is not a report: {exc!r}") from exc


def _copies(folder: Path) -> list[str]:
    """Return what of the newest report, and of its posting, is not the same in the release's folder."""
    if folder != max((path.parent for path in folder.parent.glob("*/report.json")), default=None):
        return []
    release = folder.parents[1]
    own = {path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith(".")}
    own -= {name for name in own if name.startswith(("attempt.", "manifest", "merge.", "record."))}
    # A result of posting may be an earlier attempt's, until this one is posted.
    names = own | {name for name in (locker.TICKET_RECORD,) if (release / name).is_file()}
    copies = {release / name: max(folder.parent.glob(f"*/{name}"), default=None) for name in sorted(names)}
    return [
        f"{copy} is not the newest attempt's"
        for copy, file in copies.items()
        if file is None or not copy.is_file() or copy.read_bytes() != file.read_bytes()
    ]


def _derive(attempt: locker.Attempt, seen: changed.Seen, found: Findings) -> None:
    """Derive the verdicts again. The version that made the report would make the same of the same."""
    now = versions.judging()
    try:
        by = manifest.judged_by(attempt.folder)
        reported, derived, unlike = _compared(attempt, seen.sha256)
        if by == now:
            found.changed += [f"report.json: {one}" for one in differing.places(reported, derived)]
            found.changed += [f"{name} is not the text of what the evidence shows" for name in unlike]
            return
        said = f"it was made by {differing.named(by)}, and this is {differing.named(now)}"
        found.judged += [f"{one} ({said})" for one in differing.verdicts(reported, derived)]
        found.rendered += [f"{one} ({said})" for one in (*differing.words(reported, derived), *unlike)]
    except (locker.LockerError, OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        found.changed.append(f"no verdict can be derived again: {exc}")


def _manifested(seen: changed.Seen) -> list[str]:
    folder = seen.folder
    try:
        found = changed.problems(seen)
    except ValueError as exc:
        return [str(exc)]
    # What was found later of an attempt that had been reported.
    for package in sorted(folder.parents[1].glob(f"recovered/{folder.name}/package_*")):
        place = str(package.relative_to(folder.parents[1]))
        found += [f"{place}/{one}" for one in changed.of_package(changed.look(package))]
    return found


def _formed(seen: changed.Seen, found: Findings) -> list[str]:
    """Return which files are not of their form; those that another version wrote may have another."""
    if not forms.can_be_checked():
        found.warnings.append(forms.LACKING)
        return []
    problems = forms.problems(seen.folder, seen.entries)
    if manifest.judged_by(seen.folder) == versions.judging():
        return problems
    found.warnings += problems
    return []


def _ticketed(folder: Path, found: Findings) -> list[str]:
    """Return where what came of posting names another digest; a decision after it makes it another."""
    try:
        said = json.loads((folder / locker.TICKET_RECORD).read_text("utf-8")).get("locker_sha256", "")
    except (FileNotFoundError, AttributeError, ValueError):
        return []
    if said in ("", found.sha256) or any(folder.glob(manifest.EARLIER)):
        return []
    return [f"{locker.TICKET_RECORD} says that the attempt's SHA-256 was {said}, and it is {found.sha256}"]


def _warnings(attempt: locker.Attempt, found: Findings, *, is_held: bool) -> t.Iterator[str]:
    folder = attempt.folder
    try:
        later = locker.later_attempt(attempt)
        if later and later.status != PASS:
            yield f"a later attempt of the ticket, {later.attempt}, is {later.status}"
    except (ValueError, KeyError, TypeError) as exc:
        yield f"a later attempt of the ticket cannot be read: {exc}"
    if manifest.format_of(folder) == 1:
        yield "the locker is of format 1, without manifests: only reports and streams can be verified"
    elif not (is_held or chain.vouching(folder)):
        yield (
            "whoever may write the locker could have made all of it agree: no signature was verified, no "
            f"later attempt names its manifest, and no SHA-256 was given to hold {found.sha256} against"
        )


def find(root: str, ticket: str, candidate: str, name: str = "") -> locker.Attempt:
    """Return the attempt of that name, or the newest that has a report.

    Raises:
        LockerError: there is none.
        TamperedError: what was reported of it is there no longer, or cannot be read.
        ValueError: it is of a newer format, or cannot be read.
    """
    try:
        return locker.find_attempt(root, ticket, candidate, name)
    except manifest.NewerFormatError:
        raise
    except (locker.LockerError, OSError, ValueError, KeyError, TypeError) as exc:
        attempts = Path(root).absolute() / ticket / candidate / "attempts"
        # An attempt has its manifest since its report was made.
        reported = max(attempts.glob(f"{name or '*'}/{manifest.NAME}"), default=None)
        problems = changed.problems(changed.look(reported.parent)) if reported else []
        if not problems:
            raise
        raise TamperedError("; ".join(problems)) from exc


def named(folder: Path) -> locker.Attempt:
    """Return the attempt of a folder, or the newest with a report of a release's folder.

    Raises:
        LockerError: there is none.
        TamperedError: what was reported of it is there no longer, or cannot be read.
        ValueError: it is of a newer format, or cannot be read.
    """
    place = folder.absolute()
    if (place / "attempts").is_dir():
        return find(str(place.parents[1]), place.parent.name, place.name)
    if place.parent.name != "attempts":
        raise locker.LockerError(f"{folder} is neither an attempt's folder nor a release's")
    return find(str(place.parents[3]), place.parents[2].name, place.parents[1].name, place.name)


def main(arguments: t.Sequence[str]) -> int:
    """Verify, print a sentence a line, and return the status."""
    parser = argparse.ArgumentParser(prog="verify", description=str(__doc__).partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of an attempt, or of a release")
    parser.add_argument("--sha256", default="", help="of the attempt, as the verdict in the ticket names it")
    parser.add_argument(
        "--public-key", default="", help="a PEM file; it has to have signed the closing record"
    )
    given = parser.parse_args(arguments)
    try:
        attempt = named(given.folder)
        found = look(attempt, given.sha256, given.public_key)
    except TamperedError as exc:
        print(f"changed: {exc}")
        return CHANGED
    except (locker.LockerError, OSError, ValueError) as exc:
        print(f"it cannot be verified: {exc}", file=sys.stderr)
        return UNREADABLE
    lines = [*(f"changed: {one}" for one in found.changed), *found.differences]
    for line in (*lines, *(f"warning: {one}" for one in found.warnings), *found.notes):
        print(line)
    if found.status == AGREES:
        print(f"{attempt.path} agrees with its evidence; its SHA-256 is {found.sha256}")
    return found.status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
