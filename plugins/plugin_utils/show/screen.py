# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is painted in place, below what stays: everything that is displayed meanwhile comes to stand above it.

The cursor stays visible and behind the last line, no mode of the terminal is changed: however the run ends,
nothing has to be put back. Workers have no terminal, so all that is displayed passes this process's Display.
"""

from __future__ import annotations

import atexit
import os
import re
import threading
import time
import typing as t

if t.TYPE_CHECKING:
    from ansible.utils.display import Display

# A smaller terminal has no room for a word of it.
LEAST_WIDTH, LEAST_HEIGHT = 20, 4
_PAUSE_SECONDS = 0.1  # between two paintings because of events
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_PROMPTS = ("prompt", "do_var_prompt", "prompt_until")

# Returns the lines to paint, coloured, with the number of columns of each, for a width and a height.
Paint = t.Callable[[int, int], list[tuple[str, int]]]


class Screen:
    """The Display, with what is painted below it.

    Attributes:
        lock: to be held by whoever changes what is painted.
    """

    def __init__(
        self,
        display: Display,
        stream: t.TextIO,
        *,
        redact: t.Callable[[str], str],
        wanted: t.Callable[[str], bool],
        paint: Paint | None,
        tick: t.Callable[[], None],
        every: float,
    ) -> None:
        """Take what masks, whether a text is to be displayed, and what is done every so many seconds."""
        self.lock = threading.RLock()
        self._display, self._stream, self._process = display, stream, os.getpid()
        self._redact, self._wanted, self._paint, self._tick, self._every = redact, wanted, paint, tick, every
        self._painted: list[int] = []  # columns of the lines that stand there
        self._last, self._held = 0.0, 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="checklist")

    @property
    def in_place(self) -> bool:
        """Whether anything is painted."""
        return self._paint is not None

    def begin(self) -> None:
        """Have everything displayed pass here, and repaint from now on."""
        self._pass("display", self._displayed)
        for name in _PROMPTS:
            self._pass(name, self._prompted)
        atexit.register(self._exit)
        self._thread.start()

    def end(self) -> None:
        """Leave what is painted as it is: the run is over."""
        with self.lock:
            self._over.set()
            self.repaint(now=True)
            self._paint, self._painted = None, []

    def _exit(self) -> None:
        """End a run that was broken off, too; what still wrote while Python ends would be an error."""
        if os.getpid() == self._process:
            self.end()
            self._thread.join(timeout=2)

    def plain(self) -> None:
        """Paint nothing any longer."""
        with self.lock:
            self._erase()
            self._paint = None

    def repaint(self, *, now: bool = False) -> None:
        """Paint anew, unless that was done a moment ago."""
        with self.lock:
            if not self._paint or self._held or (not now and time.monotonic() - self._last < _PAUSE_SECONDS):
                return
            self._last = time.monotonic()
            width, height = self.size()
            lines = self._paint(width, height) if width >= LEAST_WIDTH and height >= LEAST_HEIGHT else []
            text = "".join(f"{line}\x1b[K\n" for line, _columns in lines)
            self._write(f"{self._up(width)}{text}\x1b[J")
            self._painted = [columns for _line, columns in lines]

    def _run(self) -> None:
        try:
            while not self._over.wait(self._every):
                with self.lock:
                    self._tick()
                self.repaint(now=True)
        except (OSError, ValueError):
            return  # nobody reads it any longer; the next event says so

    def _pass(self, name: str, through: t.Callable[..., t.Any]) -> None:
        """Have a method of the Display called through one of this object's, in this process only."""
        original = getattr(self._display, name)

        def called(*args: t.Any, **kwargs: t.Any) -> t.Any:
            if os.getpid() != self._process:  # a worker's go to this process first
                return original(*args, **kwargs)
            return through(original, *args, **kwargs)

        setattr(self._display, name, called)

    def _displayed(self, original: t.Callable[..., None], msg: str, *args: t.Any, **kwargs: t.Any) -> None:
        """Display a text above what is painted, masked."""
        with self.lock:
            if not self._wanted(msg):
                return
            if kwargs.get("log_only"):
                original(self.masked(msg), *args, **kwargs)
                return
            self._erase()
            original(self.masked(msg), *args, **kwargs)
            if kwargs.get("newline", True) and self._paint:
                self._stream.flush()
                self.repaint(now=True)

    def _prompted(self, original: t.Callable[..., t.Any], *args: t.Any, **kwargs: t.Any) -> t.Any:
        """Paint nothing while a person is asked."""
        with self.lock:
            self._erase()
            self._held += 1
        try:
            return original(*args, **kwargs)
        finally:
            self._held -= 1

    def masked(self, text: str) -> str:
        """Return the text masked; without colours where these are in the way."""
        bare = _COLOURS.sub("", text)
        shown = self._redact(bare)
        return text if shown == bare else shown

    def _erase(self) -> None:
        if self._painted:
            self._write(f"{self._up(self.size()[0])}\x1b[J")
            self._painted = []

    def _up(self, width: int) -> str:
        """Return what moves the cursor to where the painting begins, be the terminal narrower by now."""
        rows = sum(max(1, -(-columns // (width + 1))) for columns in self._painted)
        return f"\r\x1b[{rows}A" if rows else "\r"

    def size(self) -> tuple[int, int]:
        """Return how many columns and lines there are to paint in: one less than the terminal has."""
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):
            return 79, 23
        return (size.columns or 80) - 1, (size.lines or 24) - 1

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
