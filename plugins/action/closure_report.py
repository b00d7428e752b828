# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Judge the evidence in the locker, and report: four files, the closing record, a fact and statistics."""

from __future__ import annotations

import os
from dataclasses import replace

from ..module_utils._core.evidence import utc_now
from ..plugin_utils.keep import bucket, elsewhere, locker, manifest, merging
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result
from ..plugin_utils.preflight import controller
from ..plugin_utils.tell import verify
from ..plugin_utils.tell.record import writing
from ..plugin_utils.tell.report import document, junit, markdown, migration_decision
from ..plugin_utils.tell.report.html import page


class ActionModule(ClosureAction):
    """Return the fact C(rc_closure_report). A later task enforces the gate."""

    failure = "the report cannot be written: "

    def act(self, args: Options, known: Options) -> Result:
        """Keep the decision, and write the reports into the locker; without C(attempt), only check it."""
        names = ("decision", "decision_by", "decision_reason")
        choice = migration_decision.given(*(args.get(name) for name in names))
        given = {name: str(args.get(name) or "") for name in ("signing_key", "public_key", "timestamp_url")}
        settings = writing.Settings(**given, environment=os.environ)
        attempt = locker.named_attempt(args.get("attempt"))
        copy = _bucket(args)
        if attempt is None:
            problems = settings.problems()
            if problems:
                return {"failed": True, "problems": problems, "msg": "; ".join(problems)}
            if copy:
                copy.exists() if self._task.check_mode else copy.probe()
            return {"changed": False, "msg": "no attempt is open, so nothing is judged"}
        is_new = choice is not None and _is_new(choice, attempt)
        if self._task.check_mode:
            return {"changed": is_new, "msg": "check mode: nothing is kept and nothing is judged"}
        if choice and is_new:
            locker.keep(attempt, migration_decision.PACKAGE, [migration_decision.step(choice)])
        result = _reported(attempt, settings)
        return _uploaded(attempt, copy, result) if copy else result


def _bucket(args: Options) -> bucket.Bucket | None:
    """Return where a copy of the locker is to be, None where it has none.

    Raises:
        LockerError: it cannot be used.
    """
    if not args.get("bucket"):
        return None
    lacking = controller.lacking(bucket.LIBRARY)
    if lacking:
        raise locker.LockerError(lacking[0])
    return bucket.Bucket(str(args["bucket"]))


def _uploaded(attempt: locker.Attempt, copy: bucket.Bucket, result: Result) -> Result:
    """Copy what was kept; where that fails, all of it is in the locker still, and the fact says so."""
    try:
        return {**result, "uploaded": copy.upload(attempt)}
    except locker.LockerError as exc:
        problem = f"not uploaded, and kept in {attempt.path}: {exc}"
    report = {**result["ansible_facts"]["rc_closure_report"], "not_uploaded": problem}
    return {**result, "warnings": [problem], "ansible_facts": {"rc_closure_report": report}}


def _is_new(choice: migration_decision.Choice, attempt: locker.Attempt) -> bool:
    """Whether the attempt contains Package-1, and its last decision is another one."""
    if not attempt.package(migration_decision.PACKAGE).is_dir():
        return False
    before = migration_decision.kept(locker.load_package(attempt, migration_decision.PACKAGE).steps)
    return before is None or replace(before, recorded="") != choice


def _judged(attempt: locker.Attempt) -> document.Document:
    return document.build(attempt, locker.load(attempt), utc_now(), merging.load(attempt))


def _reported(attempt: locker.Attempt, settings: writing.Settings) -> Result:
    """Write the report, unless the one that is there agrees with the evidence, and the record of it."""
    elsewhere.settle(attempt.folder.parents[1])
    own = attempt.folder / "report.json"
    agrees = own.exists() and not verify.problems(attempt)
    report = locker.read_json(own) if agrees else _judged(attempt)
    # In this order: where report.json is, all of the report is.
    texts = {
        "report.md": markdown.render(report),
        "report.html": page.render(report),
        "junit.xml": junit.render(report),
        "report.json": locker.as_json(report),
    }
    manifest.finish(attempt.folder, texts)
    paths = {name: locker.write_report(attempt, name, text) for name, text in texts.items()}
    locker.close_attempt(attempt)
    record = writing.write(attempt, report, settings)
    fact = {**document.without_streams(report), "paths": paths, "record": record}
    return {
        "changed": not agrees or record["changed"],
        "paths": paths,
        "record": record,
        "ansible_facts": {"rc_closure_report": fact},
        "ansible_stats": {
            "data": {"rc_closure": document.summary(report)},
            "per_host": False,
            "aggregate": False,
        },
    }
