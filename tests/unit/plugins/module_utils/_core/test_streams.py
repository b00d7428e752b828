# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams of any size and content: masked on their way, cut at a limit, read in part, nothing else lost."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import command, streams
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName

ROOT = Path(__file__).resolve().parents[5]
SECRET = "q7Zk2Vw9Xr4Tn6Lp8Bd3"
REDACT = Redactor({"T": SECRET})
LINE = f"10:00 INFO token={SECRET} of run 7f3e0c1a\n".encode()


def _stdout(code: str, folder: Path | None) -> str:
    argv = [sys.executable, "-c", f"import sys; w = sys.stdout.buffer.write; {code}"]
    return command.run(argv, StepName("x", "X"), limit=60, redact=REDACT, folder=folder).stdout


def _taken(*chunks: bytes) -> str:
    taken = streams.Taken()
    assert list(taken.passing(chunks)) == list(chunks)
    return taken.stream("/x/0001-a.stdout")


def test_what_is_small_is_its_text(tmp_path: Path) -> None:
    found = _stdout(f"w({LINE!r})", tmp_path)
    assert not isinstance(found, streams.Stream)
    assert found == REDACT(LINE.decode())
    assert list(tmp_path.iterdir()) == []


def test_what_is_large_is_in_a_file_and_masked(tmp_path: Path) -> None:
    found = _stdout(f"w({LINE!r} * 20000)", tmp_path)
    assert isinstance(found, streams.Stream)
    whole = Path(found.file).read_bytes()
    assert whole == REDACT(LINE.decode()).encode() * 20000
    assert (found.size, found.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert found == whole.decode()
    assert Path(found.file).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("raw", [b"a\xff\xfeb", b"\x00\x01\xc3", b"\xed\xa0\x80"])
def test_what_is_no_text_can_be_had_again(raw: bytes, tmp_path: Path) -> None:
    found = _stdout(f"w({raw!r})", tmp_path)
    assert isinstance(found, streams.Stream)
    assert Path(found.file).read_bytes() == raw
    assert found == raw.decode("utf-8", "backslashreplace")
    assert _stdout(f"w({raw!r})", None) == found


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[31mred\x1b[0m", "a\r\nb\r\n", "\u202eevil", "no end"])
def test_strange_text_stays(text: str, tmp_path: Path) -> None:
    assert _stdout(f"w({text.encode()!r})", tmp_path) == text


def test_a_limit_is_said_and_cuts_no_secret_in_two() -> None:
    for shift in (0, 5, 11, 23):
        data = b"x" * shift + LINE * 40_000
        raw = io.BytesIO(data)
        shown = b"".join(streams.masked(raw, len(data), REDACT.stream, limit=300_000)).decode()
        assert f" bytes of {len(data)}; a stream is kept up to 300000 bytes ...]\n" in shown
        assert shown.endswith("run 7f3e0c1a\n")
        assert not any(SECRET[n : n + 4] in shown for n in range(len(SECRET) - 3))


def test_of_one_line_that_is_cut_there_is_no_end() -> None:
    data = SECRET.encode() * 100_000
    shown = b"".join(streams.masked(io.BytesIO(data), len(data), REDACT.stream, limit=300_000))
    assert not any(SECRET[n : n + 4].encode() in shown for n in range(len(SECRET) - 3))
    assert shown.endswith(b" bytes ...]\n")


def test_of_a_large_one_ends_and_telling_lines_are_read() -> None:
    noise = b"10:00 INFO nothing to see\n" * 40_000
    found = _taken(b"first\n", *[noise] * 5, b"ERROR in the middle\n", *[noise] * 5, b"last\n")
    assert isinstance(found, streams.Stream)
    assert found.startswith("first\n")
    assert found.endswith("last\n")
    assert "\nERROR in the middle\n" in found
    assert "bytes of 10400031 are left out here" in found
    assert len(found) < 2 * streams.END + 1000
    assert found.unread == ""
    assert found.left == 10_400_031 - 2 * streams.END


def test_too_many_lines_that_may_matter_are_said() -> None:
    found = _taken(*[b"ERROR: no\n" * 100_000] * 20)
    assert isinstance(found, streams.Stream)
    assert "too many lines" in found.unread
    assert len(found) < 4 * streams.END


MEMORY = """
import resource, sys
import conftest
from ansible_collections.psp.rc_closure.plugins.module_utils._core import streams
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = most()
redact, taken = Redactor({"T": "q7Zk2Vw9Xr4Tn6Lp8Bd3"}), streams.Taken()
for chunk in redact.stream(sys.argv[1].encode() * 4096 for _ in range(250)):
    taken.take(chunk)
assert taken.size > 16e6 and taken.stream("x")
print(most() - before)
"""


@pytest.mark.parametrize("line", ["10:00 INFO done\n", "xxxxxxxxxxxxxxxx"])
def test_memory_is_bounded(line: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", MEMORY, line], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert int(found.stdout) < 40 << 10


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 10, "short"),
        ("a\nb\nc\nd\ne\nf\n", 6, "a\n[... 4 lines, 8 characters, are not shown here ...]\nf\n"),
        ("x" * 20, 6, "xxx[... 0 lines, 14 characters, are not shown here ...]\nxxx"),
    ],
)
def test_an_excerpt(text: str, most: int, shown: str) -> None:
    assert streams.excerpt(text, most) == shown


def test_what_is_bounded_says_what_it_left_out_and_halves_no_line() -> None:
    lines = [f"{number:06d} password=line-{number:06d}\n".encode() for number in range(20_000)]
    whole = b"".join(lines)
    assert streams.bounded(lines, len(whole)) == (whole, 0)
    kept, left = streams.bounded(lines, 10_000)
    first, _note, last = kept.partition(f"\n[... {left} bytes of {len(whole)} are left out".encode())
    last = last.partition(b" ...]\n")[2]
    assert whole.startswith(first)
    assert whole.endswith(last)
    assert first.endswith(b"\n")
    assert last.startswith(b"01")
    assert len(first) + left + len(last) == len(whole)


def test_of_one_line_that_is_bounded_neither_half_is_at_the_cut() -> None:
    secret = b"never-halved-" * 10
    data = b"a" * (500_000 - 60) + secret + b"b" * 1_000_000
    kept, left = streams.bounded([data], 1_000_000)
    assert b"never-halved" not in kept
    assert left > 500_000


def test_of_a_key_that_begins_before_the_cut_nothing_is_behind_it() -> None:
    key = (
        b"-----BEGIN PRIVATE KEY-----\n"
        + b"MIIEvQIBADANBgkqhkiG9w0B\n" * 200
        + b"-----END PRIVATE KEY-----\n"
    )
    kept, left = streams.bounded([b"first\n" * 100 + key + b"last\n" * 100], 3000)
    assert b"MIIE" not in kept.partition(b"are left out here")[2]
    assert kept.endswith(b"last\n" * 100)
    assert left > 3000
