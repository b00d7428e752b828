# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What setting variables in an environment file would change, and how that may be shown."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from .._core.redaction import Redactor, mask, secrets_of_env
from .._text import env_file


@dataclass(frozen=True)
class Change:
    """A file's text, and which variables are to be set in it.

    Attributes:
        before: the text as it is; C('') where there is no file.
        wanted: name → value of what is to be set.
        secret: the names among them whose values may not be seen.
        made_by: who sets them. A line of the file remembers which variables it put there, and which it took
        out
            again since it no longer sets them. One that was there before is not its own to take out.
    """

    before: str
    wanted: t.Mapping[str, str]
    secret: t.Collection[str]
    made_by: str = ""

    @property
    def after(self) -> str:
        """The text as it shall be.

        Raises:
            ValueError: a name is no variable's, or a value cannot stand in such a file.
        """
        kept = (entry for entry in env_file.entries(self.before) if entry.name not in self.removed)
        lines = [entry.text for entry in kept if not self._is_mark(entry.text)]
        text = env_file.update("".join(lines), self.wanted)
        put = (self._marked("put") & self.wanted.keys()) | (self.wanted.keys() - env_file.parse(self.before))
        mark = self._mark(put, self.gone - env_file.parse(text).keys())
        if not mark:
            return text
        if self._written == mark:
            return self.before if text == "".join(lines) else self._with(text, mark)
        return self._with(text, mark)

    @property
    def removed(self) -> set[str]:
        """The variables that were put there and are no longer to be set."""
        return (self._marked("put") - self.wanted.keys()) & env_file.parse(self.before).keys()

    @property
    def gone(self) -> set[str]:
        """The variables that were taken out, now or earlier, and that a running process may still have."""
        return (self._marked("taken out") | self.removed) - self.wanted.keys()

    @property
    def names(self) -> list[str]:
        """The variables whose values change."""
        old = env_file.parse(self.before)
        changed = {name for name, value in self.wanted.items() if old.get(name) != value}
        return sorted(changed | self.removed)

    def is_stale(self, environment: t.Mapping[str, str], *, older: bool = True) -> bool:
        """Whether a process with this environment was started without what is wanted.

        Or, where it is C(older) than the file, with what was taken out of that: a younger one has it from
        elsewhere.
        """
        lacks = any(environment.get(name) != value for name, value in self.wanted.items())
        gone = self.gone - env_file.parse(self.after).keys()
        return lacks or (older and bool(gone & environment.keys()))

    @property
    def _written(self) -> str:
        return next((one.text for one in env_file.entries(self.before) if self._is_mark(one.text)), "")

    def _is_mark(self, line: str) -> bool:
        return bool(self.made_by) and line.startswith(f"# {self.made_by} has ")

    def _marked(self, what: str) -> set[str]:
        found = re.search(rf"has .*?\b{what}: (?P<names>[\w ]*)", self._written)
        return set(found["names"].split()) if found else set()

    def _mark(self, put: t.Collection[str], gone: t.Collection[str]) -> str:
        parts = [("put", put), ("taken out", gone)]
        told = [f"{what}: {' '.join(sorted(names))}" for what, names in parts if names]
        return f"# {self.made_by} has {'; '.join(told)}\n" if self.made_by and told else ""

    def _with(self, text: str, mark: str) -> str:
        return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}{mark}"

    def shown(self) -> tuple[str, str]:
        """Return both texts as they may be seen; a secret that changes is marked as new."""
        known = {
            **secrets_of_env(env_file.parse(self.before)),
            **secrets_of_env(env_file.parse(self.after)),
            **{name: self.wanted[name] for name in self.secret},
        }
        redact, hidden = Redactor(known), {label.partition(".")[0] for label in known}
        return _masked(self.before, hidden, (), redact), _masked(self.after, hidden, self.names, redact)


def _masked(text: str, hidden: t.Container[str], fresh: t.Container[str], redact: Redactor) -> str:
    lines = []
    for entry in env_file.entries(text):
        if entry.name in hidden:
            lines.append(f"{entry.name}={mask(entry.name)}{' (new)' if entry.name in fresh else ''}")
        else:
            lines.append(redact(entry.text.rstrip("\r\n")))
    return "".join(f"{line}\n" for line in lines)
