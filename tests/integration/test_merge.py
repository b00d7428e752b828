# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages that several runs collected on the twin make one gate, unless one of them does not count."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.integration.site import make
from tests.integration.test_closure import TICKET, Run, play


@pytest.fixture(scope="module")
def collected(fresh_twin: dict[str, t.Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A locker with all four packages, of two runs: a third collects the last, and merges."""
    root = tmp_path_factory.mktemp("merge") / "evidence"
    for tags in ("package_0,package_1", "package_3"):
        run = play(root, f"--tags={tags}")
        assert run.status == 0, run.output[-4000:]
        assert run.report["gate"]["status"] == "FAIL"
    return root


@pytest.fixture(scope="module")
def merged(collected: Path) -> Run:
    return play(collected, "--tags=package_2,gate")


def _release(run: Run) -> str:
    (attempts,) = run.locker.glob(f"{TICKET}/*/attempts")
    return attempts.parent.name


def test_packages_of_several_runs_make_one_gate(merged: Run) -> None:
    assert merged.status == 0, merged.output[-4000:]
    report = merged.report
    assert (report["gate"]["status"], report["run"]) == ("PASS", {"packages": [0, 1, 2, 3], "status": "PASS"})
    packages = report["packages"]
    assert "merged" not in packages["package_2"]
    first, second = (packages[name]["merged"]["attempt"] for name in ("package_1", "package_3"))
    assert packages["package_0"]["merged"]["attempt"] == first < second
    # Package-2 restarted the backend after Package-3's proof, and shows it with the queue since.
    assert "backend_env by this attempt, Package-2" in packages["package_3"]["merged"]["since"][0]
    assert all(package["steps"] for package in packages.values())


def test_the_databases_are_compared(merged: Run) -> None:
    (attempts,) = merged.locker.glob(f"{TICKET}/*/attempts")
    (one,) = attempts.glob("*/package_1/*-table_revisions.stdout")
    (three, *_more) = sorted(attempts.glob("*/package_3/*-recon_sessions.stdout"))
    for file in (one, three):
        (row, *_others) = [line for line in file.read_text("utf-8").splitlines() if "{" in line]
        assert json.loads(row)["cluster"].isdigit()


def test_it_is_verified_and_posted_whole(merged: Run) -> None:
    attempt = locker.find_attempt(str(merged.locker), TICKET, _release(merged))
    assert verify.problems(attempt) == []
    record = json.loads((attempt.folder / locker.TICKET_RECORD).read_text("utf-8"))
    assert record["problem"] == ""
    assert locker.later_attempt(attempt) is None


def test_a_gate_alone_collects_nothing_and_holds_them_to_their_age(merged: Run) -> None:
    run = play(merged.locker, "--tags=gate")
    assert run.status == 0, run.output[-4000:]
    assert run.report["run"] == {"packages": [0, 1, 2, 3], "status": "PASS"}
    old = play(merged.locker, "--tags=gate", rc_closure_max_age=1)
    assert old.status != 0
    assert old.report["run"] == {"packages": [], "status": "FAIL"}
    for number, sentence in enumerate(old.report["gate"]["reasons"]):
        assert sentence.startswith(f"Package-{number}: Not proven: what the attempt ")
        assert "before this attempt began, and rc_closure_max_age is" in sentence
    assert all(package["steps"] for package in old.report["packages"].values())


def test_a_merge_of_two_commits_is_said_before_anything_is_touched(merged: Run) -> None:
    attempts = sorted(merged.locker.glob(f"{TICKET}/*/attempts/*"))
    run = play(merged.locker, "--tags=package_3,gate", rc_closure_commit="b" * 40)
    assert run.status != 0
    assert "nothing was touched: Package-0 was collected for the commit" in " ".join(run.output.split())
    assert sorted(merged.locker.glob(f"{TICKET}/*/attempts/*")) == attempts


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Any]:
    """Return a client of a server in whose bucket the closures of the test keep a copy."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        monkeypatch.setenv("RC_CLOSURE_BUCKET", "s3://evidence/psp")
        client = boto3.client("s3")
        client.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True)
        yield client
    finally:
        server.stop()


def test_another_machine_merges_and_verifies_what_is_in_the_bucket(
    merged: Run, bucket: t.Any, tmp_path: Path
) -> None:
    run = play(merged.locker, "--tags=gate")
    assert run.status == 0, run.output[-4000:]
    other = play(tmp_path / "evidence", "--tags=gate")
    assert other.status == 0, other.output[-4000:]
    assert other.report["gate"]["status"] == "PASS"
    asked = {"rc_closure_ticket": TICKET, "rc_closure_release": _release(merged)}
    verified = make(tmp_path / "site").run(
        "verify", extra={**asked, "rc_closure_locker": "s3://evidence/psp"}
    )
    assert verified.status == 0, verified.output[-4000:]
    assert "agrees with its evidence" in verified.output
    # Somebody who may write the bucket changes what is there.
    (key,) = [
        one["Key"]
        for one in bucket.list_objects_v2(Bucket="evidence")["Contents"]
        if one["Key"].endswith("-alembic_upgrade.stderr")
    ]
    bucket.put_object(Bucket="evidence", Key=key, Body=b"all is well")
    changed = make(tmp_path / "later").run(
        "verify", extra={**asked, "rc_closure_locker": "s3://evidence/psp"}
    )
    assert changed.status != 0
    assert "alembic_upgrade.stderr is missing or was changed" in changed.output


def test_a_bucket_that_cannot_be_written_is_said_before_anything_is_touched(
    merged: Run, bucket: t.Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RC_CLOSURE_BUCKET", "s3://no-such-bucket/psp")
    attempts = sorted(merged.locker.glob(f"{TICKET}/*/attempts/*"))
    run = play(merged.locker, "--tags=gate")
    assert run.status != 0
    assert "s3://no-such-bucket/psp: cannot be written" in " ".join(run.output.split())
    assert sorted(merged.locker.glob(f"{TICKET}/*/attempts/*")) == attempts
