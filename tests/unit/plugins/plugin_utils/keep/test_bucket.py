# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy of the locker in a bucket of a server that answers as S3 does."""

from __future__ import annotations

import typing as t
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep import bucket, locker
from ansible_collections.psp.rc_closure.plugins.plugin_utils.keep.bucket import Bucket, BucketError
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell import verify
from tests.unit.captured import NOW, RELEASE
from tests.unit.lockers import reported

URL = "s3://evidence/psp"


@pytest.fixture(scope="module")
def server() -> t.Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> t.Iterator[t.Any]:
    """Return a client of a server that has an empty bucket with versions."""
    given = {
        "AWS_ENDPOINT_URL": server,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="evidence", ObjectLockEnabledForBucket=True)
    try:
        yield client
    finally:
        for one in client.list_object_versions(Bucket="evidence").get("Versions", []):
            client.delete_object(
                Bucket="evidence", Key=one["Key"], VersionId=one["VersionId"], BypassGovernanceRetention=True
            )
        for one in client.list_object_versions(Bucket="evidence").get("DeleteMarkers", []):
            client.delete_object(Bucket="evidence", Key=one["Key"], VersionId=one["VersionId"])
        client.delete_bucket(Bucket="evidence")


def keys(s3: t.Any) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket="evidence").get("Contents", [])]


def versions(s3: t.Any, end: str) -> list[str]:
    found = s3.list_object_versions(Bucket="evidence")["Versions"]
    return [one["VersionId"] for one in found if one["Key"].endswith(end)]


def test_what_was_kept_is_written_once_and_verified_from_there(s3: t.Any, tmp_path: Path) -> None:
    attempt = reported(tmp_path / "evidence", NOW)
    (attempt.folder / locker.TICKET_RECORD).write_text("{}", "utf-8")
    count = Bucket(URL).upload(attempt)
    own = f"psp/{attempt.release.ticket}/{attempt.release.candidate}/attempts/{attempt.folder.name}/"
    assert len(keys(s3)) == count > 10
    assert {f"{own}report.json", f"{own}attempt.json", f"{own}package_1/policy.json"} <= set(keys(s3))
    assert not [key for key in keys(s3) if "/." in key or key.endswith("ticket.json")]
    # Again nothing is written: neither where this locker knows it, nor where it does not.
    assert Bucket(f"{URL}/").upload(attempt) == 0
    (attempt.folder / bucket.UPLOADED).unlink()
    assert Bucket(URL).upload(attempt) == 0
    assert len(versions(s3, "report.json")) == 1
    asked = tmp_path / "other", attempt.release.ticket, attempt.release.candidate
    assert Bucket(URL).download(*asked) == count
    bucket.copies(*asked)
    copy = locker.find_attempt(str(asked[0]), *asked[1:])
    assert verify.problems(copy) == []
    assert locker.digest(copy) == locker.digest(attempt)
    assert Bucket(URL).download(*asked) == 0


def test_a_killed_attempt_is_written_with_the_next(s3: t.Any, tmp_path: Path) -> None:
    killed = locker.open_attempt(str(tmp_path / "evidence"), RELEASE, "2026-11-24T02:00:00.000Z")
    attempt = reported(tmp_path / "evidence", NOW)
    Bucket(URL).upload(attempt)
    assert any(killed.folder.name in key for key in keys(s3))
    # What is found of it later is written, too.
    locker.open_package(killed, 1, {})
    assert Bucket(URL).upload(attempt) == 2  # the policy, and the package's manifest


def test_another_content_is_not_written_over(s3: t.Any, tmp_path: Path) -> None:
    attempt = reported(tmp_path / "evidence", NOW)
    Bucket(URL).upload(attempt)
    (attempt.package(1) / "policy.json").write_text("{}", "utf-8")
    with pytest.raises(
        BucketError, match=r"policy\.json is there with another content, and was left as it is"
    ):
        Bucket(URL).upload(attempt)
    assert len(versions(s3, "policy.json")) == 1


def test_a_report_with_a_later_decision_is_a_version(s3: t.Any, tmp_path: Path) -> None:
    attempt = reported(tmp_path / "evidence", NOW)
    Bucket(URL).upload(attempt)
    (attempt.folder / "report.json").write_text("{}", "utf-8")
    assert Bucket(URL).upload(attempt) == 1
    assert len(versions(s3, "report.json")) == 2


def test_where_no_versions_are_kept_a_report_is_not_written_over(
    s3: t.Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt, copy = reported(tmp_path / "evidence", NOW), Bucket(URL)
    copy.upload(attempt)
    (attempt.folder / "report.json").write_text("{}", "utf-8")
    monkeypatch.setattr(copy._s3, "get_bucket_versioning", lambda **_given: {})
    with pytest.raises(BucketError, match=r"report\.json is there with another content"):
        copy.upload(attempt)
    assert len(versions(s3, "report.json")) == 1


def test_a_probe_leaves_nothing(s3: t.Any) -> None:
    Bucket(URL).probe()
    Bucket(URL).exists()
    assert keys(s3) == []


@pytest.mark.parametrize("act", ["probe", "exists"])
def test_a_bucket_that_is_not_there_is_said(s3: t.Any, act: str) -> None:
    with pytest.raises(
        BucketError, match=r"s3://no-such/psp: cannot be \w+: An error occurred \((404|NoSuch)"
    ):
        getattr(Bucket("s3://no-such/psp"), act)()


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown"])
def test_a_bucket_that_denies_or_throttles_is_said(s3: t.Any, tmp_path: Path, code: str) -> None:
    attempt, copy = reported(tmp_path / "evidence", NOW), Bucket(URL)

    def refuse(**_given: t.Any) -> t.NoReturn:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "PutObject")

    copy._s3.put_object = refuse
    with pytest.raises(BucketError, match=rf"s3://evidence/psp: cannot be written: .*\({code}\)"):
        copy.probe()
    with pytest.raises(BucketError, match=rf"not all of the evidence was written: .*\({code}\)"):
        copy.upload(attempt)
    # Nothing is lost, and the next time it is written.
    assert verify.problems(attempt) == []
    assert Bucket(URL).upload(attempt) > 10


def test_a_server_that_knows_no_conditions(s3: t.Any, tmp_path: Path) -> None:
    attempt, copy = reported(tmp_path / "evidence", NOW), Bucket(URL)
    put = copy._s3.put_object

    def simple(**given: t.Any) -> t.Any:
        if "IfNoneMatch" in given:
            raise ClientError({"Error": {"Code": "NotImplemented", "Message": "no"}}, "PutObject")
        return put(**given)

    copy._s3.put_object = simple
    assert copy.upload(attempt) == len(keys(s3)) > 10
    (attempt.folder / bucket.UPLOADED).unlink()
    assert copy.upload(attempt) == 0


@pytest.mark.parametrize("url", ["s3://", "s3://A_B", "https://evidence", "evidence", "s3://evidence/../x"])
def test_what_is_no_bucket(s3: t.Any, url: str) -> None:
    with pytest.raises(BucketError, match="is not the URL of a bucket"):
        Bucket(url)


def test_an_endpoint_without_tls_is_refused(s3: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://s3.example")
    with pytest.raises(
        BucketError, match=r"the endpoint http://s3\.example of s3://evidence/psp is not https"
    ):
        Bucket(URL)
