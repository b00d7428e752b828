# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A report in Turkish: no sentence of the collection is left in English, and no evidence is in Turkish."""

from __future__ import annotations

import re
import typing as t
from html.parser import HTMLParser

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import language
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report import markdown, translated
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.report.html import page
from tests.unit import documents, reports
from tests.unit.captured import step

BLOCK = re.compile(r"^(?P<bar>`{3,})text\n.*?^(?P=bar)$", re.DOTALL | re.MULTILINE)
# What English sentences have and neither names nor Turkish ones do.
ENGLISH = re.compile(
    r"(?<![\w'/.-])(?:the|was|were|of|is|are|that|not|by|with|has|had|which|and)(?![\w'/.-])"
)
# What a host said of a step, in the words of its collector, is evidence.
SAID_BY_HOSTS = "the run had not ended within 10 s"
REPORTS: dict[str, t.Callable[[], dict[str, t.Any]]] = {
    "PASS": lambda: _renamed(documents.passing()),
    "FAIL": lambda: documents.build(fault="worker_killed_midway", spike="spike"),
    "nothing collected": lambda: reports.report(packages=[], notes=dict.fromkeys(range(4), "")),
}


def _renamed(document: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a report without the notes that its maker has made up."""
    packages = {name: {**package, "note": "PASS"} for name, package in document["packages"].items()}
    return {**document, "packages": packages}


class Texts(HTMLParser):
    """A page's texts and labels: those of code blocks, and the others."""

    def __init__(self, text: str) -> None:
        """Read the text."""
        super().__init__()
        self.blocks: list[str] = []
        self.others: list[str] = []
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the labels of an element."""
        self.others += [value for name, value in attrs if value and name.startswith(("aria-", "data-"))]
        self._open.append(tag)
        if tag == "pre":
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, with those that have no end of their own."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if "pre" in self._open:
            self.blocks[-1] += data
        elif not {"style", "script"} & set(self._open):
            self.others.append(data)


@pytest.fixture(params=sorted(REPORTS))
def english(request: pytest.FixtureRequest) -> dict[str, t.Any]:
    return REPORTS[request.param]()


@pytest.fixture
def turkish(english: dict[str, t.Any]) -> dict[str, t.Any]:
    return {**english, "attempt": {**english["attempt"], "language": "tr"}}


def left(text: str) -> list[str]:
    return [line for line in text.replace(SAID_BY_HOSTS, "").splitlines() if ENGLISH.search(line)]


@pytest.mark.parametrize("tags", [True, False])
def test_the_text_for_the_ticket(english: t.Any, turkish: t.Any, tags: bool) -> None:
    ours, theirs = markdown.render(turkish, tags=tags), markdown.render(english, tags=tags)
    assert left(BLOCK.sub("", ours)) == []
    assert [found[0] for found in BLOCK.finditer(ours)] == [found[0] for found in BLOCK.finditer(theirs)]
    assert len(markdown.sections(turkish, tags=tags)) == len(markdown.sections(english, tags=tags))
    assert "| Paket | Sonuç | Not |" in ours


def test_the_page(english: t.Any, turkish: t.Any) -> None:
    ours, theirs = Texts(page.render(turkish)), Texts(page.render(english))
    assert [line for text in ours.others for line in left(text)] == []
    assert ours.blocks == theirs.blocks
    assert '<html lang="tr">' in page.render(turkish)
    assert '<html lang="en">' in page.render(english)


def test_what_reads_the_report_reads_english(english: dict[str, t.Any]) -> None:
    assert translated.translated(english) == english
    assert translated.words_of(english)("The CI job is GREEN") == "The CI job is GREEN"


def test_all_that_is_said_of_a_decision_an_earlier_attempt_and_a_clock() -> None:
    document = reports.report(1, notes={1: "The table exists is not met: there is no table findings."})
    intent = {"package": 2, "name": "e2e_intent", "what": "yarn test", "host": "backend", "at": "T"}
    earlier = {
        "name": "A0",
        "kept": {"package_2": ["one", "two"]},
        "intents": [{**intent, "outcome": None}],
        "told": {},
    }
    clock = "the host's clock is at least 3.5 s behind the controller's, at most 4.0 s"
    told = {
        "question": {"said": "x"},
        "sentences": ["That is about this table alone.", 'relation "x" exists'],
        "comparison": "t as it exists:\n  column a: text not null",
    }
    document |= {"unreported_attempts": [earlier], "provenance": {"hosts": [{"name": "api", "clock": clock}]}}
    document["attempt"]["language"] = "tr"
    document["packages"]["package_1"]["reset_or_stamp"] = told
    document["packages"]["package_1"]["steps"] = [
        {**step("alembic_upgrade", outcome="timed_out", reason="it hit its limit").as_dict(), "seconds": 0.0}
    ]
    text = markdown.render(document)
    for part in (
        "Karşılanmadı: Tablo var: findings tablosu yok.",
        "- Hiç raporlanmamış önceki deneme `A0`: şunu başlatmıştı: Paket-2 içinde yarn test (backend "
        "üzerinde, T anında), ve sonucu kayda alınmadı (kayıtlı adımlar: Paket-2 içinden 2)",
        "- Sunucular: api (sunucunun saati denetleyicininkinden en az 3.5 s, en çok 4.0 s geri)",
        "### Reset mi, stamp mi?",
        "Bu yalnızca bu tablo için geçerli.",
        'relation "x" exists',
        "t, var olan hâliyle:\n  sütun a: text not null",
        "**SÜRE SINIRINDA DURDURULDU**: it hit its limit",
    ):
        assert part in text


def test_a_language_that_this_version_does_not_have(english: dict[str, t.Any]) -> None:
    with pytest.raises(ValueError, match="rc_closure_language is 'de', not en or tr"):
        markdown.render({**english, "attempt": {**english["attempt"], "language": "de"}})
    assert language.words("tr") is language.words("tr")
