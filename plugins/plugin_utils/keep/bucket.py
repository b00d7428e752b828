# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the locker in an S3 bucket, so that it outlives the machine: each file is written once.

C(s3://bucket/prefix) has what the locker has of attempts, C(<ticket>/<release>/attempts/<id>/…), without what
is hidden and the result of posting. Endpoint, region and keys are those of AWS's own environment variables
and files. A bucket that keeps versions and has a default retention keeps what was written against everybody.
"""

from __future__ import annotations

import re
import secrets as random_source
import shutil
import typing as t
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from ...module_utils._core import files
from . import elsewhere, kept, locker, manifest

with suppress(ImportError):  # the actions say so
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

LIBRARY = "boto3"
SCHEME = "s3://"
PROBE = ".probe"
# In an attempt of the locker: all of it is in the bucket.
UPLOADED = ".uploaded"
REPORTS = ("report.md", "report.html", "junit.xml", "report.json")
# With a decision that comes later they are written again, and the manifest of a package that grew.
_AGAIN = (*REPORTS, manifest.NAME, *manifest.AFTER)
# What the chain of a ticket's attempts is made of, in which those of other releases are links, too.
_LINKS = re.compile(r"attempt\.json|report\.json|manifest(?:-\d+)?\.json")
_URL = re.compile(r"s3://(?P<name>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(?P<prefix>[\w./-]*[\w.-]))?/?")
# A condition that was not met, or that the server does not know.
_UNMET = ("PreconditionFailed", "412", "ConditionalRequestConflict", "NotImplemented")
_LIMITS = {
    "connect_timeout": 10,
    "read_timeout": 60,
    "retries": {"mode": "standard", "total_max_attempts": 4},
}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class BucketError(locker.LockerError):
    """The bucket cannot be used, or not all of it could be written or read."""


class Bucket:
    """A bucket, with the prefix of the locker in it."""

    def __init__(self, url: str) -> None:
        """Take C(s3://bucket/prefix).

        Raises:
            BucketError: it is not such a URL, or its endpoint is not asked over TLS.
        """
        match = _URL.fullmatch(url)
        if not match or ".." in url:
            raise BucketError(f"{url} is not the URL of a bucket, s3://bucket/prefix")
        self._url, self._name = url.rstrip("/"), match["name"]
        self._prefix = f"{match['prefix'].strip('/')}/" if match["prefix"] else ""
        with self._saying("cannot be used"):
            self._s3 = boto3.client("s3", config=Config(**_LIMITS))
        endpoint = urlsplit(self._s3.meta.endpoint_url)
        if endpoint.scheme != "https" and endpoint.hostname not in _LOOPBACK:
            raise BucketError(f"the endpoint {endpoint.geturl()} of {url} is not https")

    def probe(self) -> None:
        """Write and delete an object, so that a bucket that denies is known before anything is touched.

        Raises:
            BucketError: it does not exist, or does not let us write.
        """
        key = f"{self._prefix}{PROBE}/{random_source.token_hex(8)}"
        with self._saying("cannot be written"):
            self._s3.put_object(Bucket=self._name, Key=key, Body=b"")
        # Where deleting is denied, as it may well be, the probe stays.
        with suppress(ClientError, BotoCoreError):
            self._s3.delete_object(Bucket=self._name, Key=key)

    def exists(self) -> None:
        """Look for the bucket, and write nothing.

        Raises:
            BucketError: it does not exist, or we may not see it.
        """
        with self._saying("cannot be used"):
            self._s3.head_bucket(Bucket=self._name)

    def upload(self, attempt: locker.Attempt) -> int:
        """Write what the bucket lacks of an attempt, and of killed ones before it; return how many files.

        Those of the release that could not be written before are written, too.

        Raises:
            BucketError: one cannot be written, or another content is there under its name.
        """
        own, count = attempt.folder, 0
        others = [path for path in sorted(own.parent.iterdir()) if not (path / UPLOADED).exists()]
        ended = [path for path in others if path != own and not locker.is_running(path)]
        with self._saying("not all of the evidence was written"):
            for folder in (own, *ended):
                count += sum(self._put(own.parents[3], file) for file in _files(folder))
                # Of one that was killed more may be found on a host.
                if (folder / "report.json").exists():
                    (folder / UPLOADED).touch(0o600)
        return count

    def download(self, root: Path, ticket: str, release: str) -> int:
        """Write into the locker C(root) what it lacks of a release, and return how many files.

        Of the ticket's other releases it is what the chain of attempts is made of.

        Raises:
            BucketError: it cannot be read.
        """
        below, count = f"{self._prefix}{ticket}/", 0
        with self._saying("cannot be read"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._name, Prefix=below)
            for key in sorted(one["Key"] for page in pages for one in page.get("Contents", [])):
                place = root / key.removeprefix(self._prefix)
                if ".." in place.parts or place.exists() or not _wanted(key.removeprefix(below), release):
                    continue
                place.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
                files.write(place, partial(self._chunks, key))
                count += 1
        return count

    def _chunks(self, key: str) -> t.Iterator[bytes]:
        yield from self._s3.get_object(Bucket=self._name, Key=key)["Body"].iter_chunks(1 << 20)

    def _put(self, root: Path, file: Path) -> bool:
        """Write a file unless it is there, and return whether it was written."""
        key, digest = f"{self._prefix}{file.relative_to(root)}", kept.sha256(file)
        if self._written(key, file, digest, IfNoneMatch="*"):
            return True
        there = self._digest(key)
        if there == digest:
            return False
        # With a decision that came later the report is written again; the version before stays. A server that
        # knows no conditions says nothing of what is there.
        if there is not None and (file.name not in _AGAIN or not self._keeps_versions()):
            raise BucketError(f"{self._url}: {key} is there with another content, and was left as it is")
        return self._written(key, file, digest)

    def _written(self, key: str, file: Path, digest: str, **condition: str) -> bool:
        """Write a file, and return whether the condition was met."""
        try:
            with file.open("rb") as body:
                self._s3.put_object(
                    Bucket=self._name, Key=key, Body=body, Metadata={"sha256": digest}, **condition
                )
        except ClientError as exc:
            if condition and _code(exc) in _UNMET:
                return False
            raise
        return True

    def _digest(self, key: str) -> str | None:
        """Return the SHA-256 that an object was written with, None where there is none."""
        try:
            head = self._s3.head_object(Bucket=self._name, Key=key)
        except ClientError as exc:
            if _code(exc) == "404":
                return None
            raise
        return str(head["Metadata"].get("sha256"))

    def _keeps_versions(self) -> bool:
        return bool(self._s3.get_bucket_versioning(Bucket=self._name).get("Status") == "Enabled")

    @contextmanager
    def _saying(self, what: str) -> t.Iterator[None]:
        """Say in one sentence what went wrong; no answer of S3's has a key of ours in it."""
        try:
            yield
        except (ClientError, BotoCoreError, OSError) as exc:
            raise BucketError(f"{self._url}: {what}: {' '.join(str(exc).split())}") from exc


def _wanted(path: str, release: str) -> bool:
    """Whether a file below the ticket is of this release, or a link of the chain."""
    candidate, folder, *rest = [*path.split("/"), ""]
    own = candidate == release and folder == "attempts"
    return own or (folder == "attempts" and len(rest) == 3 and bool(_LINKS.fullmatch(rest[1])))


def copies(root: Path, ticket: str, release: str) -> None:
    """Put the newest attempt's report beside the attempts, where the locker has it."""
    folder = root / ticket / release
    newest = max((path.parent for path in folder.glob("attempts/*/report.json")), default=None)
    for name in REPORTS if newest else ():
        if newest and (newest / name).is_file():
            shutil.copyfile(newest / name, folder / name)


def _files(attempt: Path) -> list[Path]:
    """Return what an attempt's digest is of, the report last: where it is, all of it is."""
    elsewhere.settle(attempt)
    found = (path for path in attempt.rglob("[!.]*") if path.is_file() and path.name != locker.TICKET_RECORD)
    return sorted(found, key=lambda path: (path.name in REPORTS and path.parent == attempt, str(path)))


def _code(exc: t.Any) -> str:
    return str(exc.response.get("Error", {}).get("Code"))
