# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the page on the closing record has an auditor type verifies a record, and refuses another."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import envelope, made_of, signing
from tests.unit.plugins.plugin_utils.tell.record import keys

ROOT = Path(__file__).parents[3]
BLOCKS = re.findall(
    r"^```\n(.*?)^```$", (ROOT / "docs" / "closing-record.md").read_text("utf-8"), re.S | re.M
)


def block(word: str) -> list[str]:
    """Return the commands of the block that has this word."""
    [found] = [one for one in BLOCKS if word in one]
    return str(re.sub(r"\\\n\s*", "", found)).splitlines()


def shell(command: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("kind", "verb"), [("ed25519", "pkeyutl"), ("P-256", "dgst")])
def test_openssl_verifies_it_by_these_lines(tmp_path: Path, kind: str, verb: str) -> None:
    lacking = [name for name in ("jq", "base64", "openssl") if not shutil.which(name)]
    if lacking:
        pytest.skip(f"there is no {', '.join(lacking)}")
    pair = keys.make(tmp_path, kind, "closing")
    record = signing.sign(envelope.unsigned({"a": "ö"}), signing.signer(str(pair.key), "", {}))
    *lines, by_ed25519, by_ecdsa = block("printf 'DSSEv1")
    verify = by_ed25519 if verb in by_ed25519 else by_ecdsa
    for payload, status in ((record.payload, 0), (record.payload + b" ", 1)):
        text = envelope.Envelope(payload, record.signatures).text()
        (tmp_path / "record.dsse.json").write_text(text, "utf-8")
        found, said = shell(" && ".join([*lines, verify.partition("  #")[0]]), tmp_path)
        assert found == status, said


def test_the_digest_of_the_rules_is_that_of_this_line() -> None:
    status, said = shell(" ".join(block("sha256sum | sha256sum")).replace("<the collection>", "."), ROOT)
    assert status == 0, said
    assert said.split() == [made_of.rules(), "-"]


def test_the_keys_of_these_lines_sign(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("there is no openssl")
    for line in block("openssl genpkey"):
        if line.startswith("openssl"):
            status, said = shell(line, tmp_path)
            assert status == 0, said
    signer = signing.signer(str(tmp_path / "closing.key"), str(tmp_path / "closing.pub"), {})
    assert signer.public_key.keyid
