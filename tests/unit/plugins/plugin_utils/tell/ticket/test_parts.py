# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts keep to their room, end on borders where they can, and joined are the very text."""

from __future__ import annotations

import random
import re

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.page import SEPARATOR, fence
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket import parts
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.ticket.parts import Part


def whole(sections: list[str]) -> str:
    return SEPARATOR.join(sections) + "\n"


def closed_blocks(text: str) -> bool:
    """Read fences the way CommonMark does: whether every block is closed, and every fold around it."""
    border, folds = "", []
    for line in text.split("\n"):
        match = re.fullmatch(r"(`{3,})(?:text)?", line)
        if not border and match:
            border = match[1]
        elif border and re.fullmatch(f"{border}`*[ \\t]*", line):
            border = ""
        elif not border:
            folds += re.findall("^</?details>", line)
    return not border and folds == ["<details>", "</details>"] * (len(folds) // 2)


def cut(sections: list[str], budget: int) -> list[Part]:
    found = parts.split(sections, len, budget)
    assert parts.join(found) == whole(sections)
    assert max(len(part.text) for part in found) <= budget
    assert all(closed_blocks(part.text) for part in found)
    return found


def test_what_fits_is_one_part() -> None:
    assert cut(["a", "b"], 4) == [Part("a\n\nb", "end")]


def test_parts_end_on_borders() -> None:
    found = cut(["aaaa", "bbbb", "cc", "dddd"], 8)
    assert [(part.text, part.cut) for part in found] == [
        ("aaaa", "border"),
        ("bbbb\n\ncc", "border"),
        ("dddd", "end"),
    ]


def test_a_step_that_is_longer_is_cut_between_lines_with_its_block_closed_and_opened_again() -> None:
    found = cut(["head", f"### 1.1 step\n\n{fence('one' * 3 + chr(10) + 'two' * 3 + chr(10))}"], 40)
    assert [(part.text, part.cut) for part in found] == [
        ("head", "border"),
        ("### 1.1 step\n\n```text\noneoneone\n```", "fence-line"),
        ("```text\ntwotwotwo\n```", "end"),
    ]


def test_the_next_section_follows_the_rest_of_a_cut_one() -> None:
    found = cut([fence("x" * 60), "tail"], 40)
    assert [part.cut for part in found] == ["fence-char", "fence-char", "end"]
    assert found[-1].text.endswith("\n```\n\ntail")


def test_a_block_that_only_just_opened_moves_to_the_next_part_whole() -> None:
    found = cut(["a" * 20 + "\n\n" + fence("b" * 20 + "\n" + "c" * 20)], 44)
    assert found[0] == Part("a" * 20 + "\n", "line")
    assert found[1].text.startswith("```text\nbbb")
    assert "```text\n```" not in "".join(part.text for part in found)


def test_a_line_that_is_longer_than_a_part_is_cut_between_characters() -> None:
    found = cut([fence("\u00e9" * 100)], 50)
    assert {part.cut for part in found[:-1]} == {"fence-char"}


def test_outside_of_blocks_an_escape_is_not_cut_from_what_it_escapes() -> None:
    found = cut(["a\\#" * 20], 11)
    assert not any(part.text.startswith("#") for part in found)


FOLD = "<details><summary>x</summary>\n\n"


def folded(text: str) -> str:
    return f"{FOLD}{text}\n\n</details>"


def test_a_fold_is_closed_with_its_block_and_both_are_opened_again() -> None:
    found = cut(["head", folded(f"said\n\n{fence('a' * 40 + chr(10) + 'b' * 40)}\n\nmore")], 110)
    assert [(part.text, part.cut) for part in found] == [
        ("head", "border"),
        (f"{FOLD}said\n\n```text\n{'a' * 40}\n```\n\n</details>", "fold-fence-line"),
        (f"{FOLD}```text\n{'b' * 40}\n```\n\nmore\n\n</details>", "end"),
    ]


def test_a_fold_is_cut_outside_of_its_blocks_too() -> None:
    found = cut([folded("a" * 30 + "\n\n" + "b" * 30)], 90)
    assert [(part.text, part.cut) for part in found] == [
        (f"{FOLD}{'a' * 30}\n\n\n</details>", "fold-line"),
        (f"{FOLD}{'b' * 30}\n\n</details>", "end"),
    ]


def test_a_fold_that_only_just_opened_moves_to_the_next_part_whole() -> None:
    found = cut(["a" * 40 + "\n\n" + folded("b" * 10)], 60)
    assert [(part.text, part.cut) for part in found] == [("a" * 40 + "\n", "line"), (folded("b" * 10), "end")]


def test_what_looks_like_a_fold_in_an_output_is_none() -> None:
    output = f"{FOLD}</details>\n{FOLD}" * 6
    found = cut([folded(fence(output)), fence(output)], 150)
    assert {part.cut for part in found} <= {
        "fold-fence-line",
        "fold-line",
        "fence-line",
        "line",
        "border",
        "end",
    }


@pytest.mark.parametrize("budget", [1, 20, 33, 50])
def test_too_little_room_for_a_fold_is_said(budget: int) -> None:
    with pytest.raises(ValueError, match="no room for a character"):
        parts.split([folded(fence("x" * 100))], len, budget)


@pytest.mark.parametrize("budget", [1, 5, 12])
def test_too_little_room_is_said(budget: int) -> None:
    with pytest.raises(ValueError, match="no room for a character"):
        parts.split([fence("x" * 100)], len, budget)


@pytest.mark.parametrize("seed", range(40))
def test_any_text_comes_back(seed: int) -> None:
    dice = random.Random(seed)
    pieces = [
        "\n",
        "`",
        "```",
        "```text",
        "````text",
        " ",
        "x" * 30,
        "\u00e9",
        "\u2028",
        "#",
        "",
        "\U0001f600",
        "<details><summary>x</summary>",
        "</details>",
        "\n\n",
    ]

    def output() -> str:
        return "".join(dice.choice(pieces) for _piece in range(dice.randrange(60)))

    sections = [f"### {n}\n\n{fence(output())}\n\nstderr:\n\n{fence(output())}" for n in range(8)]
    sections += [folded(f"said\n\n{fence(output())}\n\nmore") for _n in range(8)]
    dice.shuffle(sections)
    cut(sections, dice.randrange(2 * len(max(re.findall("`+", "".join(sections)))) + 100, 400))
