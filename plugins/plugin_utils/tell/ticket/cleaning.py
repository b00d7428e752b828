# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a text passes before it leaves for a ticket: secrets masked, control characters shown, a last look.

Pure.
"""

from __future__ import annotations

import re
import typing as t

from ....module_utils._core.redaction import masked

# Tickets refuse, drop or change control characters, and a terminal's colours say nothing there. Each is shown
# as the one character that pictures it, so that nothing is lost and every length stays.
_PICTURES = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys([*range(0xD800, 0xE000), 0xFFFE, 0xFFFF], 0xFFFD),
}

_BORDER = re.compile(r"^`{3,}(?:text)?$", re.MULTILINE)
_BLANK = re.compile(r"[*\s]+")

Redact = t.Callable[[str], str]


def clean(value: t.Any, redact: Redact) -> t.Any:
    """Return a document as a ticket takes it: secrets masked and control characters shown in all its texts.

    It comes before the rendering, so that no mask can take a part of a code block's border with it.
    """
    return masked(value, lambda text: redact(text).translate(_PICTURES))


def leaks(text: str, redact: Redact) -> bool:
    """Whether a rendered text still contains a secret, which should have been masked.

    Each code block is searched by itself: a secret whose end is missing ends with its block.
    """
    # A mask that was cut in two, or that takes blanks with it, is masked again and is no secret.
    return any(_BLANK.sub("", redact(block)) != _BLANK.sub("", block) for block in _BORDER.split(text))
