# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin, with what a script needs to know of it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import sqlalchemy

from tests.drills import twin
from tests.drills.twin import ROOT

__all__ = ["ROOT", "Twin"]


class Twin(twin.Twin):
    """A twin that has just been reset, with a folder for what is run on it."""

    def __init__(self) -> None:
        """Bring the twin back to its start, and make the folder."""
        super().__init__()
        self.folder: Path = self.etc.parent / "bench"
        self.folder.mkdir(mode=0o700)

    @property
    def api_token(self) -> str:
        """The backend's token."""
        return self._env()["API_TOKEN"]

    def ask(self, query: str) -> dict[str, t.Any]:
        """Return the first row of a query, by column."""
        with self._engine().connect() as connection:
            return dict(connection.execute(sqlalchemy.text(query)).mappings().one())

    def psql_variables(self) -> dict[str, str]:
        """Return psql's variables for the backend's database."""
        url = sqlalchemy.make_url(self._env()["SYNC_DATABASE_URL"])
        return {
            "PGHOST": str(url.host),
            "PGPORT": str(url.port),
            "PGUSER": str(url.username),
            "PGPASSWORD": str(url.password),
            "PGDATABASE": str(url.database),
        }
