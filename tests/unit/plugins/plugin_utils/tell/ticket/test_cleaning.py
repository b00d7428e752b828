# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control characters are shown, secrets masked, and the last look sees what was missed, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.markdown import fence
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import cleaning

SECRET = "s3cr3t-of-the-ticket"
REDACT = Redactor({"token": SECRET})
KEY = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\u241b[31mred\u241b[0m"),
        ("50 %\r100 %\r\n", "50 %\u240d100 %\u240d\n"),
        ("a\0b\x7f\tc\n", "a\u2400b\u2421\tc\n"),
        ("\ufffe\ud800", "\ufffd\ufffd"),
        ("\u00e9 \u4e16 \U0001f600", "\u00e9 \u4e16 \U0001f600"),
        (f"a {SECRET} b", "a [masked:token] b"),
    ],
)
def test_texts_are_cleaned(text: str, shown: str) -> None:
    assert cleaning.clean(text, REDACT) == shown
    assert len(cleaning.clean(text, str)) == len(text)


def test_all_texts_of_a_document_are_cleaned() -> None:
    document = {"a": [{"b": SECRET, "c": 1}], "d": ("x\0", None, True)}
    assert cleaning.clean(document, REDACT) == {
        "a": [{"b": "[masked:token]", "c": 1}],
        "d": ["x\u2400", None, True],
    }


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"```text\n{SECRET}\n```",
        "postgresql://psp:hunter22@db/psp",
        "Authorization: Bearer abcdefghijkl",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
        KEY,
    ],
)
def test_the_last_look_finds_what_was_not_masked(text: str) -> None:
    assert cleaning.leaks(text, REDACT)
    assert not cleaning.leaks(cleaning.clean(text, REDACT), REDACT)


@pytest.mark.parametrize(
    "text",
    [
        "run_id=3f2b8c1e-7a55-4b1d-9c0e-0123456789ab at 2026-11-24T02:52:03.123Z",
        "password=[masked:password] and postgresql://psp:[masked:url.password]@db/psp",
        # As an earlier version masked.
        "password=******** and postgresql://psp:********@db/psp",
        # A part that ends within a mask.
        "password=[mask",
        "password=[masked:pass",
        # A key whose end was never printed: its mask must not reach over the end of its block.
        f"stdout:\n\n{fence(cleaning.clean(KEY, REDACT))}\n\nstderr:\n\n{fence('all well')}",
    ],
)
def test_the_last_look_finds_nothing_where_nothing_is(text: str) -> None:
    assert not cleaning.leaks(text, REDACT)
