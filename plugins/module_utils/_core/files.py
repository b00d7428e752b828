# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to write a file: whole or not at all."""

from __future__ import annotations

import os
import tempfile
import typing as t
from pathlib import Path

Content = t.Union[str, bytes, t.Callable[[], t.Iterable[bytes]]]


def write(path: Path, content: Content, *, move: t.Callable[[str, str], t.Any] = os.replace) -> None:
    """Write a file that outlives a crash of the machine once this returns; C(content) may be made in pieces.

    A new file can be read by its owner alone, at any time. C(move) puts the complete file in its place:
    C(AnsibleModule.atomic_move) keeps owner, mode and security context of the file that is replaced.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    data = content.encode() if isinstance(content, str) else content
    pieces = [data] if isinstance(data, bytes) else data()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        move(name, str(path))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # The file's name has to be on the disk, too, and not its content alone.
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
