# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment files as they are found in the wild, read and rewritten."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text.env_file import (
    entries,
    for_docker,
    for_systemd,
    parse,
    update,
)

WILD = (
    "# the backend\r\n"
    "export ENV=staging\r\n"
    "PLAIN = spaced\r\n"
    "SINGLE='a $HOME # b'\r\n"
    'DOUBLE="a \\"quoted\\" \\\\ b"\r\n'
    "COMMENTED=value # why\r\n"
    "URL=redis://:p%40ss@h:6379/0\r\n"
    "EMPTY=\r\n"
    "not a line\r\n"
)


def test_parse_reads_what_systemd_and_dotenv_write() -> None:
    assert parse(WILD) == {
        "ENV": "staging",
        "PLAIN": "spaced",
        "SINGLE": "a $HOME # b",
        "DOUBLE": 'a "quoted" \\ b',
        "COMMENTED": "value",
        "URL": "redis://:p%40ss@h:6379/0",
        "EMPTY": "",
    }


def test_update_changes_in_place_and_appends() -> None:
    text = "# head\nA=1\nexport B=2\n"
    assert update(text, {"B": "3", "C": "x y"}) == "# head\nA=1\nB=3\nC='x y'\n"


def test_update_is_idempotent() -> None:
    once = update(WILD, {"ENV": "prod", "NEW": 'it\'s "both" \\'})
    assert update(once, {"ENV": "prod", "NEW": 'it\'s "both" \\'}) == once


def test_update_leaves_a_satisfied_file_byte_for_byte() -> None:
    assert update(WILD, {"ENV": "staging", "SINGLE": "a $HOME # b"}) == WILD


@pytest.mark.parametrize(
    "value",
    ["", "plain", "a b", "'", '"', "\\", "a'b\"c\\d", "# no comment", "$X `y`", "é", "a\x85b\u2028c\x0bd"],
)
def test_every_value_comes_back(value: str) -> None:
    assert parse(update("", {"NAME": value}))["NAME"] == value


@pytest.mark.parametrize(("name", "value"), [("1A", "x"), ("A-B", "x"), ("A", "two\nlines"), ("A", "\0")])
def test_what_no_environment_can_hold_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="environment variable|line break"):
        update("", {name: value})


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain", 'A="plain"\n'),
        ("a'b\"c\\d $x `y` %z # n", 'A="a\'b\\"c\\\\d \\$x \\`y\\` %z # n"\n'),
        ("", 'A=""\n'),
    ],
)
def test_systemd_reads_one_form(value: str, line: str) -> None:
    assert for_systemd({"A": value}) == line
    assert parse(line) == {"A": value}


KEY = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"
SEVERAL_LINES = f"A=1\nKEY=\"{KEY}\"\r\nexport B='two\nlines' # why\nC=3"


def test_a_quote_may_go_over_several_lines() -> None:
    assert parse(SEVERAL_LINES) == {"A": "1", "KEY": KEY, "B": "two\nlines", "C": "3"}
    assert "".join(entry.text for entry in entries(SEVERAL_LINES)) == SEVERAL_LINES


def test_an_update_leaves_the_lines_around_it_as_they_are() -> None:
    assert update(SEVERAL_LINES, {"B": "x", "D": "4"}) == f'A=1\nKEY="{KEY}"\r\nB=x\nC=3\nD=4\n'


def test_a_quote_that_never_ends_is_a_character() -> None:
    assert parse("A='tis\nB=\"\nC=3\n") == {"A": "'tis", "B": '"', "C": "3"}


def test_several_lines_reach_systemd_and_are_refused_for_docker() -> None:
    assert parse(for_systemd({"KEY": KEY})) == {"KEY": KEY}
    with pytest.raises(ValueError, match="KEY has several lines"):
        for_docker({"KEY": KEY})


@pytest.mark.parametrize("value", [" a", "a ", "\ta"])
def test_a_blank_that_docker_would_cut_off_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="the value of A begins or ends with a blank"):
        for_docker({"A": value})


def test_what_docker_takes_is_as_it_is() -> None:
    assert for_docker({"B": 'it\'s "x"', "A": "a b"}) == 'A=a b\nB=it\'s "x"\n'


def test_a_single_quote_in_single_quotes() -> None:
    assert parse("A='it\\'s'\n") == {"A": "it's"}
