# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ticket that is a folder: one file per comment, ready to be pasted, and the state it would have."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from ....module_utils._clients.rest import Document
from ....module_utils._core import files
from ....module_utils._core.evidence import utc_now
from ...keep.locker import as_json
from .base import Comment, State, Ticket, TicketError
from .message import MarkdownFrame, Message

_STATE = "state.json"
_NEW: dict[str, t.Any] = {"open": True, "closed_at": "", "labels": []}


class FileTicket(Ticket):
    """A folder, made when something is written into it."""

    frame = MarkdownFrame()
    characters = 65_536  # GitHub's; whoever pastes elsewhere sets the limit there

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self.place = folder

    def state(self) -> State:
        known = self._known()
        name = "open" if known["open"] else "closed"
        return State(known["open"], name, known["closed_at"], tuple(known["labels"]), self.place)

    def switch(self, *, to_open: bool) -> None:
        """Note that it is open, or since when it is closed."""
        self._note(open=to_open, closed_at="" if to_open else utc_now())

    def label(self, name: str, *, wanted: bool) -> None:
        others = [label for label in self._known()["labels"] if label != name]
        self._note(labels=[*others, name] if wanted else others)

    def _documents(self) -> t.Iterator[Document]:
        for path in sorted(self._folder.glob("[0-9]*.md")):
            yield {"id": path.stem, "body": self._read(path)}

    def _write(self, body: t.Any, comment: Comment | None) -> Document:
        number = 1 + max((int(path.stem) for path in self._folder.glob("[0-9]*.md")), default=0)
        name = comment.id if comment else f"{number:04d}"
        self._keep(f"{name}.md", f"{body}\n")
        return {"id": name}

    def _comment(self, document: Document, message: Message) -> Comment:
        return Comment(document["id"], str(self._folder / f"{document['id']}.md"), "this closure", message)

    def _known(self) -> dict[str, t.Any]:
        path = self._folder / _STATE
        return {**_NEW, **json.loads(self._read(path))} if path.exists() else dict(_NEW)

    def _note(self, **changes: t.Any) -> None:
        self._keep(_STATE, as_json({**self._known(), **changes}))

    @staticmethod
    def _read(path: Path) -> str:
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise TicketError(f"{path} cannot be read: {getattr(exc, 'strerror', None) or exc}") from exc

    def _keep(self, name: str, text: str) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.write(self._folder / name, text)
        except OSError as exc:
            raise TicketError(f"{self._folder / name} cannot be written: {exc.strerror or exc}") from exc
