# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sentence of the report has a translation, with all its values, and evidence has none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._core import step_names
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import language
from tests.unit import sentences
from tests.unit.captured import FIXTURES

PLUGINS = Path(__file__).parents[5] / "plugins"
CATALOGUE: dict[str, dict[str, dict[str, str]]] = json.loads(
    (PLUGINS / "plugin_utils" / "tell" / "languages" / "tr.json").read_text("utf-8")
)
TURKISH = language.words("tr")
# Their sentences are in reports. What else says something says it to who runs the closure, or on a host.
SOURCES = (
    *sorted(
        path.relative_to(PLUGINS).as_posix() for path in (PLUGINS / "plugin_utils" / "judge").glob("*.py")
    ),
    *(
        f"module_utils/_text/{name}.py"
        for name in (
            *("alembic", "arq_record", "backfill", "ci_intent", "earlier_attempts"),
            *("environment_report", "github_runs", "playwright", "webhook_log"),
        )
    ),
    "plugin_utils/keep/fetching.py",
    "module_utils/_clients/deployed.py",
    "module_utils/_clients/sockets.py",
    *(
        f"plugin_utils/tell/report/{name}.py"
        for name in (
            *("document", "follow_up", "markdown", "migration_decision", "minimum_evidence", "origin"),
            *("reset_or_stamp", "shown_step", "table_schema", "webhooks"),
        )
    ),
    *(f"plugin_utils/tell/report/html/{name}.py" for name in ("run_life", "view", "words")),
    "plugin_utils/tell/ticket/rule.py",
)
TEMPLATES = sorted(PLUGINS.glob("plugin_utils/tell/report/html/*.j2"))
LABEL = re.compile(r"""\bw\("((?:[^"\\]|\\.)*)\"""")
# Of these files, what is no sentence of a report: what is searched for, names, SQL, errors of who calls them,
# and the words of other tools, which are evidence.
OTHERS = {
    "Traceback (most recent call last)",
    *(".*Fatal Python error: ", ".*No space left on device", "={{3,}} short test summary info ={{3,}}"),
    *("Complete job", "Initialize containers", "Post job cleanup", "Set up job", "Stop containers"),
    *("already exists, skipping", "in force: ", "in reach: ", "package_{}"),
    *("read-only transaction", "unsupported startup parameter", "did not run", "failed as marked"),
    *("it is no JSON object", "it is no list"),
    *("({} bytes, left on the host as {})", "its {} {}", "{} could not be fetched: {}"),
    "{} is not what was put down",
    *("decided by", "{} is given, and {} is missing", "{} is missing: a decision to {} requires it"),
    *("rc_closure_decision_by", "rc_closure_decision_reason", "{} is {}, not reset or stamp"),
    *(" NULLS NOT DISTINCT", "{} DEFAULT {}", 'ALTER TABLE {} ADD COLUMN "{}" {} {}'),
    *('ALTER TABLE {} ADD CONSTRAINT "{}" {}', 'CREATE INDEX "{}" ON {} USING {}'),
    'CREATE UNIQUE INDEX "{}" ON {} USING {}',
    *("AWX job {}", "{}, SHA-256 {}", "criterion-{}-{}", "package-{}", "step-{}"),
    "GET, {} × {}",
}
# GitHub's logs are read by patterns.
PATTERN = re.compile(r"[\\\[|]|\n")
# Terms that are the same in both languages.
SAME = {
    *("CI Postgres job", "Dispatch", "POST", "Redis CLIENT LIST", "Redis INFO", "Redis healthcheck: PING"),
    *("Run {}", "STG-MIG (MIG-01B/C)", "\\d {}"),
}

VALUE = re.compile(r"\{(\d+)(?:!([tsld]))?\}")
MENTIONED, LABELS = (
    {name: said for part in CATALOGUE[kind].values() for name, said in part.items()}
    for kind in ("sentences", "labels")
)


def _headings() -> set[str]:
    names = [one for one in vars(step_names).values() if isinstance(one, step_names.StepName)]
    names += [step_names.intent("{change}"), step_names.breakdown("{module}")]
    return {re.sub(r"\{\w+\}", "{}", one.heading) for one in names if one.heading}


def _keys(source: str) -> set[str]:
    found = sentences.keys((PLUGINS / source).read_text("utf-8"))
    pattern = PATTERN if "/github_" in source else re.compile("\n")
    return {one for one in found if not pattern.search(one)}


@pytest.mark.parametrize("source", SOURCES)
def test_every_sentence_has_a_translation(source: str) -> None:
    said = {re.sub(r"\{\{(\w+)\}\}", "{}", one) for one in _keys(source)} - OTHERS
    labels = {label.removesuffix(".") for label in LABELS}
    assert sorted(said - set(MENTIONED) - labels) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.name)
def test_every_label_of_the_page_has_a_translation(template: Path) -> None:
    found = {re.sub(r"\{\w+\}", "{}", one) for one in LABEL.findall(template.read_text("utf-8"))}
    assert len(found) > 20
    assert sorted(found - {"{}: {}"} - set(LABELS)) == []


def test_every_step_has_a_translation_of_its_title() -> None:
    assert sorted(_headings() - set(MENTIONED)) == []


def test_every_translation_is_of_a_sentence_of_its_source() -> None:
    for source, part in CATALOGUE["sentences"].items():
        text = (PLUGINS / source).read_text("utf-8")
        known = sentences.all_keys(text) | (_headings() if source.endswith("step_names.py") else set())
        assert sorted(set(part) - known) == [], source


def test_a_translation_has_the_sentence_s_values_and_other_words() -> None:
    for name, said in MENTIONED.items():
        numbers = [int(number) for number, _what in VALUE.findall(said)]
        assert sorted(numbers) == list(range(len(language.pieces(name)) - 1)), name
        assert not set(VALUE.sub("", said).replace("{{}}", "")) & {"{", "}"}, name
        assert said != re.sub(r"\{\}", "{0}", name) or name in SAME or name.startswith("alembic "), name


def test_a_sentence_is_found_again_with_its_values() -> None:
    for name, said in MENTIONED.items():
        what = dict(VALUE.findall(said))
        count = len(language.pieces(name)) - 1
        values = [str(7010 + n) if what[str(n)] == "d" else f"wert{n}" for n in range(count)]
        filled = VALUE.sub(lambda value, values=values: values[int(value[1])], said)
        text = name.format(*values)
        turkish = TURKISH(text)
        # Another sentence may say the same with more text of its own.
        assert filled.replace("{{}}", "{}") == turkish or turkish != text or "s" in what.values(), name
        assert all(value in turkish for value in values), name


@pytest.mark.parametrize(("english", "turkish"), json.loads((FIXTURES / "turkish.json").read_text("utf-8")))
def test_what_judges_say_is_said_in_turkish(english: str, turkish: str) -> None:
    assert TURKISH(english) == turkish
    assert language.words("en")(english) == english


@pytest.mark.parametrize(
    "evidence",
    [
        "3 skipped, 48 passed in 7.41s; 48 passed in 7.41s",
        "processed=1200 updated=340 skipped=860 errors=0",
        "psycopg2.errors.LockNotAvailable: canceling statement due to lock timeout",
        "Make sure this host can be reached, and has a key; it has none: no and no or yes",
        "run the script again (as root) and look at the log",
        "",
        ".",
    ],
)
def test_evidence_stays_as_it_is(evidence: str) -> None:
    assert TURKISH(evidence) == evidence
    assert TURKISH(f"the log says {evidence}") == f"logda şu var: {evidence}"
    assert TURKISH(f"PING got no PONG: {evidence}") == f"PING'e PONG gelmedi: {evidence}"


@pytest.mark.parametrize("joint", ["; ", ": ", ", and ", " and ", ", ", " (", "; it has ", "is not met: "])
def test_a_text_full_of_joints_ends_as_it_began(joint: str) -> None:
    text = joint.join(["x"] * 300)
    assert TURKISH(text).count("x") == 300
    assert TURKISH(text * 20).count("x") == 6000


def test_a_language_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match="rc_closure_language is 'de', not en or tr"):
        language.words("de")
