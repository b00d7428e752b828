# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The DSSE envelope that a statement is kept in, by https://github.com/secure-systems-lab/dsse. Pure.

One that is not signed has an empty list of signatures.
"""

from __future__ import annotations

import base64
import binascii
import json
import typing as t
from dataclasses import dataclass

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True)
class Envelope:
    """What was signed, byte for byte, and by each key's id its signature."""

    payload: bytes
    signatures: t.Mapping[str, bytes]

    def text(self) -> str:
        """Return it as C(record.dsse.json) has it."""
        signatures = [{"keyid": key, "sig": _encoded(made)} for key, made in self.signatures.items()]
        content = {
            "payload": _encoded(self.payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": signatures,
        }
        return json.dumps(content, indent=2) + "\n"

    def statement(self) -> t.Any:
        """Return what the payload says.

        Raises:
            ValueError: it is not JSON.
        """
        return json.loads(self.payload)


def unsigned(statement: t.Mapping[str, t.Any]) -> Envelope:
    """Return an envelope without a signature."""
    return Envelope(json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode(), {})


def read(text: str | bytes) -> Envelope:
    """Return the envelope that C(text()) was made of.

    Raises:
        ValueError: it is none of an in-toto statement.
    """
    try:
        content = json.loads(text)
        if content["payloadType"] != PAYLOAD_TYPE:
            raise ValueError(f"its payloadType is not {PAYLOAD_TYPE}")
        signatures = {str(one.get("keyid", "")): _decoded(one["sig"]) for one in content["signatures"]}
        if len(signatures) != len(content["signatures"]):
            raise ValueError("it has more than one signature with the same keyid")
        return Envelope(_decoded(content["payload"]), signatures)
    except (KeyError, TypeError, AttributeError, binascii.Error) as exc:
        raise ValueError(f"it is not a DSSE envelope: {exc!r}") from exc


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
