# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys for tests, as the files that operators have, and a second reading of DSSE that verifies by them."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import nacl.signing
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_public_key,
)

MAKERS: dict[str, t.Callable[[], t.Any]] = {
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}
SUPPORTED = ("ed25519", "P-256", "P-384", "P-521")


class Pair(t.NamedTuple):
    """The paths of a private key and of its public one."""

    key: Path
    public: Path


def make(folder: Path, kind: str = "ed25519", name: str = "signing", passphrase: str = "") -> Pair:
    """Make a key of a kind of C(MAKERS)."""
    private = MAKERS[kind]()
    pair = Pair(folder / f"{name}.key", folder / f"{name}.pub")
    secret = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    pair.key.touch(0o600)
    pair.key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret))
    public = private.public_key()
    pair.public.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return pair


def pae(record: t.Mapping[str, t.Any]) -> bytes:
    """Return what a signature is over: the pre-authentication encoding of DSSE 1.0.2, section "Signature"."""
    kind, payload = record["payloadType"].encode(), base64.b64decode(record["payload"])
    return b" ".join([b"DSSEv1", str(len(kind)).encode(), kind, str(len(payload)).encode(), payload])


def verify(text: str, public: Path) -> None:
    """Verify the one signature of an envelope, by PyNaCl or OpenSSL, and not by what made it.

    Raises:
        nacl.exceptions.BadSignatureError: an ed25519 signature is not the key's.
        cryptography.exceptions.InvalidSignature: an ECDSA signature is not the key's.
    """
    record = json.loads(text)
    [signature] = record["signatures"]
    made = base64.b64decode(signature["sig"])
    key = load_pem_public_key(public.read_bytes())
    if isinstance(key, ec.EllipticCurvePublicKey):
        sizes = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}
        key.verify(made, pae(record), ec.ECDSA(sizes[key.curve.key_size]))
        return
    assert isinstance(key, ed25519.Ed25519PublicKey)
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    nacl.signing.VerifyKey(raw).verify(pae(record), made)
