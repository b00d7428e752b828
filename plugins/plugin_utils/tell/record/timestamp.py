# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The time stamp of the closing record (RFC 3161): a time stamping authority signs its digest with the time.

It is over the bytes of C(record.dsse.json), so that C(openssl ts -verify -data record.dsse.json) verifies it.
"""

from __future__ import annotations

import hashlib
import typing as t
from contextlib import suppress

from ...preflight import controller

with suppress(ImportError):  # ensure_library() says so
    from rfc3161_client import PKIStatus, decode_timestamp_response

LIBRARY = "rfc3161-client"
_SHA256 = "2.16.840.1.101.3.4.2.1"


def ensure_library() -> None:
    """Raise C(ValueError) where the library is not installed."""
    lacking = controller.lacking(LIBRARY.replace("-", "_"))
    if lacking:
        raise ValueError(f"the Python library {LIBRARY} is not installed where Ansible runs")


def moment(answer: bytes, data: bytes) -> str:
    """Return when an authority had seen this data, as RFC 3339; who it is, C(openssl ts -verify) shows.

    Raises:
        ValueError: the answer is refused, cannot be read, or is of other data.
    """
    stamp = info(answer)
    imprint = stamp.message_imprint
    if imprint.hash_algorithm.dotted_string != _SHA256 or imprint.message != hashlib.sha256(data).digest():
        raise ValueError("it is the time stamp of something else")
    return str(stamp.gen_time.isoformat()).replace("+00:00", "Z")


def info(answer: bytes) -> t.Any:
    """Return what an authority signed (C(rfc3161_client.TimeStampTokenInfo)).

    Raises:
        ValueError: it refused, or this is not its answer.
    """
    ensure_library()
    try:
        response = decode_timestamp_response(answer)
    except ValueError as exc:
        raise ValueError("it is not a time stamp by RFC 3161") from exc
    if response.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        said = "; ".join(response.status_string) or f"status {response.status}"
        raise ValueError(f"the authority refused: {said}")
    return response.tst_info
