# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What signs is verified by another implementation; a key that cannot be used is named, and not shown."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import typing as t
from pathlib import Path

import nacl.exceptions
import pytest
from cryptography.exceptions import InvalidSignature

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import envelope, signing
from tests.unit.plugins.plugin_utils.tell.record import keys

STATEMENT = {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "ÖZGÜR"}]}
PASSPHRASE = "açıl susam"
# How OpenSSL's command line verifies a signature over a file; ed25519 hashes by itself.
OPENSSL = {
    "ed25519": "pkeyutl -verify -pubin -inkey {public} -rawin -in {signed} -sigfile {made}",
    "P-256": "dgst -sha256 -verify {public} -signature {made} {signed}",
    "P-384": "dgst -sha384 -verify {public} -signature {made} {signed}",
    "P-521": "dgst -sha512 -verify {public} -signature {made} {signed}",
}


def signed(pair: keys.Pair, **environment: str) -> envelope.Envelope:
    signer = signing.signer(str(pair.key), "", environment)
    return signing.sign(envelope.unsigned(STATEMENT), signer)


@pytest.mark.parametrize("kind", keys.SUPPORTED)
def test_another_implementation_verifies_it(tmp_path: Path, kind: str) -> None:
    pair, other = (keys.make(tmp_path, kind, name) for name in ("own", "other"))
    record = signed(pair)
    keys.verify(record.text(), pair.public)
    assert envelope.read(record.text()) == record
    assert record.statement() == STATEMENT
    with pytest.raises((nacl.exceptions.BadSignatureError, InvalidSignature)):
        keys.verify(record.text(), other.public)


@pytest.mark.parametrize("kind", keys.SUPPORTED)
def test_openssl_verifies_it_by_hand(tmp_path: Path, kind: str) -> None:
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("there is no openssl")
    pair = keys.make(tmp_path, kind)
    record = json.loads(signed(pair).text())
    files = {"public": pair.public, "signed": tmp_path / "signed", "made": tmp_path / "made"}
    files["made"].write_bytes(base64.b64decode(record["signatures"][0]["sig"]))
    for data, status in ((keys.pae(record), 0), (keys.pae(record) + b" ", 1)):
        files["signed"].write_bytes(data)
        arguments = OPENSSL[kind].format(**files).split()
        done = subprocess.run([openssl, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout + done.stderr


@pytest.mark.parametrize("kind", keys.SUPPORTED)
def test_its_own_key_alone_verifies_it(tmp_path: Path, kind: str) -> None:
    pair, other = (keys.make(tmp_path, kind, name) for name in ("own", "other"))
    record = signed(pair)
    own, others = (signing.public_key(str(one.public)) for one in (pair, other))
    assert signing.verifies(record, own)
    assert not signing.verifies(record, others)
    assert not signing.verifies(envelope.Envelope(record.payload + b" ", record.signatures), own)
    # A key id is a hint that nobody signed.
    renamed = envelope.Envelope(record.payload, {others.keyid: record.signatures[own.keyid]})
    assert signing.verifies(renamed, own)
    assert not signing.verifies(renamed, others)


def test_a_passphrase_is_from_the_environment(tmp_path: Path) -> None:
    pair = keys.make(tmp_path, passphrase=PASSPHRASE)
    keys.verify(signed(pair, RC_CLOSURE_SIGNING_PASSPHRASE=PASSPHRASE).text(), pair.public)


@pytest.mark.parametrize("prefix", ["", "file:", "file2:"])
def test_a_file_may_be_a_uri(tmp_path: Path, prefix: str) -> None:
    pair = keys.make(tmp_path)
    signer = signing.signer(f"{prefix}{pair.key}", str(pair.public), {})
    assert signer.public_key.keyid == signing.public_key(str(pair.public)).keyid


def exposed(folder: Path) -> str:
    pair = keys.make(folder)
    pair.key.chmod(0o640)
    return str(pair.key)


def text(folder: Path, content: str) -> str:
    file = folder / "text"
    file.touch(0o600)
    file.write_text(content, "utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("given", "environment", "problem"),
    [
        (lambda at: str(at / "none"), {}, "none cannot be read: No such file or directory"),
        (str, {}, "cannot be read: Is a directory"),
        (exposed, {}, r"is open to others than its owner \(mode 0640\): chmod 600 /.*key$"),
        (lambda at: text(at, "nothing"), {}, r"text is not a private key in PEM \(PKCS#8\)$"),
        (lambda at: str(keys.make(at, "RSA").key), {}, "is not a key of ed25519 or ECDSA .*type rsa"),
        (lambda at: str(keys.make(at, "secp256k1").key), {}, "is not a key of ed25519 or ECDSA"),
        (lambda at: keys.make(at).key.read_text(), {}, "contains a key itself: set it to the path"),
        (
            lambda at: str(keys.make(at, passphrase=PASSPHRASE).key),
            {},
            "is encrypted: set the environment variable RC_CLOSURE_SIGNING_PASSPHRASE",
        ),
        (
            lambda at: str(keys.make(at, passphrase=PASSPHRASE).key),
            {"RC_CLOSURE_SIGNING_PASSPHRASE": "wrong"},
            "or RC_CLOSURE_SIGNING_PASSPHRASE is not its passphrase",
        ),
        (
            lambda at: str(keys.make(at).key),
            {"RC_CLOSURE_SIGNING_PASSPHRASE": "needless"},
            "is not encrypted: unset the environment variable",
        ),
        (lambda at: "gcpkms:projects/p/keys/k", {}, "rc_closure_record.public_key is missing: .* requires"),
    ],
)
def test_a_key_that_cannot_be_used(
    tmp_path: Path, given: t.Callable[[Path], str], environment: dict[str, str], problem: str
) -> None:
    with pytest.raises(signing.KeyProblemError, match=problem) as found:
        signing.signer(given(tmp_path), "", environment)
    assert "PRIVATE KEY" not in str(found.value)
    assert not any(secret in str(found.value) for secret in (PASSPHRASE, "wrong", "needless"))


def test_a_public_key_of_another(tmp_path: Path) -> None:
    pair, other = (keys.make(tmp_path, name=name) for name in ("own", "other"))
    with pytest.raises(signing.KeyProblemError, match=r"other.pub is not the public key of"):
        signing.signer(str(pair.key), str(other.public), {})


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (lambda at: str(at / "none"), "cannot be read: No such file"),
        (lambda at: text(at, "nothing"), "is not a public key in PEM"),
        (lambda at: str(keys.make(at).key), "is not a public key in PEM"),
        (lambda at: str(keys.make(at, "RSA").public), "is not a public key in PEM, of ed25519"),
    ],
)
def test_a_public_key_that_cannot_be_used(
    tmp_path: Path, given: t.Callable[[Path], str], problem: str
) -> None:
    with pytest.raises(signing.KeyProblemError, match=problem):
        signing.public_key(given(tmp_path))


def test_a_uri_goes_to_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = keys.make(tmp_path)
    public = signing.public_key(str(pair.public))
    asked: list[t.Any] = []

    def from_priv_key_uri(uri: str, key: t.Any, secret: t.Callable[[str], str]) -> t.Any:
        asked.append((uri, key.keyid, secret("PIN")))
        raise OSError("the service is away")

    monkeypatch.setattr(signing.Signer, "from_priv_key_uri", staticmethod(from_priv_key_uri))
    with pytest.raises(signing.KeyProblemError, match="hsm:1 cannot be used: the service is away"):
        signing.signer("hsm:1", str(pair.public), {"RC_CLOSURE_SIGNING_PASSPHRASE": "1234"})
    assert asked == [("hsm:1", public.keyid, "1234")]


def test_a_service_that_does_not_sign() -> None:
    class Away:
        def sign(self, _data: bytes) -> t.Any:
            raise RuntimeError("quota exceeded")

    with pytest.raises(
        signing.KeyProblemError, match="rc_closure_record.signing_key did not sign: quota exceeded"
    ):
        signing.sign(envelope.unsigned(STATEMENT), t.cast("t.Any", Away()))


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "find_spec", lambda _name: None)
    for use in (lambda: signing.signer("key", "", {}), lambda: signing.public_key(str(tmp_path))):
        with pytest.raises(signing.KeyProblemError, match="pip install securesystemslib"):
            use()


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ("", "Expecting value"),
        ("[]", "not a DSSE envelope"),
        ("{}", "not a DSSE envelope"),
        ({"payloadType": "text/plain"}, "its payloadType is not application/vnd.in-toto"),
        ({"payload": "no base64"}, "not a DSSE envelope"),
        ({"signatures": None}, "not a DSSE envelope"),
        ({"signatures": [{"keyid": "a"}]}, "not a DSSE envelope"),
        ({"signatures": [{"sig": "AA=="}, {"sig": "AA=="}]}, "more than one signature with the same keyid"),
    ],
)
def test_an_envelope_that_cannot_be_read(record: str | dict[str, t.Any], problem: str) -> None:
    if isinstance(record, dict):
        record = json.dumps({**json.loads(envelope.unsigned(STATEMENT).text()), **record})
    with pytest.raises(ValueError, match=problem):
        envelope.read(record)
