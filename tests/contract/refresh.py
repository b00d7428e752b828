# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut the slice that is in use out of GitHub's published OpenAPI description.

    python tests/contract/refresh.py [version]

It comes in the npm package @octokit/openapi, which npm fetches; its licence is kept beside the slice.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import tempfile
import typing as t
from pathlib import Path

PACKAGE = "@octokit/openapi"
VERSION = "23.0.2"
FILE = "package/generated/api.github.com.json"
HERE = Path(__file__).parent
TARGET = HERE / "github.json"
LIMIT_SECONDS = 300

_REPOSITORY = "/repos/{owner}/{repo}"
_ACTIONS = f"{_REPOSITORY}/actions"
_WORKFLOW = f"{_ACTIONS}/workflows/{{workflow_id}}"
_RUN = f"{_ACTIONS}/runs/{{run_id}}"
_ATTEMPT = f"{_RUN}/attempts/{{attempt_number}}"
_JOB = f"{_ACTIONS}/jobs/{{job_id}}"
_ISSUE = f"{_REPOSITORY}/issues/{{issue_number}}"
# What the code asks for, and what the twin serves beside it: somebody who cancels a run or has it run again.
OPERATIONS: dict[str, tuple[str, ...]] = {
    _REPOSITORY: ("get",),
    f"{_REPOSITORY}/commits/{{ref}}": ("get",),
    f"{_ACTIONS}/workflows": ("get",),
    _WORKFLOW: ("get",),
    f"{_WORKFLOW}/dispatches": ("post",),
    f"{_WORKFLOW}/runs": ("get",),
    f"{_ACTIONS}/runs": ("get",),
    _RUN: ("get",),
    f"{_RUN}/jobs": ("get",),
    f"{_RUN}/cancel": ("post",),
    f"{_RUN}/rerun": ("post",),
    _ATTEMPT: ("get",),
    f"{_ATTEMPT}/jobs": ("get",),
    _JOB: ("get",),
    f"{_JOB}/logs": ("get",),
    _ISSUE: ("get", "patch"),
    f"{_ISSUE}/comments": ("get", "post"),
    f"{_REPOSITORY}/issues/comments/{{comment_id}}": ("patch",),
    f"{_ISSUE}/labels": ("post",),
    f"{_ISSUE}/labels/{{name}}": ("delete",),
    "/rate_limit": ("get",),
}
# Examples make up most of the description, and nothing is checked against them.
_LEFT_OUT = ("example", "examples", "externalDocs", "tags")

Document = dict[str, t.Any]


def slice_of(whole: Document) -> Document:
    """Return the operations in use, with all that they refer to."""
    paths = {
        path: {key: item for key, item in whole["paths"][path].items() if key in (*methods, "parameters")}
        for path, methods in OPERATIONS.items()
    }
    kept: Document = {"openapi": whole["openapi"], "info": whole["info"], "servers": whole["servers"]}
    kept["paths"] = _bare(paths)
    components: dict[str, Document] = {}
    waiting = list(_references(kept["paths"]))
    while waiting:
        kind, name = waiting.pop().removeprefix("#/components/").split("/", maxsplit=1)
        if name not in components.setdefault(kind, {}):
            components[kind][name] = _bare(whole["components"][kind][name])
            waiting += _references(components[kind][name])
    kept["components"] = {kind: dict(sorted(found.items())) for kind, found in sorted(components.items())}
    return kept


def _bare(node: t.Any, *, names: bool = False) -> t.Any:
    """Return the node without what is left out; C(names) says that its keys are names, not words."""
    if isinstance(node, list):
        return [_bare(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _bare(item, names=key in ("properties", "paths") and not names)
        for key, item in node.items()
        if names or not (key in _LEFT_OUT or key.startswith("x-"))
    }


def _references(node: t.Any) -> t.Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for item in node.values():
            yield from _references(item)
    elif isinstance(node, list):
        for item in node:
            yield from _references(item)


def main(version: str) -> int:
    """Fetch the package, cut the slice, and write it."""
    with tempfile.TemporaryDirectory() as folder:
        argv = ["npm", "pack", f"{PACKAGE}@{version}", "--silent"]
        subprocess.run(argv, cwd=folder, check=True, timeout=LIMIT_SECONDS, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            whole = json.loads(_member(archive, FILE))
            licence = _member(archive, "package/LICENSE")
    text = json.dumps(slice_of(whole), ensure_ascii=False, indent=1, sort_keys=True)
    TARGET.write_text(f"{text}\n", encoding="utf-8")
    (HERE / "LICENSE.github").write_bytes(licence)
    print(f"{TARGET.name}: {TARGET.stat().st_size} bytes, of {PACKAGE} {version}")
    return 0


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise SystemExit(f"{PACKAGE} holds no {name}")
    return member.read()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or [VERSION]))
