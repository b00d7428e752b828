# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an attempt's report says what its evidence shows, by the locker alone."""

from __future__ import annotations

import json
import typing as t

from ..keep import locker
from .report import document, markdown
from .report.differences import differences


def problems(attempt: locker.Attempt) -> list[str]:
    """Return one sentence for each place where the reports are not what the evidence makes.

    The copies beside the attempts are held against the newest attempt that has a report.

    Raises:
        LockerError: a stream is not what was kept.
        OSError: a file cannot be read.
        ValueError: a file is not JSON, or not a report.
    """
    folder = attempt.folder
    reported = json.loads((folder / "report.json").read_text("utf-8"))
    built = document.build(attempt, locker.load(attempt), _when(reported))
    derived = json.loads(json.dumps(built))
    found = [f"report.json: {problem}" for problem in differences(reported, derived)]
    if (folder / "report.md").read_text("utf-8") != markdown.render(built):
        found.append("report.md is not the text of what the evidence shows")
    if folder == max(path.parent for path in folder.parent.glob("*/report.json")):
        copies = (folder.parent.parent / name for name in ("report.json", "report.md"))
        found += [
            f"{copy} is not the newest attempt's"
            for copy in copies
            if not copy.is_file() or copy.read_bytes() != (folder / copy.name).read_bytes()
        ]
    return found


def _when(report: t.Any) -> str:
    """Return when the report was made: the one thing in it that no evidence shows."""
    try:
        return str(report["attempt"]["reported"])
    except (KeyError, TypeError) as exc:
        raise ValueError(f"report.json is not a report: {exc!r}") from exc
