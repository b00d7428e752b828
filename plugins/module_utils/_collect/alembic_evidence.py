# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of Package-1 that Alembic does: where the database is, the way to head, and there and back."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .._core import step_names as steps
from .._core.collector import Collector
from .._core.evidence import Step
from .._core.step_names import StepName
from .._text import alembic, catalog, existing

Question = tuple[t.Any, ...]

UPGRADE = ("upgrade", "head")
DOWNGRADE = ("downgrade", "-1")


def collect(collector: Collector) -> dict[str, t.Any]:
    """Take the steps and return C(changed), C(before), C(after) and C(existing)."""
    tool = _Alembic(collector)
    current, heads = tool.look()
    if collector.check_mode:
        tool.preview(current)
        tool.leave_out(steps.ALEMBIC_UPGRADE, UPGRADE, "check mode: nothing is changed")
        return {"changed": current != heads, "before": current, "after": current, "existing": []}
    upgrade = tool.take(steps.ALEMBIC_UPGRADE, *UPGRADE, waits_for_locks=True)
    head = alembic.single(heads) if upgrade.ok else ""
    after, preview = tool.look_again(head)
    smoked = upgrade.ok and tool.smoke(preview, at_head=after == [head])
    named = tool.look_into(upgrade, after)
    changed = bool(alembic.moves(upgrade)) or smoked
    return {"changed": changed, "before": current, "after": after, "existing": named}


class _Alembic:
    def __init__(self, collector: Collector) -> None:
        self._collector = collector
        self._params = collector.params
        lock_timeout = f"-c lock_timeout={int(self._params['lock_timeout'] * 1000)}"
        self._patience = {"PGOPTIONS": f"{collector.env.get('PGOPTIONS', '')} {lock_timeout}".strip()}

    def look(self) -> tuple[list[str], list[str]]:
        """Ask for what is there; return where the database is, and the heads."""
        current, heads, _history = self._ask(
            (steps.ALEMBIC_CURRENT, "current"),
            (steps.ALEMBIC_HEADS, "heads"),
            (steps.ALEMBIC_HISTORY, "history"),
        )
        return alembic.revisions(current.stdout), alembic.revisions(heads.stdout)

    def look_again(self, head: str) -> tuple[list[str], Step | None]:
        """Ask what the upgrade led to; return where the database is, and the SQL of the way down."""
        questions: list[Question] = [(steps.ALEMBIC_CHECK, "check"), (steps.ALEMBIC_CURRENT_AFTER, "current")]
        if head and self._params["downgrade_smoke"] == "safe":
            questions.append((steps.ALEMBIC_DOWNGRADE_PREVIEW, "downgrade", f"{head}:-1", "--sql"))
        _check, current, *preview = self._ask(*questions)
        return alembic.revisions(current.stdout), next(iter(preview), None)

    def _ask(self, *questions: Question) -> list[Step]:
        """Ask what needs nothing of one another side by side; most of each is start-up."""
        with ThreadPoolExecutor(max_workers=len(questions)) as pool:
            answers = list(pool.map(lambda question: self._run(*question), questions))
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
        said = "" if upgrade.ok else alembic.already_exists(upgrade)
        if not said:
            return []
        sql = self.preview(current).stdout
        table = existing.table(said, sql)
        older = not any(catalog.same_table(table, made) for made in existing.created(sql))
        if table and current and older:
            whole = self.take(steps.ALEMBIC_BASE_PREVIEW, *UPGRADE, "--sql")
            table = existing.table(said, f"{whole.stdout}\n{sql}")
        return [table] if table else []

    def smoke(self, preview: Step | None, *, at_head: bool) -> bool:
        """Go one step down and up again, where that is asked for and can lose nothing."""
        refusal = self._refusal(preview, at_head)
        if refusal:
            self.leave_out(steps.ALEMBIC_DOWNGRADE, DOWNGRADE, refusal)
            return False
        down = self.take(steps.ALEMBIC_DOWNGRADE, *DOWNGRADE, waits_for_locks=True)
        self.take(steps.ALEMBIC_REUPGRADE, *UPGRADE, waits_for_locks=True)
        self.take(steps.ALEMBIC_CURRENT_FINAL, "current")
        return bool(alembic.moves(down, "downgrade"))

    def _refusal(self, preview: Step | None, at_head: bool) -> str:
        wish = self._params["downgrade_smoke"]
        if wish == "never":
            return "downgrade_smoke is never"
        if not at_head:
            return "the database is not at the one head"
        if wish == "always":
            return ""
        if preview is None or not preview.ok:
            return "the downgrade's SQL cannot be shown beforehand, so it cannot be known to be safe"
        losses = alembic.destructive_statements(preview.stdout)
        return f"the downgrade could lose data ({losses[0]})" if losses else ""

    def take(self, step: StepName, *arguments: str, waits_for_locks: bool = False) -> Step:
        """Run one command of Alembic's and keep its step."""
        env = self._patience if waits_for_locks else {}
        return self._collector.add(self._run(step, *arguments, env=env))

    def _run(self, step: StepName, *arguments: str, env: t.Mapping[str, str] | None = None) -> Step:
        return self._collector.run([*self._params["alembic"], *arguments], step, env=env)

    def leave_out(self, step: StepName, arguments: t.Sequence[str], reason: str) -> None:
        """Keep the step of a command that is not run, with the reason."""
        self._collector.leave_out([*self._params["alembic"], *arguments], step, reason)
