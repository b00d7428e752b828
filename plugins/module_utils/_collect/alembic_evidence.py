# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of Package-1 that Alembic does: where the database is, the way to head, and there and back.

Whether the way back can lose something is decided where its SQL can be read, on the controller. So there are
two stages: C(upgrade) ends with that SQL, and C(smoke) is carried out only after it was read.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._clients import postgres
from .._core import libraries
from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import alembic, catalog, existing
from . import alembic_ini, alembic_shadow

Question = tuple[t.Any, ...]

UPGRADE = ("upgrade", "head")
DOWNGRADE = ("downgrade", "-1")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(before), C(after), C(existing) and C(smoke_pending)."""
    tool = _Alembic(collector)
    # Before anything is done, for where another Python has the library the module begins again.
    lacking = libraries.ensure(["psycopg2"], collector.params["python"], collector.params["path"])
    if collector.params["stage"] == "smoke":
        return {"changed": tool.there_and_back(tool.refusal(), lacking)}
    alembic_ini.collect(collector)
    current, heads, history = tool.look()
    result: dict[str, t.Any] = {"before": current, "after": current, "existing": [], "smoke_pending": False}
    if collector.check_mode:
        tool.preview(current)
        tool.leave_out(steps.ALEMBIC_UPGRADE, UPGRADE, "check mode: nothing is changed")
        return {**result, "changed": current != heads}
    upgrade = tool.take(steps.ALEMBIC_UPGRADE, *UPGRADE, waits_for_locks=True)
    head = alembic.single(heads) if upgrade.ok else ""
    if head and collector.params["table"]:
        alembic_shadow.real_schema(collector, lacking)
    after = tool.look_again(head, alembic.single(alembic.parents(history, head)))
    result |= {"after": after, "changed": bool(alembic.moves(upgrade)) or after != current}
    if not upgrade.ok:
        result["existing"] = tool.look_into(upgrade, after)
    elif after == [head] and collector.params["downgrade_smoke"] == "safe":
        result["smoke_pending"] = True
    else:
        refusal = tool.refusal(at_head=after == [head])
        result["changed"] |= tool.there_and_back(refusal, lacking, shadowed=bool(head))
    return result


class _Alembic:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._params = collector.params
        self._listed: t.Collection[str] = self._params["smoke_revisions"]
        lock_timeout = f"-c lock_timeout={int(self._params['lock_timeout'] * 1000)}"
        self._patience = {"PGOPTIONS": f"{collector.env.get('PGOPTIONS', '')} {lock_timeout}".strip()}

    def look(self) -> tuple[list[str], list[str], str]:
        """Ask for what is there; return where the database is, the heads, and the history as printed."""
        current, heads, history = self._ask(
            (steps.ALEMBIC_CURRENT, "current"),
            (steps.ALEMBIC_HEADS, "heads"),
            (steps.ALEMBIC_HISTORY, "history"),
        )
        self._listed = alembic.known(history.stdout)
        return self._revisions(current), alembic.revisions(heads.stdout), history.stdout

    def look_again(self, head: str, parent: str) -> list[str]:
        """Ask what the upgrade led to, and for the SQL of one step down and up; return where it is."""
        questions: list[Question] = [(steps.ALEMBIC_CURRENT_AFTER, "current")]
        if parent and self._params["downgrade_smoke"] == "safe":
            questions += [
                (steps.ALEMBIC_DOWNGRADE_PREVIEW, "downgrade", f"{head}:{parent}", "--sql"),
                (steps.ALEMBIC_REUPGRADE_PREVIEW, "upgrade", f"{parent}:{head}", "--sql"),
            ]
        current, *_previews = self._ask(*questions)
        return self._revisions(current)

    def _revisions(self, step: Step) -> list[str]:
        """Return what C(current) printed; only there env.py is run, and may print, too."""
        return alembic.revisions(step.stdout, self._listed)

    def _ask(self, *questions: Question) -> list[Step]:
        """Ask what needs nothing of one another side by side; most of each is start-up."""
        with ThreadPoolExecutor(max_workers=len(questions)) as pool:
            answers = pool.map(lambda question: self.run(*question), questions)
            return [self._collector.add(step) for step in answers]

    def preview(self, current: t.Sequence[str]) -> Step:
        """Show, without connecting for it, the SQL that the upgrade would run."""
        span = f"{alembic.single(current)}:head".lstrip(":")
        return self.take(steps.ALEMBIC_UPGRADE_PREVIEW, "upgrade", span, "--sql")

    def look_into(self, upgrade: Step, current: t.Sequence[str]) -> list[str]:
        """Show the migrations' SQL where one would make what exists; return the table that this is about.

        From the base on where the table is older than the migrations that were to run: what it is made of is
        not to be seen in their own SQL.
        """
        said = alembic.already_exists(upgrade)
        if not said:
            return []
        sql = self.preview(current).stdout
        table = existing.table(said, sql)
        older = not any(catalog.same_table(table, made) for made in existing.created(sql))
        if table and current and older:
            whole = self.take(steps.ALEMBIC_BASE_PREVIEW, *UPGRADE, "--sql")
            table = existing.table(said, f"{whole.stdout}\n{sql}")
        return [table] if table else []

    def there_and_back(self, refusal: str, lacking: str, *, shadowed: bool = True) -> bool:
        """Take the smoke, and beside it what the migrations make of an empty database of its own."""
        if not (shadowed and self._params["table"]):
            return self._smoke(refusal)
        with ThreadPoolExecutor(max_workers=1) as beside:
            shadow = beside.submit(alembic_shadow.collect, self._collector, self.run, self._listed, lacking)
            went_down = self._smoke(refusal)
        shadow.result()  # what went wrong there must not be lost
        return went_down

    def _smoke(self, refusal: str) -> bool:
        """Go one step down and up again where nothing speaks against it; return whether it went down."""
        if refusal:
            self.leave_out(steps.ALEMBIC_DOWNGRADE, DOWNGRADE, refusal)
            return False
        self.take(steps.ALEMBIC_DOWNGRADE, *DOWNGRADE, waits_for_locks=True)
        self.take(steps.ALEMBIC_CURRENT_BETWEEN, "current")
        self.take(steps.ALEMBIC_REUPGRADE, *UPGRADE, waits_for_locks=True)
        self.take(steps.ALEMBIC_CURRENT_FINAL, "current")
        return True

    def refusal(self, *, at_head: bool = True) -> str:
        """Return why the smoke is left out, or C('')."""
        if self._params["downgrade_smoke"] == "never":
            return "downgrade_smoke is never"
        if not at_head:
            return "the database is not at the one head"
        if self._params["downgrade_smoke"] == "always":
            return ""
        return self._params["smoke_refusal"] or self._too_large()

    def _too_large(self) -> str:
        """Return which of the tables is too large to have a constraint or an index made again, or C('')."""
        tables, largest = self._params["smoke_tables"], self._params["smoke_largest"]
        problem = libraries.ensure(["psycopg2"], self._params["python"], self._params["path"])
        sizes: dict[str, int] = {}
        if tables and not problem:
            # Each with its partitions and indexes.
            asked = postgres.ask(self._collector, catalog.sizes_query(tables), steps.ALEMBIC_SMOKE_SIZES)
            sizes = catalog.sizes(asked.stdout)
        for table in tables:
            size = sizes.get(table)
            if size is None:
                return f"how large {table} is could not be asked{': ' + problem if problem else ''}"
            if size > largest:
                return f"{table} has {size} bytes, above {largest}: it would be locked for long"
        return ""

    def take(self, step: StepName, *arguments: str, waits_for_locks: bool = False) -> Step:
        """Run one command of Alembic's and keep its step."""
        env = self._patience if waits_for_locks else {}
        return self._collector.add(self.run(step, *arguments, env=env))

    def run(self, step: StepName, *arguments: str, env: t.Mapping[str, str] | None = None) -> Step:
        """Run one command of Alembic's."""
        return self._collector.run([*self._params["alembic"], *arguments], step, env=env)

    def leave_out(self, step: StepName, arguments: t.Sequence[str], reason: str) -> None:
        """Keep the step of a command that is not run, with the reason."""
        self._collector.leave_out([*self._params["alembic"], *arguments], step, reason)
