# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report as one HTML file that needs no network: for reading, with links from a verdict to what shows it.

All that comes from evidence is escaped, and what cannot be seen in it is named. A browser runs the page's
own script and style alone, by their digests in its Content-Security-Policy. It can be read without the
script, too.
"""

from __future__ import annotations

import base64
import hashlib
import html
import typing as t
from pathlib import Path

import jinja2
from markupsafe import Markup

from .....module_utils._core.evidence import Evidence, Release
from .....module_utils._core.evidence import Step as Kept
from .....module_utils._text import earlier_attempts
from ... import language
from .. import origin, shown, translated
from ..document import Document
from . import run_life, timeline, view, webhooks, words

_HERE = Path(__file__).parent
# The readers take it out of a log's line as it was.
_ESCAPE = "<U+001B ESCAPE>", "\x1b"
_Drawing = t.TypeVar("_Drawing")


def render(document: Document) -> str:
    """Return the whole page, in the document's language."""
    with words.spoken(translated.words_of(document)):
        return _rendered(translated.translated(document))


def _rendered(document: Document) -> str:
    packages = view.packages(document)
    evidence = {one.number: _evidence(document, one) for one in packages}
    policies = {one.number: one.of["policy"] for one in packages}
    # Those that were not collected have no criteria, and are seldom the cause.
    bad = sorted((one for one in packages if one.is_bad), key=lambda one: not one.bad)
    style, script = ((_HERE / name).read_text("utf-8") for name in ("page.css", "page.js"))
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            document=document,
            packages=packages,
            bad=bad,
            first=next((one for package in bad for one in package.bad), None),
            origin=[*origin.lines(document)],
            unreported=earlier_attempts.read(document.get("unreported_attempts", [])),
            timeline=_drawn(lambda: timeline.build(packages, evidence)),
            run_life=_drawn(lambda: run_life.build(evidence[3], policies[3])),
            webhooks=_drawn(lambda: webhooks.build(evidence[2], policies[2])),
            column_height=webhooks.HEIGHT,
            style=Markup(style),
            script=Markup(script),
            csp=policy(style, script),
            language=document["attempt"].get("language") or language.ENGLISH,
        )
    )


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy that lets these two work, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _evidence(document: Document, package: view.Package) -> Evidence:
    """Return what the document has of a package's evidence, for the judge's readers."""
    steps = [
        Kept.from_dict({**step.of, "stdout": step.of["stdout"].replace(*_ESCAPE)}) for step in package.steps
    ]
    return Evidence(package.number, Release(**document["release"]), tuple(steps))


def _drawn(build: t.Callable[[], _Drawing]) -> _Drawing | None:
    """Return a drawing, or None: what no reader foresaw must not keep the report from being written."""
    try:
        return build()
    except Exception:
        return None


def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        autoescape=True,
        finalize=_visible,
        loader=jinja2.FileSystemLoader(_HERE),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    made.globals |= {"w": words.words, "said": words.said}
    made.filters["content"] = _content
    return made


def _content(text: str) -> Markup:
    """Return a text as an element's content, where quotes may stay: much of JSON is quotes."""
    return Markup(html.escape(shown.visible(text), quote=False))


def _visible(value: t.Any) -> t.Any:
    """Name what cannot be seen in a text; what is markup already has passed here."""
    return shown.visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
