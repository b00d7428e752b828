# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What asks a time stamping authority for the record's time stamp, by RFC 3161 over HTTP."""

from __future__ import annotations

from contextlib import suppress

from ....module_utils._clients import http
from ....module_utils._core.evidence import ENDED
from ....module_utils._core.step_names import StepName
from . import timestamp

with suppress(ImportError):  # timestamp.ensure_library() says so
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

SECONDS = 30.0
_STEP = StepName("time_stamp")  # which is not kept
_TYPES = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_MOST_BYTES = 1024 * 1024


def stamped(url: str, data: bytes, *, limit: float = SECONDS) -> bytes:
    """Return an authority's answer, as C(openssl ts) reads it.

    Raises:
        ValueError: there is none, or it is not of this data.
    """
    timestamp.ensure_library()
    query = TimestampRequestBuilder(data=data, hash_algorithm=HashAlgorithm.SHA256).build()
    answer = http.exchange(
        "POST",
        url,
        _STEP,
        limit=limit,
        redact=str,
        headers=_TYPES,
        body=query.as_bytes(),
        maximum_bytes=_MOST_BYTES,
        kept=False,
    )
    status = answer.step.exit_status
    if answer.step.outcome != ENDED or status != 200:
        raise ValueError(f"{url}: {answer.step.reason or f'it answered {status}'}")
    if timestamp.info(answer.body).nonce != query.nonce:
        raise ValueError(f"{url}: its answer is one to another question")
    timestamp.moment(answer.body, data)
    return answer.body
