# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The locker: a folder per ticket and release that contains all evidence, before anything judges it.

    <root>/<ticket>/<release>/
        report.*  junit.xml                 of the newest attempt
        attempts/<id>/
            attempt.json                    the release, the attempt before, and who ran it, with what
            manifest.json  report.*  junit.xml
            package_<n>/
                manifest.json               each file below with its SHA-256, as the evidence grows
                policy.json                 what the judge compares the evidence with
                0001-<step>.json            a step, with the digests of its streams
                0001-<step>.stdout, .stderr     C(.gz) above 1 MiB

Files are written whole or not at all, and a step is never written over.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import secrets as random_source
import typing as t
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ...module_utils._core import files
from ...module_utils._core.evidence import FAILED, Evidence, Release, Step, parse_time
from ...module_utils._core.redaction import Redactor
from ...module_utils._core.streams import Stream
from . import chain, elsewhere, kept, later, manifest
from .later import Later

STREAMS = ("stdout", "stderr")
PACKAGES = (0, 1, 2, 3)
# The result of posting the report to the ticket; written after it.
TICKET_RECORD = "ticket.json"
RUNNING = ".running"
# How the failure of what was not begun, for the preflight found a problem, says so.
HELD_BACK = "not done, for the preflight found a problem: "


class LockerError(Exception):
    """The locker cannot be written, or cannot be read."""


@dataclass(frozen=True)
class Attempt:
    """One run of the closure: where its evidence is, and the release."""

    path: str  # of its folder, absolute
    started: str  # RFC 3339, UTC
    release: Release
    staging: str = ""  # which of those on its hosts: what the lock is for
    # Package → what the preflight found of it: nothing of it is done.
    held_back: t.Mapping[str, str] = field(default_factory=dict)
    # Variable → whether it is secret, against its name.
    masked: t.Mapping[str, bool] = field(default_factory=dict)
    language: str = ""  # of what is rendered of it; "" where that was not kept, which is English

    @property
    def folder(self) -> Path:
        return Path(self.path)

    def package(self, number: int) -> Path:
        return self.folder / f"package_{number}"

    def check(self, packages: t.Iterable[int]) -> None:
        """Go on only where one of these packages is not held back.

        Raises:
            LockerError: what the preflight found of them.
        """
        found = [self.held_back.get(str(package), "") for package in packages]
        if found and all(found):
            raise LockerError(f"{HELD_BACK}{found[0]}")

    def as_dict(self) -> dict[str, t.Any]:
        """Return what travels between tasks as the fact C(rc_closure_attempt)."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: t.Mapping[str, t.Any]) -> Attempt:
        """Build an attempt from C(as_dict()).

        Raises:
            LockerError: the mapping is not an attempt.
        """
        try:
            return cls(
                str(data["path"]),
                str(data["started"]),
                Release(**data["release"]),
                str(data.get("staging") or ""),
                dict(data.get("held_back") or {}),
                dict(data.get("masked") or {}),
                str(data.get("language") or ""),
            )
        except (KeyError, TypeError) as exc:
            raise LockerError(
                f"attempt is not valid, it lacks {exc}: pass the fact rc_closure_attempt on"
            ) from exc


def open_attempt(
    root: str,
    release: Release,
    now: str,
    staging: str = "",
    *,
    held_back: t.Mapping[str, str] | None = None,
    masked: t.Mapping[str, bool] | None = None,
    language: str = "",
    provenance: t.Mapping[str, t.Any] | None = None,
) -> Attempt:
    """Open a new attempt and return it; C(now) is RFC 3339, UTC.

    C(provenance) is kept in its file alone, and does not travel with it.

    Raises:
        LockerError: the folder cannot be created.
    """
    stamp = parse_time(now).strftime(chain.STAMP)
    path = Path(root).absolute() / release.ticket / release.candidate / "attempts" / stamp
    attempt = Attempt(str(path), now, release, staging, dict(held_back or {}), dict(masked or {}), language)
    try:
        with chain.opening(path.parents[2], stamp) as before:
            path.mkdir(parents=True, mode=0o700)
            # Those of attempts that were killed: nobody closes them any more.
            for key in path.parents[2].glob("*/attempts/*/.digest_key"):
                if not is_running(key.parent):
                    key.unlink(missing_ok=True)
            own = {"schema": manifest.SCHEMA, **attempt.as_dict(), "previous": before and before._asdict()}
            own |= {"provenance": dict(provenance)} if provenance else {}
            files.write(path / "attempt.json", as_json(own))
            files.write(path / ".digest_key", random_source.token_hex(32))
    except OSError as exc:
        raise LockerError(f"the locker {root} cannot be written: {exc.strerror} ({exc.filename})") from exc
    except ValueError as exc:
        raise LockerError(f"no attempt is opened: {exc}") from exc
    return attempt


def digest_key(attempt: Attempt) -> str:
    """Return the attempt's random key for keyed digests.

    It is beside the evidence only while the attempt is open: without it, nobody can try passwords against a
    digest in the report.

    Raises:
        LockerError: it was destroyed: the attempt was reported, or a later one of the ticket was opened.
    """
    try:
        return (attempt.folder / ".digest_key").read_text("ascii")
    except FileNotFoundError as exc:
        raise LockerError(
            f"the attempt {attempt.folder.name} was reported, or a later one of the ticket was opened: "
            "begin a new attempt"
        ) from exc


def close_attempt(attempt: Attempt) -> None:
    """Destroy the key of the keyed digests."""
    (attempt.folder / ".digest_key").unlink(missing_ok=True)


def is_running(folder: Path) -> bool:
    """Return whether the run of an attempt is still at work; its watch holds the lock for so long."""
    try:
        with (folder / RUNNING).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def is_open(attempt: Attempt, package: int) -> bool:
    """Return whether this attempt collects a package."""
    return elsewhere.find(attempt.package(package) / "policy.json").exists()


def open_package(attempt: Attempt, package: int, policy: t.Mapping[str, t.Any]) -> None:
    """Register a package to be judged in this attempt, with its policy."""
    with _locked(attempt.package(package)):
        elsewhere.write(attempt.package(package) / "policy.json", as_json(policy))
        manifest.grow(attempt.package(package), ["policy.json"])


def keep(
    attempt: Attempt, package: int, steps: t.Sequence[Step], *, unless: str = "", recovered: str = ""
) -> list[dict[str, t.Any]]:
    """Write steps, and return each with digests in place of its streams.

    If a step of the name C(unless) is kept already, nothing is written or returned: of several processes that
    write at the same time, one does. C(recovered) is when they were found, where their attempt was killed.

    Raises:
        LockerError: a step cannot be written.
    """
    folder = attempt.package(package)
    try:
        with _locked(folder):
            if unless and elsewhere.glob(folder, f"[0-9]*-{unless}.json"):
                return []
            return [_keep_step(folder, step, recovered, redactor(attempt)) for step in steps]
    except OSError as exc:
        raise LockerError(f"{folder} cannot be written: {exc.strerror}") from exc


def keep_where_open(
    attempt: Attempt, packages: t.Sequence[int], steps: t.Sequence[Step]
) -> list[dict[str, t.Any]]:
    """Write steps, as C(keep()) does, into those packages that this attempt collects, or into the last."""
    concerned = [package for package in packages if is_open(attempt, package)] or packages[-1:]
    return [entry for package in concerned for entry in keep(attempt, package, steps)]


def load(attempt: Attempt, digest: kept.Digest | None = None) -> dict[int, tuple[Evidence, dict[str, t.Any]]]:
    """Return, for each package that was opened, its evidence and its policy.

    C(digest) returns a file's SHA-256; somebody who has read all files gives it.

    Raises:
        LockerError: a stream is missing or is not what was kept.
    """
    return {
        package: (load_package(attempt, package, digest), read_json(policy) if policy.exists() else {})
        for package in PACKAGES
        if (policy := elsewhere.find(attempt.package(package) / "policy.json")).parent.is_dir()
    }


def load_package(attempt: Attempt, package: int, digest: kept.Digest | None = None) -> Evidence:
    """Return the evidence of one package so far, which may be empty.

    Raises:
        LockerError: a stream is missing or is not what was kept.
    """
    folder = attempt.package(package)
    steps = tuple(load_step(path, folder, digest) for path in elsewhere.glob(folder, "[0-9]*.json"))
    return Evidence(package, attempt.release, steps)


def named_attempt(given: t.Mapping[str, t.Any] | None) -> Attempt | None:
    """Return the attempt that a task was given: that of its run or an earlier one; None without one.

    Args:
        given: C(Attempt.as_dict()), or C(locker), C(ticket), C(release) and maybe C(name), and what the
            attempt must have: C(commit) and C(environment).

    Raises:
        LockerError: it is not valid, does not exist, or has another commit or environment.
    """
    if not given:
        return None
    if "path" in given:
        return Attempt.from_dict(given)
    try:
        root, ticket, candidate = (str(given[key]) for key in ("locker", "ticket", "release"))
    except KeyError as exc:
        raise LockerError(f"attempt: {exc} is missing") from exc
    attempt = find_attempt(root, ticket, candidate, str(given.get("name") or ""))
    for key in ("commit", "environment"):
        wanted, has = str(given.get(key) or ""), getattr(attempt.release, key)
        if wanted not in ("", has):
            raise LockerError(
                f"rc_closure_{key} is {wanted}, but the attempt {attempt.folder.name} has {has}: correct "
                "it, or set rc_closure_ticket_attempt to another attempt"
            )
    return attempt


def find_attempt(root: str, ticket: str, candidate: str, name: str = "") -> Attempt:
    """Return an earlier attempt: the one of that name, or the newest that has a report.

    Raises:
        LockerError: it does not exist.
    """
    folder = Path(root).absolute() / ticket / candidate / "attempts"
    elsewhere.settle(folder)
    reported = sorted(path.parent for path in folder.glob(f"{name or '*'}/report.json"))
    if not reported:
        raise LockerError(f"{folder} contains no report{f' of attempt {name}' if name else ''}")
    manifest.format_of(reported[-1])
    attempt = read_json(reported[-1] / "attempt.json")
    return Attempt.from_dict({**attempt, "path": str(reported[-1])})


def digest(attempt: Attempt, known: kept.Digest = kept.sha256) -> str:
    """Return the SHA-256 of the attempt's evidence and report.

    It is that of one line for each file, C(<its SHA-256>  <its path in the attempt>), in the paths' order, as
    C(sha256sum) prints it, without what comes after the report: a closing record, the result of posting.
    """
    folder = attempt.folder
    names = {str(path.relative_to(folder)) for path in folder.rglob("[!.]*") if path.is_file()}
    lines = (f"{known(folder / name)}  {name}\n" for name in sorted(names - {*manifest.AFTER}))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def later_attempt(attempt: Attempt) -> Later | None:
    """Return the newest later attempt for the same ticket, of whichever release, that decides something."""
    others = attempt.folder.parents[2].glob("*/attempts/*")
    found = (Later(path.name, later.status(path)) for path in others if path.name > attempt.folder.name)
    return max((one for one in found if one.status), default=None)


def says(attempt: Attempt, package: int, step: Step) -> bool:
    """Return whether a package has a step of this name that says the same of the same host."""
    files = elsewhere.glob(attempt.package(package), f"[0-9]*-{step.name}.json")
    found = (load_step(path, attempt.package(package)) for path in files)
    return any((one.host, one.stdout) == (step.host, step.stdout) for one in found)


def write_report(attempt: Attempt, name: str, text: str) -> str:
    """Write a rendered report into the attempt and, where none is newer, into the release's folder.

    Returns the path of the latter, or else of the former.
    """
    own = attempt.folder / name
    written = elsewhere.write(own, text)
    if own != max([own, *attempt.folder.parent.glob(f"*/{name}")]):
        return str(written)
    return str(elsewhere.write(attempt.folder.parent.parent / name, text))


def redactor(attempt: Attempt, **secrets: str) -> Redactor:
    """Return what masks secrets by their places: the hosts' knew which they are. More may be given."""
    return Redactor(secrets, shown=[name for name, secret in attempt.masked.items() if not secret])


def file_of(number: int, step: str, what: str) -> str:
    """Return the name of a file in a package's folder: of its C(number)th step, C(json) or a stream."""
    return f"{number:04d}-{step}.{what}"


def _keep_step(folder: Path, step: Step, recovered: str, redact: Redactor) -> dict[str, t.Any]:
    record: dict[str, t.Any] = {
        key: redact(value) if isinstance(value, str) and key not in STREAMS else value
        for key, value in step.as_dict().items()
    }
    if recovered:
        record["recovered"] = recovered
    number = 1 + max((int(path.name[:4]) for path in elsewhere.glob(folder, "[0-9]*")), default=0)
    masks = Counter[str]()
    for stream, content in ((STREAMS[0], step.stdout), (STREAMS[1], step.stderr)):
        record[stream] = kept.write(folder / file_of(number, step.name, stream), content, redact, masks)
    kept.count_masks(record["command"].encode(), masks)
    if masks:
        record["masks"] = dict(sorted(masks.items()))
    name = file_of(number, step.name, "json")
    elsewhere.write(folder / name, as_json(record))
    manifest.grow(folder, [name, *(one for stream in STREAMS for one in kept.names(record[stream]))])
    return record


@contextmanager
def _locked(folder: Path) -> t.Iterator[None]:
    """Be the only one that writes into a package: hosts collect side by side, in processes of their own."""

    def made(path: Path) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch()

    with elsewhere.somewhere(folder / ".lock", made).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def telling(attempt: Attempt) -> t.Iterator[None]:
    """Be the only run on this machine that posts to the attempt's ticket: two would post twice.

    A process that is killed releases the lock.

    Raises:
        LockerError: another run is posting to it.
    """
    with attempt.folder.parents[2].joinpath(".telling").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise LockerError(
                f"another run is posting to the ticket {attempt.release.ticket}: wait for its end, "
                "and post again"
            ) from exc
        yield


def load_step(path: Path, folder: Path | None = None, digest: kept.Digest | None = None) -> Step:
    """Return the step of a file, with its streams, which belong into C(folder) if that is another.

    Raises:
        LockerError: a stream is missing or is not what was kept.
    """
    record = read_json(path)
    unread = []
    for stream in STREAMS:
        # A disk may be full between a step's files.
        file = elsewhere.find((folder or path.parent) / record[stream]["file"])
        found = kept.read(file, record[stream], digest)
        if found is None:
            raise LockerError(
                f"{file} is missing or was changed: its SHA-256 is not the one that was kept with it"
            )
        record[stream] = found
        if isinstance(found, Stream) and found.unread:
            unread.append(f"its {stream} of {found.unread}")
    if unread:
        record |= {"outcome": FAILED, "reason": "; ".join([*filter(None, [record.get("reason")]), *unread])}
    return Step.from_dict(record)


def as_json(data: t.Any) -> str:
    """Return data as the locker writes it."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def read_json(path: Path) -> t.Any:
    """Return what C(as_json()) was written of.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not JSON, as of a file that was cut off.
    """
    try:
        return json.loads(path.read_text("utf-8"))
    except ValueError as exc:
        raise ValueError(f"{path} cannot be read, it is not JSON: {exc}") from exc
