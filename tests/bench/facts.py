# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must be true of the twin when the checklist was really carried out on it, by whatever means."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from urllib.request import Request, urlopen

from tests.bench.checklist import TABLE
from tests.bench.twin import Twin

LIMIT_SECONDS = 10
QUERY = f"""
SELECT (SELECT version_num FROM alembic_version) AS revision,
       (SELECT count(*) FROM pg_constraint WHERE conrelid = '{TABLE}'::regclass AND contype = 'u') AS uniques,
       (SELECT count(*) FROM wallets WHERE balance IS NULL) AS without_balance,
       (SELECT string_agg(status::text, ' ') FROM reconciliation_runs) AS runs
"""
WANT = {
    "revision": "0007_mig_01c_finding_unique",
    "uniques": 1,
    "without_balance": 0,
    "runs": "completed",
    "flags": "True True True True queue",
    "ci": "success",
    "worker": True,
}


def problems(twin: Twin) -> list[str]:
    """Return one sentence for each fact that is not as it must be."""
    have = {**twin.ask(QUERY), "flags": _flags(twin), "ci": _ci(twin), "worker": _worker(twin)}
    return [f"{name} is {have[name]!r}, not {want!r}" for name, want in WANT.items() if have[name] != want]


def _flags(twin: Twin) -> str:
    """What the running backend believes."""
    answer = _get(f"{twin.state['backend_url']}/api/v1/flags", twin.api_token)
    return " ".join(map(str, answer.values()))


def _ci(twin: Twin) -> str:
    runs = f"{twin.state['ci_url']}/repos/{twin.state['ci_repository']}/actions/runs"
    token = Path(twin.state["ci_token_file"]).read_text("utf-8").strip()
    return " ".join(str(run["conclusion"]) for run in _get(runs, token)["workflow_runs"])


def _worker(twin: Twin) -> bool:
    """Whether the worker's log has a job's start and its end."""
    log = Path(twin.state["worker_log"]).read_text("utf-8")
    return "→" in log and "←" in log


def _get(url: str, token: str) -> dict[str, t.Any]:
    request = Request(url, headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=LIMIT_SECONDS) as answer:
        return dict(json.load(answer))
