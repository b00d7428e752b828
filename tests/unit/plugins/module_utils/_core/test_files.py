# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import files


@pytest.mark.parametrize(("content", "want"), [("é\n", b"\xc3\xa9\n"), (b"\xff\x00", b"\xff\x00"), ("", b"")])
def test_the_content_is_what_was_given(tmp_path: Path, content: str | bytes, want: bytes) -> None:
    files.write(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == want
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        files.write(tmp_path / "file", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_what_cannot_be_put_in_its_place_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("before")

    def refuse(_from: str, _to: str) -> None:
        raise PermissionError("read-only")

    with pytest.raises(PermissionError, match="read-only"):
        files.write(tmp_path / "file", "after", move=refuse)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "before")]


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write(tmp_path / "none" / "file", "x")
