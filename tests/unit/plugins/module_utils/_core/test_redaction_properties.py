# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every text: masked once is masked, chunks make no difference, no known secret survives."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.module_utils._text import (
    alembic,
    arq_log,
    env_file,
)
from tests.unit.plugins.module_utils._core.test_redaction import GOES, SECRETS, STAYS, forms

# The same examples in each run: what a random one finds is to be a row of the tables first.
QUICK = settings(max_examples=60, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
# Texts that are like those of tools: pieces of the tables, and what is between such pieces.
PIECES = st.one_of(
    st.sampled_from([text for text, _secret in GOES]),
    st.sampled_from(STAYS),
    st.sampled_from(
        ["password=", "://", "\\n", '"', "'", "[masked:", "Cookie: ", "=", "\x1b[0m", "\x00", "\ufeff"]
    ),
    st.text(max_size=30),
)
TEXTS = st.lists(PIECES, max_size=8).map("\n".join)
# Nothing of these is a secret: there is no name, no separator and no digit.
HARMLESS = st.text(st.sampled_from("abcdefghij ABC\n\t.,;()é漢"), max_size=200)


@QUICK
@given(TEXTS)
def test_masked_twice_is_masked_once(text: str) -> None:
    shown = Redactor({"T": "q7Zk2Vw9Xr4Tn6Lp8Bd3"})(text)
    assert Redactor({"T": "q7Zk2Vw9Xr4Tn6Lp8Bd3"})(shown) == shown


@QUICK
@given(HARMLESS)
def test_text_without_secrets_is_unchanged(text: str) -> None:
    assert Redactor({"T": "q7Zk2Vw9Xr4Tn6Lp8Bd3", "W": "hunter22"})(text) == text


@QUICK
@given(TEXTS, st.lists(st.integers(1, 400), min_size=1, max_size=20))
def test_chunks_make_no_difference(text: str, sizes: list[int]) -> None:
    data, chunks, at = text.encode("utf-8", "surrogatepass"), [], 0
    while at < len(data):
        chunks.append(data[at : at + sizes[len(chunks) % len(sizes)]])
        at += len(chunks[-1])
    whole = b"".join(Redactor({"W": "hunter22"}).stream([data]))
    assert b"".join(Redactor({"W": "hunter22"}).stream(chunks)) == whole


@QUICK
@given(st.sampled_from(SECRETS), st.data())
def test_no_form_of_a_known_secret_survives(secret: str, data: st.DataObject) -> None:
    _name, form = data.draw(st.sampled_from(list(forms(secret))))
    between = st.text(st.sampled_from(" \n<>|;,."), min_size=1, max_size=5)
    shown = Redactor({"DB": secret})(data.draw(between) + form + data.draw(between))
    assert "[masked:DB]" in shown
    assert form not in shown


@QUICK
@given(
    st.text(
        string.ascii_letters + string.digits + "!@#$%^&*()-_=+[]{};:,.<>/?|~`'\"\\", min_size=12, max_size=40
    )
)
def test_any_long_secret_is_masked(secret: str) -> None:
    redact = Redactor({"T": secret})
    if "T" not in redact.weak:
        for text in (secret, json.dumps({"a": secret}), f"x {secret} y"):
            assert secret not in redact(text)


@QUICK
@given(st.text(max_size=300))
@pytest.mark.parametrize("read", [alembic.revisions, alembic.known, arq_log.attempts, env_file.parse])
def test_readers_read_anything(read: object, text: str) -> None:
    assert callable(read)
    read(text)
