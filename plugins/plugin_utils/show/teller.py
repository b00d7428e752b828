# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said of a run, and where: on the screen for good, painted for a while, or in a log alone."""

from __future__ import annotations

import sys
import time
import typing as t
from datetime import UTC, datetime

from ...module_utils._core.redaction import Redactor
from . import lines
from .board import Board, Running
from .panel import marks, panel
from .screen import Screen
from .texts import Line, clock, columns, one_line, printable

if t.TYPE_CHECKING:
    from ansible.utils.display import Display

# What is under way is repainted so often, and without a terminal is told of where it takes so long.
TICK_SECONDS, TOLD_SECONDS = 1.0, 30.0
_HOST, _WIDEST_HOST = 8, 24  # columns

Mapping = t.Mapping[str, t.Any]


class Teller:
    """Tells of events, in place or by lines.

    Attributes:
        board: what the run is at.
        screen: the terminal; its lock is held by whoever tells.
    """

    def __init__(
        self,
        display: Display,
        *,
        in_place: bool,
        colours: Mapping,
        paint: t.Callable[[str, str], str],
        progress: str,
    ) -> None:
        """Take Ansible's colours by style, what colours a text, and how actions' lines of progress begin."""
        self._display, self._colours, self._coloured, self._progress = display, colours, paint, progress
        self._redact = Redactor({})
        self._marks = marks(getattr(sys.stdout, "encoding", None))
        self._host_width = _HOST
        self._reported = False
        self._report: Mapping = {}  # as long as nothing has named its verdicts
        self.board = Board(time.monotonic())
        self.screen = Screen(
            display,
            sys.stdout,
            redact=self._masked,
            wanted=self._wanted,
            paint=self._paint if in_place else None,
            tick=self._tick,
            every=TICK_SECONDS,
        )

    def clean(self, text: t.Any) -> str:
        """Return a text in one line, masked, as the board takes it."""
        return self._masked(one_line(str(text)))

    def tell(
        self, text: str, style: str = "", *, host: str = "", stays: bool = True, stderr: bool = False
    ) -> None:
        """Display a line; one that does not stay is for a log while the checklist is painted."""
        now = datetime.now(UTC).strftime("%H:%M:%SZ")
        named = f"{host:{self._host_width}}  " if host else ""
        self._show(Line(f"{now}  {named}{text}", style), stays=stays, stderr=stderr)

    def play(self, name: str, *, check: bool) -> None:
        """A play begins."""
        self.board.play = self.clean(name)
        self.tell(f"== {self.board.play}{' (check mode)' if check else ''}", "head", stays=False)

    def started(self, host: str, task: str, what: str, packages: t.Sequence[str], limit: float) -> None:
        """A task begins on a host."""
        self._host_width = min(_WIDEST_HOST, max(self._host_width, len(host)))
        self.board.started((host, task), self.clean(what), packages, time.monotonic(), limit)

    def ended(self, host: str, task: str, what: str) -> Running:
        """A task has ended on a host, and is to be told of."""
        ended = self.board.ended((host, task), time.monotonic())
        ended.what = ended.what or self.clean(what)
        return ended

    def done(self, ended: Running, host: str, *, changed: bool, check: bool) -> None:
        """Tell that a task went well."""
        self.board.count(ended.section, ended.what)
        took = lines.seconds(time.monotonic() - ended.since)
        line = f"{ended.what}: {lines.changed(check=check) if changed else 'ok'}{took}"
        self.tell(line, "changed" if changed else "ok", host=host, stays=False)

    def steps(self, ended: Running, host: str, steps: t.Iterable[Mapping]) -> None:
        """Tell what came of each step of a collector."""
        for record in steps:
            line = lines.step(record)
            # Whether it fails the package is the judge's to say.
            self.board.count(ended.section, self.clean(line.text))
            told = f"{ended.section}: {line.text}"
            self.tell(told, line.style, host=host, stays=line.style == "warning")

    def opened(self, attempt: Mapping, packages: t.Iterable[str]) -> None:
        """Tell what the attempt is for, whose packages are to come."""
        shown = [name for name, secret in (attempt.get("masked") or {}).items() if not secret]
        self._redact = Redactor({}, shown=shown)
        self.board.open(packages)
        if not attempt:
            self.tell("no attempt is opened: in check mode nothing is kept", "head", stays=False)
            return
        self.board.head = self.clean(lines.opened(attempt))
        self.tell(f"attempt of {self.board.head}; evidence: {attempt.get('path')}", "head", stays=False)

    def said(self, ended: Running, text: str, host: str, *, item: str = "") -> None:
        """Tell what a task is there to say: below its name, where it is more than a line."""
        self._named(text)
        self.board.count(ended.section, ended.what)
        shown = lines.said(text)
        if len(shown) == 1:
            self.tell(*shown[0], host=host)
            return
        self.tell(f"{ended.what}{item}:", host=host)
        for line in shown:
            self._show(Line(f"    {line.text}", line.style))

    def failed(
        self,
        ended: Running,
        host: str,
        why: str,
        details: str,
        *,
        word: str = "FAILED",
        item: str = "",
        spared: str = "",
        stderr: bool = False,
    ) -> None:
        """Tell a failure once, in full; one that is C(spared) in a line."""
        what = f"{ended.what}{item}"
        if spared:
            self.tell(f"{what}: {spared}: {one_line(why)}", "warning", host=host)
            return
        self.board.count(ended.section, f"{what}: {word}", failed=True)
        self._named(why)
        self.tell(f"{word}: {what}", "failed", host=host, stderr=stderr)
        for line in [*lines.said(why), *lines.said(details)]:
            self._show(Line(f"    {line.text}", line.style or "failed"), stderr=stderr)

    def reported(self, report: Mapping) -> None:
        """Tell each criterion; what follows belongs to no package."""
        self._settle()
        self._report, self._reported = report, True
        self.board.close()
        if self.screen.in_place:
            for line in lines.criteria(report, self._marks.done):
                self._show(line)
            return
        for line in lines.criteria(report):
            self.tell(*line)

    def difference(self, what: str, host: str, text: str) -> None:
        """Show what changed; masked as a whole, since a secret may go on in the next line."""
        if text:
            self.tell(f"{self.clean(what)}: difference", host=host)
        for line in lines.difference(self.screen.masked(text)):
            self._show(line)

    def over(self, summaries: t.Mapping[str, t.Mapping[str, int]], *, check: bool) -> None:
        """Tell how the run ended."""
        for line in lines.verdicts(self._report) if self._report else ():
            self.tell(*line)
        self.board.play = ""
        if not self._reported:
            self._settle()
        self.board.sections = {}
        took = clock(time.monotonic() - self.board.began)
        bad = any(one.get("failures") or one.get("unreachable") for one in summaries.values())
        counts = lines.counts(summaries, check=check)
        self.tell(f"{'check mode, ' if check else ''}ended after {took}; {counts}", "failed" if bad else "ok")

    def retried(self, host: str, task: str, note: str) -> None:
        """Note what is said of a task that is under way."""
        if (host, task) in self.board.running:
            self.board.running[host, task].note = note

    def _masked(self, text: str) -> str:
        return self._redact(text)

    def _show(self, line: Line, *, stays: bool = True, stderr: bool = False) -> None:
        log_only = self.screen.in_place and not stays
        colour = self._colours.get(line.style)
        self._display.display(printable(line.text), color=colour, stderr=stderr, log_only=log_only)

    def _named(self, text: str) -> None:
        """Note that a text names the report, as the gate's does: its verdicts need not be told again."""
        path = str((self._report.get("paths") or {}).get("report.md") or "")
        if path and path in text:
            self._report = {}

    def _settle(self) -> None:
        """Have the checklist stay as it is, above what follows."""
        if self.screen.in_place and self.board.sections:
            rows = self._paint(*self.screen.size())
            self.board.sections, self.board.head = {}, ""
            for row, _columns in rows:
                self._display.display(row, screen_only=True)

    def _paint(self, width: int, height: int) -> list[tuple[str, int]]:
        rows = panel(self.board, time.monotonic(), width, height, self._marks)
        return [(self._coloured(row.text, row.style), columns(row.text)) for row in rows]

    def _tick(self) -> None:
        """Tell by a line what takes long."""
        now = time.monotonic()
        for one in [] if self.screen.in_place else self.board.waiting(now, TOLD_SECONDS):
            note = f" ({one.note})" if one.note else ""
            self.tell(f"... {one.what}{note}: {one.time(now, clock)}", "dim", host=one.host)

    def _wanted(self, text: str) -> bool:
        """Whether to display a text: what actions say of their progress is shown beside their task."""
        if not text.startswith(self._progress):
            return True
        running = list(self.board.running.values())
        said = text[len(self._progress) :].rpartition(":")[0]
        if len(running) == 1 and f" on {running[0].host}" not in said:
            running[0].note = self.clean(said)
        return not running
