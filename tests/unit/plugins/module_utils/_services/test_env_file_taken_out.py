# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a role put into an environment file and no longer has is taken out, and nothing else."""

from __future__ import annotations

from ansible_collections.psp.rc_closure.plugins.module_utils._services.env_file_change import Change
from ansible_collections.psp.rc_closure.plugins.module_utils._text import env_file

ROLE, OTHER = "the role a", "the role b"


def change(before: str, made_by: str = ROLE, **wanted: str) -> Change:
    return Change(before, wanted, (), made_by)


def test_what_is_no_longer_given_goes() -> None:
    first = change("OWN=1\n", LATER="2", MODE="queue").after
    assert first == "OWN=1\nLATER=2\nMODE=queue\n# the role a has put: LATER MODE\n"
    again = change(first, LATER="2", MODE="queue")
    assert again.after == first
    less = change(first, MODE="queue")
    assert less.after == "OWN=1\nMODE=queue\n# the role a has put: MODE; taken out: LATER\n"
    assert less.names == ["LATER"]
    assert change(less.after, MODE="queue").after == less.after
    back = change(less.after, MODE="queue", LATER="3").after
    assert back == "OWN=1\nMODE=queue\nLATER=3\n# the role a has put: LATER MODE\n"


def test_what_was_there_before_is_not_taken_out() -> None:
    changed = change("MODE=background\n", MODE="queue").after
    assert changed == "MODE=queue\n"
    assert change(changed).after == changed


def test_another_role_keeps_what_it_put() -> None:
    first = change("", OTHER, SHARED="1", LAST="2").after
    both = change(first, SHARED="1", MINE="3").after
    assert env_file.parse(change(both).after) == {"SHARED": "1", "LAST": "2"}


def test_what_somebody_else_put_back_stays() -> None:
    gone = change(change("", ONE="1", TWO="2").after, TWO="2").after
    by_hand = f"ONE=by hand\n{gone}"
    assert env_file.parse(change(by_hand, TWO="2").after)["ONE"] == "by hand"
    assert not change(by_hand, TWO="2").is_stale({"ONE": "by hand", "TWO": "2"})


def test_a_process_that_still_has_it_is_stale() -> None:
    before = change("", ONE="1", TWO="2").after
    process = {"ONE": "1", "TWO": "2", "PATH": "/bin"}
    assert not change(before, ONE="1", TWO="2").is_stale(process)
    removed = change(before, TWO="2")
    assert removed.is_stale(process)
    # The run that took it out broke off before the restart.
    later = change(removed.after, TWO="2")
    assert later.is_stale(process)
    assert not later.is_stale(process, older=False)
    assert not later.is_stale({"TWO": "2"})


def test_without_a_name_nothing_is_remembered() -> None:
    assert change("A=1\n", "", B="2").after == "A=1\nB=2\n"
