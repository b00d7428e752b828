# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time stamp of the closing record (RFC 3161): a time stamping authority signs its digest with the time.

It is over the bytes of C(record.dsse.json), so that C(openssl ts -verify -data record.dsse.json) verifies it.
"""

from __future__ import annotations

import hashlib
import typing as t
from contextlib import suppress

from ....module_utils._clients import http
from ....module_utils._core.evidence import ENDED
from ....module_utils._core.step_names import StepName
from ...preflight import controller

with suppress(ImportError):  # stamped() says so
    from rfc3161_client import HashAlgorithm, PKIStatus, TimestampRequestBuilder, decode_timestamp_response

LIBRARY = "rfc3161-client"
SECONDS = 30.0
_STEP = StepName("time_stamp")  # which is not kept
_SHA256 = "2.16.840.1.101.3.4.2.1"
_TYPES = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
_MOST_BYTES = 1024 * 1024


def stamped(url: str, data: bytes, *, limit: float = SECONDS) -> bytes:
    """Return an authority's answer, as C(openssl ts) reads it.

    Raises:
        ValueError: there is none, or it is not of this data.
    """
    ensure_library()
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
    if answer.step.outcome != ENDED or answer.step.exit_status != 200:
        status = answer.step.exit_status
        raise ValueError(f"{url}: {answer.step.reason or f'it answered {status}'}")
    response = _read(answer.body)
    if response.tst_info.nonce != query.nonce:
        raise ValueError(f"{url}: its answer is one to another question")
    moment(answer.body, data)
    return answer.body


def moment(token: bytes, data: bytes) -> str:
    """Return when an authority had seen this data, as RFC 3339; who it is, C(openssl ts -verify) shows.

    Raises:
        ValueError: the answer is refused, cannot be read, or is of other data.
    """
    ensure_library()
    info = _read(token).tst_info
    imprint = info.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise ValueError("it is the time stamp of something else")
    return str(info.gen_time.isoformat()).replace("+00:00", "Z")


def ensure_library() -> None:
    """Raise C(ValueError) where the library is not installed."""
    lacking = controller.lacking(LIBRARY.replace("-", "_"))
    if lacking:
        raise ValueError(f"the Python library {LIBRARY} is not installed where Ansible runs")


def _read(token: bytes) -> t.Any:
    try:
        response = decode_timestamp_response(token)
    except ValueError as exc:
        raise ValueError("it is not a time stamp by RFC 3161") from exc
    if response.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        said = "; ".join(response.status_string) or f"status {response.status}"
        raise ValueError(f"the authority refused: {said}")
    return response
