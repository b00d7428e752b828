# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The locker keeps steps whole, apart and in order, and gives back only what was kept."""

from __future__ import annotations

import errno
import hashlib
import json
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Release, Step
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker

NOW = "2026-11-24T02:52:03.123Z"
PLAIN = {
    "title": "One",
    "kind": "command",
    "command": "ls",
    "host": "h",
    "started": NOW,
    "ended": NOW,
    "exit_status": 0,
}
RELEASE = Release("PSP-3031", "rc1", "a" * 40, "staging")


def _step(name: str = "one", **more: t.Any) -> Step:
    return Step(**{"name": name, **PLAIN, **more})


@pytest.fixture
def attempt(tmp_path: Path) -> locker.Attempt:
    return locker.open_attempt(str(tmp_path / "evidence"), RELEASE, NOW)


def test_what_is_kept_comes_back(attempt: locker.Attempt) -> None:
    steps = [_step("a", stdout="é\r\n no end"), _step("b", stderr="x" * 100_000)]
    locker.open_package(attempt, 1, {"table": "t"})
    shown = locker.keep(attempt, 1, steps)
    evidence, policy = locker.load(attempt)[1]
    assert list(evidence.steps) == steps
    assert evidence.release == RELEASE
    assert policy == {"table": "t"}
    assert [step["stderr"]["bytes"] for step in shown] == [0, 100_000]


def test_a_package_that_was_not_opened_is_absent(attempt: locker.Attempt) -> None:
    assert locker.load(attempt) == {}


def test_what_is_held_back_travels_with_the_attempt(tmp_path: Path) -> None:
    opened = locker.open_attempt(str(tmp_path), RELEASE, NOW, held_back={"1": "backend: no directory"})
    attempt = locker.Attempt.from_dict(opened.as_dict())
    assert locker.read_json(attempt.folder / "attempt.json")["held_back"] == {"1": "backend: no directory"}
    attempt.check([2])
    attempt.check([1, 2])  # what both need is done for the other
    with pytest.raises(locker.LockerError, match="the preflight found a problem: backend: no directory"):
        attempt.check([1])


def test_hosts_may_keep_side_by_side(attempt: locker.Attempt) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: locker.keep(attempt, 3, [_step(f"s{n}", stdout=str(n))]), range(40)))
    steps = locker.load(attempt)[3][0].steps
    assert sorted(step.stdout for step in steps) == sorted(map(str, range(40)))


def test_a_changed_stream_is_refused(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, [_step(stdout="FAIL")])
    (stream,) = Path(attempt.path).rglob("*.stdout")
    stream.write_text("PASS")
    with pytest.raises(locker.LockerError, match="is missing or was changed"):
        locker.load(attempt)


def test_a_lost_stream_is_refused(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, [_step(stdout="FAIL")])
    next(Path(attempt.path).rglob("*.stdout")).unlink()
    with pytest.raises(locker.LockerError, match="is missing or was changed"):
        locker.load(attempt)


def test_text_is_redacted_once_more_on_its_way_in(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, [_step(stdout="postgresql://u:hunter22@h/db", command="x --token=abcdefgh")])
    kept = "".join(path.read_text() for path in Path(attempt.path, "package_1").iterdir())
    assert "hunter22" not in kept
    assert "abcdefgh" not in kept


def test_nothing_is_readable_for_others(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, [_step(stdout="x")])
    locker.write_report(attempt, "report.md", "x")
    files = [path for path in Path(attempt.path).rglob("*") if path.is_file() and path.name != ".lock"]
    assert files
    assert {path.stat().st_mode & 0o077 for path in files} == {0}


def test_the_key_of_digests_is_gone_with_the_attempt(attempt: locker.Attempt) -> None:
    assert len(locker.digest_key(attempt)) == 64
    locker.close_attempt(attempt)
    assert not Path(attempt.path, ".digest_key").exists()


def test_the_key_of_an_attempt_that_was_killed_is_gone_with_the_next(
    attempt: locker.Attempt, tmp_path: Path
) -> None:
    other = locker.open_attempt(str(tmp_path / "evidence"), Release("PSP-9", "rc1", "a" * 40, "staging"), NOW)
    after = Release("PSP-3031", "rc2", "a" * 40, "staging")
    later = locker.open_attempt(str(tmp_path / "evidence"), after, "2026-11-24T09:00:00.000Z")
    with pytest.raises(locker.LockerError, match="or a later one of the ticket was opened"):
        locker.digest_key(attempt)
    assert locker.digest_key(later) != locker.digest_key(other)


@pytest.mark.parametrize(("opened", "want"), [((), [3]), ((2,), [2]), ((2, 3), [2, 3])])
def test_a_step_is_kept_where_it_concerns_a_package(
    attempt: locker.Attempt, opened: tuple[int, ...], want: list[int]
) -> None:
    for package in opened:
        locker.open_package(attempt, package, {})
    locker.keep_where_open(attempt, [2, 3], [_step("s")])
    assert [package for package in locker.PACKAGES if locker.load_package(attempt, package).steps] == want


def test_the_newest_report_stands_in_the_release_folder(attempt: locker.Attempt) -> None:
    path = Path(locker.write_report(attempt, "report.json", json.dumps({"x": 1})))
    assert path.parts[-3:] == ("PSP-3031", "rc1", "report.json")
    assert json.loads(path.read_text()) == {"x": 1}


def test_a_locker_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(locker.LockerError, match="cannot be written: Not a directory"):
        locker.open_attempt(str(tmp_path / "file"), RELEASE, NOW)


def test_a_locker_on_a_disk_that_is_read_only_is_named(
    attempt: locker.Attempt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really_open = Path.open

    def refuse(path: Path, mode: str = "r", *more: t.Any, **named: t.Any) -> t.Any:
        if "w" in mode:
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return really_open(path, mode, *more, **named)

    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(locker.LockerError, match=r"cannot be written: Read-only file system \(/"):
        locker.open_attempt(str(tmp_path / "evidence"), RELEASE, "2026-11-25T02:52:03.123Z")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_file_that_was_cut_off_is_named(attempt: locker.Attempt, tmp_path: Path) -> None:
    locker.write_report(attempt, "report.json", "{}")
    (attempt.folder / "attempt.json").write_text('{"path": "/')
    with pytest.raises(ValueError, match=r"/attempt\.json cannot be read"):
        locker.find_attempt(str(tmp_path / "evidence"), RELEASE.ticket, RELEASE.candidate)


def test_a_locker_whose_path_has_blanks_and_other_letters(tmp_path: Path) -> None:
    root = tmp_path / "kanıt dolabı ĞÜŞİÖÇ"
    opened = locker.open_attempt(str(root), RELEASE, NOW)
    locker.write_report(opened, "report.json", "{}")
    assert locker.find_attempt(str(root), RELEASE.ticket, RELEASE.candidate) == opened


def test_the_newest_attempt_with_a_report_is_found(tmp_path: Path) -> None:
    root = str(tmp_path / "evidence")
    first, second, unreported = (
        locker.open_attempt(root, RELEASE, f"2026-11-24T0{hour}:00:00.000Z") for hour in (1, 2, 3)
    )
    for one in (first, second):
        locker.write_report(one, "report.json", "{}\n")
    assert locker.find_attempt(root, RELEASE.ticket, RELEASE.candidate) == second
    assert locker.find_attempt(root, RELEASE.ticket, RELEASE.candidate, Path(first.path).name) == first
    for name in (Path(unreported.path).name, "20200101T000000.000000Z"):
        with pytest.raises(locker.LockerError, match=f"contains no report of attempt {name}"):
            locker.find_attempt(root, RELEASE.ticket, RELEASE.candidate, name)


def test_a_locker_that_was_moved_is_found_where_it_is(tmp_path: Path) -> None:
    attempt = locker.open_attempt(str(tmp_path / "old"), RELEASE, NOW)
    locker.write_report(attempt, "report.json", "{}\n")
    (tmp_path / "old").rename(tmp_path / "new")
    found = locker.find_attempt(str(tmp_path / "new"), RELEASE.ticket, RELEASE.candidate)
    assert Path(found.path).is_relative_to(tmp_path / "new")


def test_the_digest_is_that_of_all_that_is_kept(attempt: locker.Attempt) -> None:
    locker.keep(attempt, 1, [_step(stdout="out")])
    before = locker.digest(attempt)
    locker.write_report(attempt, locker.TICKET_RECORD, "{}")
    locker.close_attempt(attempt)
    assert locker.digest(attempt) == before
    listed = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(attempt.path)}\n"
        for path in sorted(Path(attempt.path).rglob("[!.]*"))
        if path.is_file() and path.name != locker.TICKET_RECORD
    )
    assert hashlib.sha256(listed.encode()).hexdigest() == before
    locker.keep(attempt, 1, [_step("two")])
    assert locker.digest(attempt) != before


def test_of_many_that_mean_the_same_one_is_kept(attempt: locker.Attempt) -> None:
    def mean(number: int) -> int:
        steps = [_step(f"look_{number}"), _step("meant", stdout=str(number))]
        return len(locker.keep(attempt, 0, steps, unless="meant"))

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(mean, range(8))) == [0] * 7 + [2]
    looked, meant = locker.load_package(attempt, 0).steps
    assert (looked.name, meant.name) == (f"look_{meant.stdout}", "meant")
    assert locker.keep(attempt, 0, [_step("other")], unless="mean")


def test_a_package_that_holds_nothing_yet_is_read_as_such(attempt: locker.Attempt) -> None:
    assert locker.load_package(attempt, 2).steps == ()


def _reported(root: Path, hour: int, gate: str, run: str, *where: str) -> None:
    release, ticket, *_rest = [*where, *("rc1", "PSP-3031")[len(where) :]]
    attempt = locker.open_attempt(
        str(root), Release(ticket, release, "a" * 40, "staging"), f"2026-11-24T{hour:02}:00:00.000Z"
    )
    locker.open_package(attempt, 1, {})
    if gate:
        document = {"gate": {"status": gate}, "run": {"status": run}}
        locker.write_report(attempt, "report.json", json.dumps(document))


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([], None),
        ([(1, "FAIL", "FAIL")], None),
        ([(8, "FAIL", "FAIL")], "FAIL"),
        ([(8, "PASS", "PASS")], "PASS"),
        ([(8, "", "")], "not reported"),
        # Some packages alone that passed say nothing of the ticket; what came before them does.
        ([(8, "FAIL", "PASS")], None),
        ([(7, "FAIL", "FAIL"), (8, "FAIL", "PASS")], "FAIL"),
        ([(7, "FAIL", "FAIL"), (8, "PASS", "PASS")], "PASS"),
        # Another candidate of the same ticket counts, another ticket does not.
        ([(8, "FAIL", "FAIL", "rc2")], "FAIL"),
        ([(8, "FAIL", "FAIL", "rc1", "PSP-9")], None),
    ],
)
def test_a_later_attempt_for_the_ticket_is_known(
    tmp_path: Path, others: list[t.Any], said: str | None
) -> None:
    root = tmp_path / "evidence"
    for other in others:
        if other[0] < 2:
            _reported(root, *other)
    attempt = locker.open_attempt(str(root), RELEASE, NOW)
    for other in others:
        if other[0] > 2:
            _reported(root, *other)
    later = locker.later_attempt(attempt)
    assert (later and later[1]) == said


def test_an_attempt_that_collected_nothing_says_nothing(attempt: locker.Attempt, tmp_path: Path) -> None:
    locker.open_attempt(str(tmp_path / "evidence"), RELEASE, "2026-11-24T09:00:00.000Z")
    assert locker.later_attempt(attempt) is None


def test_an_older_attempt_s_report_does_not_take_the_newest_s_place(
    attempt: locker.Attempt, tmp_path: Path
) -> None:
    newer = locker.open_attempt(str(tmp_path / "evidence"), RELEASE, "2026-11-24T09:00:00.000Z")
    newest = Path(locker.write_report(newer, "report.md", "newer"))
    assert locker.write_report(attempt, "report.md", "older") == f"{attempt.path}/report.md"
    assert newest.read_text() == "newer"
    assert Path(attempt.path, "report.md").read_text() == "older"


def test_an_attempt_is_named_in_full_or_looked_for(attempt: locker.Attempt, tmp_path: Path) -> None:
    locker.write_report(attempt, "report.json", "{}\n")
    named = {"locker": str(tmp_path / "evidence"), "ticket": RELEASE.ticket, "release": "rc1"}
    assert locker.named_attempt(None) is None
    assert locker.named_attempt({}) is None
    for given in (attempt.as_dict(), named, {**named, "commit": "a" * 40, "name": ""}):
        assert locker.named_attempt(given) == attempt
    with pytest.raises(locker.LockerError, match="attempt: 'release' is missing"):
        locker.named_attempt({"locker": "x", "ticket": "y"})
    with pytest.raises(
        locker.LockerError, match=f"rc_closure_commit is {'b' * 40}, but the attempt .* has aaa"
    ):
        locker.named_attempt({**named, "commit": "b" * 40})
    with pytest.raises(locker.LockerError, match="rc_closure_environment is production, but the attempt"):
        locker.named_attempt({**named, "environment": "production"})


def test_a_ticket_is_told_by_one_at_a_time(attempt: locker.Attempt, tmp_path: Path) -> None:
    other = locker.open_attempt(str(tmp_path / "evidence"), RELEASE, "2026-11-24T09:00:00.000Z")
    digest = locker.digest(attempt)
    with locker.telling(attempt):
        with pytest.raises(locker.LockerError, match="another run is posting to the ticket PSP-3031"):
            locker.telling(other).__enter__()
        assert locker.digest(attempt) == digest
    with locker.telling(other):
        pass


def test_a_large_stream_is_compressed_and_comes_back(attempt: locker.Attempt) -> None:
    text = "10:00 INFO password=hunter22 nothing to see\n" * 40_000
    locker.open_package(attempt, 1, {})
    record = locker.keep(attempt, 1, [_step(stdout=text)])[0]
    assert record["stdout"]["file"] == "0001-one.stdout.gz"
    assert record["masks"] == {"password": 40_000}
    file = attempt.package(1) / record["stdout"]["file"]
    assert file.stat().st_size < 50_000
    step = locker.load_package(attempt, 1).steps[0]
    assert step.stdout == text.replace("hunter22", "[masked:password]")
    assert step.masks == (("password", 40_000),)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(locker.LockerError, match="missing or was changed"):
        locker.load_package(attempt, 1)


def test_what_a_variable_exempts_is_kept_as_it_is(attempt: locker.Attempt) -> None:
    shown = replace(attempt, masked={"PUBLIC_TOKEN": False})
    locker.open_package(shown, 1, {})
    locker.keep(shown, 1, [_step(stdout="PUBLIC_TOKEN=visible-1 token=hidden-1")])
    step = locker.load_package(shown, 1).steps[0]
    assert step.stdout == "PUBLIC_TOKEN=visible-1 token=[masked:token]"
    assert locker.says(shown, 1, step)
    assert not locker.says(shown, 1, replace(step, host="other"))
