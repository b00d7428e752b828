# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What setting variables would change, and that showing it gives no secret away."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._services.env_file_change import Change

BEFORE = """\
# the backend's
DATABASE_URL='postgresql+asyncpg://psp:p%40ss%2Fword@db/psp'
API_TOKEN=tok-1234567890
RECON_RUNNER=background
"""
URL = "redis://:s3cr%40t%2Fpass@h:6379/0"


def test_what_changes_is_named() -> None:
    change = Change(BEFORE, {"RECON_RUNNER": "queue", "API_TOKEN": "tok-1234567890", "REDIS_URL": URL}, [])
    assert change.names == ["RECON_RUNNER", "REDIS_URL"]
    assert change.after == BEFORE.replace("background", "queue") + f"REDIS_URL={URL}\n"


def test_nothing_to_do_changes_nothing() -> None:
    change = Change(BEFORE, {"RECON_RUNNER": "background"}, [])
    assert (change.after, change.names) == (BEFORE, [])


def test_a_secret_is_masked_and_a_new_one_marked() -> None:
    change = Change(BEFORE, {"RECON_RUNNER": "queue", "REDIS_URL": URL, "SALT": "kept from view"}, ["SALT"])
    before, after = change.shown()
    assert before == (
        "# the backend's\nDATABASE_URL=[masked:DATABASE_URL]\n"
        "API_TOKEN=[masked:API_TOKEN]\nRECON_RUNNER=background\n"
    )
    assert after == (
        "# the backend's\nDATABASE_URL=[masked:DATABASE_URL]\n"
        "API_TOKEN=[masked:API_TOKEN]\nRECON_RUNNER=queue\n"
        "REDIS_URL=[masked:REDIS_URL] (new)\nSALT=[masked:SALT] (new)\n"
    )


def test_a_secret_that_is_replaced_shows_neither_value() -> None:
    change = Change(BEFORE, {"API_TOKEN": "tok-0987654321"}, [])
    before, after = change.shown()
    assert before != after
    assert "tok-" not in before + after


def test_a_secret_elsewhere_in_the_file_is_masked_too() -> None:
    change = Change(f"{BEFORE}# was tok-1234567890 before\nCOPY=tok-1234567890\n", {"A": "1"}, [])
    assert "tok-" not in "".join(change.shown())


def test_a_secret_of_several_lines_is_masked_whole() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----"
    change = Change(f'A=1\nSIGNING_KEY="{key}"\n# MC4CAQAwBQYDK2VwBCIEIA==\n', {"A": "2"}, [])
    assert change.shown() == (
        "A=1\nSIGNING_KEY=[masked:SIGNING_KEY]\n# [masked:SIGNING_KEY]\n",
        "A=2\nSIGNING_KEY=[masked:SIGNING_KEY]\n# [masked:SIGNING_KEY]\n",
    )


@pytest.mark.parametrize("wanted", [{"1A": "x"}, {"A": "two\nlines"}])
def test_what_cannot_stand_in_such_a_file_is_refused(wanted: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="A"):
        assert Change("", wanted, []).after


@pytest.mark.parametrize(
    ("environment", "stale"),
    [({"A": "1", "B": "2"}, False), ({"A": "1", "B": "3"}, True), ({"A": "1"}, True), ({}, True)],
)
def test_a_process_is_stale_where_it_lacks_a_value(environment: dict[str, str], stale: bool) -> None:
    assert Change("", {"A": "1", "B": "2"}, []).is_stale(environment) is stale
