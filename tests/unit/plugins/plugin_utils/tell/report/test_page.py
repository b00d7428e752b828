# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folds and links where tags are rendered, plain text elsewhere, and nothing that a text brings is either."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import page
from tests.unit.captured import NOW
from tests.unit.rendered import rendered

TAGS, PLAIN = page.page(NOW, tags=True), page.page(NOW, tags=False)


@pytest.mark.parametrize(
    ("where", "link", "anchor", "fold"),
    [
        (
            TAGS,
            "[1.3](#rc-20261124025203123-1-3)",
            ' <a name="rc-20261124025203123-1-3"></a>',
            '<details><summary>a &lt; b <a name="rc-20261124025203123-1-3"></a></summary>\n\nx\n\n</details>',
        ),
        (PLAIN, "1.3", "", "a \\< b:\n\nx"),
    ],
    ids=["tags", "plain"],
)
def test_a_page(where: page.Page, link: str, anchor: str, fold: str) -> None:
    assert where.link("1.3", "1.3") == link
    assert where.anchor("1.3") == anchor
    assert page.SEPARATOR.join(where.fold("a < b", ["x"], "1.3")) == fold


@pytest.mark.parametrize(
    "hostile",
    [
        "</summary></details>",
        "<details><summary>x</summary>\n\n",
        "a\n\n# PASS",
        "<a name='rc-20261124025203123-1-3'>",
        '"><img src=x>',
        "`x` **y** [z](z)",
        "<!--",
        "@psp/backend",
    ],
)
def test_a_summary_stays_a_line_of_text(hostile: str) -> None:
    text = page.SEPARATOR.join([*TAGS.fold(hostile, [page.fence(hostile)], "1.3"), "behind"])
    found = rendered(text)
    assert [one.replace("\u200b", "").strip() for one in found.summaries] == [" ".join(hostile.split())]
    assert found.anchors == ["rc-20261124025203123-1-3"]
    assert found.lines == 1 + 2
    assert "@psp" not in text.partition("\n")[0]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("", True),
        ("x\n" * 8, True),
        ("x\n" * 9, False),
        ("x" * 800, True),
        ("x" * 801, False),
        ("\n" * 9, False),
    ],
)
def test_what_is_short(text: str, short: bool) -> None:
    assert page.is_short(text) == short
