# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The key that signs the closing record, and the one that it is verified by: ed25519 or ECDSA.

A private key is a file, or what a URI of securesystemslib names (C(awskms:…), C(gcpkms:…), C(azurekms:…),
C(hv:…), C(hsm:…)), which also takes the public key. No message shows anything of a key but its id.
"""

from __future__ import annotations

import os
import stat
import typing as t
from contextlib import suppress
from pathlib import Path

from ...preflight import controller
from .envelope import PAYLOAD_TYPE, Envelope

with suppress(ImportError):  # signer() and public_key() say so
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
    from securesystemslib import dsse
    from securesystemslib.exceptions import UnverifiedSignatureError
    from securesystemslib.signer import (
        KEY_TYPE_ECDSA,
        KEY_TYPE_ED25519,
        SIGNER_FOR_URI_SCHEME,
        CryptoSigner,
        Key,
        Signature,
        Signer,
        SSlibKey,
    )

LIBRARY = "securesystemslib"
# The environment variable that holds a file's passphrase, or an HSM's PIN.
PASSPHRASE = "RC_CLOSURE_SIGNING_PASSPHRASE"
_KEY, _PUBLIC_KEY = "rc_closure_record.signing_key", "rc_closure_record.public_key"
_FILE = ("file", "file2")
_MOST_BYTES = 64 * 1024


class KeyProblemError(ValueError):
    """A key cannot be used; one sentence that names the variable and says what to do."""


def signer(key: str, public: str, environment: t.Mapping[str, str]) -> Signer:
    """Return what signs with a private key.

    Args:
        key: the path of a PEM file that its owner alone can read, or a URI.
        public: the path of its public key in PEM; required with a URI.
        environment: where C(PASSPHRASE) may be, the key's passphrase, or an HSM's PIN.

    Raises:
        KeyProblemError: it cannot be used.
    """
    _ensure_library()
    if "\n" in key or "-----" in key:
        raise KeyProblemError(
            f"{_KEY} contains a key itself: set it to the path of a file that its owner alone can read"
        )
    scheme, _colon, rest = key.partition(":")
    known = public_key(public) if public else None
    if scheme in SIGNER_FOR_URI_SCHEME and scheme not in _FILE:
        return _of_uri(key, known, environment)
    passphrase = environment.get(PASSPHRASE, "")
    found = _of_file(Path(rest if scheme in _FILE else key).expanduser(), passphrase)
    if known and known.keyid != found.public_key.keyid:
        raise KeyProblemError(f"{_PUBLIC_KEY} {public} is not the public key of {_KEY} {key}")
    return found


def public_key(file: str) -> SSlibKey:
    """Return the public key in a PEM file.

    Raises:
        KeyProblemError: it cannot be read, or is of another type.
    """
    _ensure_library()
    try:
        key = load_pem_public_key(Path(file).expanduser().read_bytes())
        return _supported(SSlibKey.from_crypto(key))
    except OSError as exc:
        raise KeyProblemError(f"{_PUBLIC_KEY} {file} cannot be read: {exc.strerror}") from exc
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise KeyProblemError(
            f"{_PUBLIC_KEY} {file} is not a public key in PEM, of ed25519 or ECDSA (P-256, P-384, P-521)"
        ) from exc


def sign(envelope: Envelope, by: Signer) -> Envelope:
    """Return the envelope with the signature of a key, and no other.

    Raises:
        KeyProblemError: it was not signed.
    """
    try:
        made = by.sign(_signed(envelope))
    # The library documents that a signer may raise anything, such as errors of a network.
    except Exception as exc:  # pylint: disable=broad-exception-caught
        raise KeyProblemError(f"{_KEY} did not sign: {exc}") from exc
    return Envelope(envelope.payload, {made.keyid: bytes.fromhex(made.signature)})


def verifies(envelope: Envelope, key: Key) -> bool:
    """Return whether a key made one of the signatures; their key ids are hints, and count for nothing."""
    for made in envelope.signatures.values():
        with suppress(UnverifiedSignatureError):
            key.verify_signature(Signature(key.keyid, made.hex()), _signed(envelope))
            return True
    return False


def _signed(envelope: Envelope) -> bytes:
    return dsse.Envelope(envelope.payload, PAYLOAD_TYPE, {}).pae()


def _ensure_library() -> None:
    lacking = controller.lacking(LIBRARY) or controller.lacking("cryptography")
    if lacking:
        raise KeyProblemError(lacking[0])


def _supported(key: SSlibKey) -> SSlibKey:
    if key.keytype not in (KEY_TYPE_ED25519, KEY_TYPE_ECDSA):
        raise ValueError(f"a key of type {key.keytype}")
    return key


def _of_uri(uri: str, public: SSlibKey | None, environment: t.Mapping[str, str]) -> Signer:
    if public is None:
        raise KeyProblemError(f"{_PUBLIC_KEY} is missing: {_KEY} {uri} requires the key's public half in PEM")
    try:
        return Signer.from_priv_key_uri(uri, public, lambda _name: environment.get(PASSPHRASE, ""))
    # As above: a client of a KMS raises what it likes.
    except Exception as exc:  # pylint: disable=broad-exception-caught
        raise KeyProblemError(f"{_KEY} {uri} cannot be used: {exc}") from exc


def _of_file(file: Path, passphrase: str) -> Signer:
    data = _private(file)
    try:
        key = load_pem_private_key(data, passphrase.encode() or None)
    except TypeError as exc:  # with a passphrase and no need of one, or the other way round
        raise KeyProblemError(_about_passphrase(file, bool(passphrase))) from exc
    except (ValueError, UnsupportedAlgorithm) as exc:
        also = f", or {PASSPHRASE} is not its passphrase" if passphrase else ""
        raise KeyProblemError(f"{_KEY} {file} is not a private key in PEM (PKCS#8){also}") from exc
    try:
        return CryptoSigner(key, _supported(SSlibKey.from_crypto(t.cast("t.Any", key).public_key())))
    except ValueError as exc:
        raise KeyProblemError(
            f"{_KEY} {file} is not a key of ed25519 or ECDSA (P-256, P-384, P-521): {exc}"
        ) from exc


def _about_passphrase(file: Path, given: bool) -> str:
    if given:
        return f"{_KEY} {file} is not encrypted: unset the environment variable {PASSPHRASE}"
    return f"{_KEY} {file} is encrypted: set the environment variable {PASSPHRASE} where Ansible runs"


def _private(file: Path) -> bytes:
    """Return the content of a file that its owner alone can read."""
    try:
        with file.open("rb") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyProblemError(
                    f"{_KEY} {file} is open to others than its owner (mode {stat.S_IMODE(mode):04o}): "
                    f"chmod 600 {file}"
                )
            return opened.read(_MOST_BYTES)
    except OSError as exc:
        raise KeyProblemError(f"{_KEY} {file} cannot be read: {exc.strerror}") from exc
