# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lockers with attempts that were reported: evidence that is real, and by far not enough."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import Release
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker, manifest
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import writing
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import document, junit, markdown
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html import page
from tests.unit.captured import RELEASE, captured

POLICY = {"table": "reconciliation_findings", "columns": ["provider"]}


def opened(root: Path, moment: str, release: Release = RELEASE, language: str = "en") -> locker.Attempt:
    """Open an attempt, and keep some steps of Package-1 in it."""
    attempt = locker.open_attempt(str(root), release, moment, language=language)
    locker.open_package(attempt, 1, POLICY)
    steps = [
        captured("alembic_current", "alembic/current_behind"),
        captured("alembic_heads", "alembic/heads"),
        captured("alembic_history", "alembic/history"),
        captured("alembic_upgrade", "alembic/upgrade_head"),
    ]
    locker.keep(attempt, 1, steps)
    return attempt


def report(attempt: locker.Attempt, moment: str) -> None:
    """Report an attempt as the action does."""
    built = document.build(attempt, locker.load(attempt), moment)
    texts = {
        "report.md": markdown.render(built),
        "report.html": page.render(built),
        "junit.xml": junit.render(built),
        "report.json": locker.as_json(built),
    }
    manifest.finish(attempt.folder, texts)
    for name, text in texts.items():
        locker.write_report(attempt, name, text)
    locker.close_attempt(attempt)
    writing.write(attempt, built, writing.Settings())


def reported(root: Path, moment: str, release: Release = RELEASE, language: str = "en") -> locker.Attempt:
    """Open an attempt with some evidence, and report it."""
    attempt = opened(root, moment, release, language)
    report(attempt, moment)
    return attempt


def told(attempt: locker.Attempt, moment: str) -> None:
    """Record that an attempt's report was posted."""
    record = {
        "schema": "psp.rc_closure/ticket/1",
        "told": moment,
        "problem": "",
        "action": "stay",
        "state": "open",
        "locker_sha256": locker.digest(attempt),
    }
    locker.write_report(attempt, locker.TICKET_RECORD, locker.as_json(record))
