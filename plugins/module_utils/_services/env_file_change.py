# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What setting variables in an environment file would change, and how that may be shown."""

from __future__ import annotations

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
    """

    before: str
    wanted: t.Mapping[str, str]
    secret: t.Collection[str]

    @property
    def after(self) -> str:
        """The text as it shall be.

        Raises:
            ValueError: a name is no variable's, or a value cannot stand in such a file.
        """
        return env_file.update(self.before, self.wanted)

    @property
    def names(self) -> list[str]:
        """The variables whose values change."""
        old = env_file.parse(self.before)
        return sorted(name for name, value in self.wanted.items() if old.get(name) != value)

    def is_stale(self, environment: t.Mapping[str, str]) -> bool:
        """Whether a process with this environment was started without what is wanted."""
        return any(environment.get(name) != value for name, value in self.wanted.items())

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
