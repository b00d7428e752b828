# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time stamp of a small authority that OpenSSL's command line makes, on a loopback port."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight import controller
from ansible_collections.psp.rc_closure.plugins.plugin_utils.tell.record import stamping, timestamp

pytest.importorskip("rfc3161_client")
OPENSSL = shutil.which("openssl") or ""
pytestmark = pytest.mark.skipif(not OPENSSL, reason="there is no openssl")

DATA = b'{"payload": "e30="}\n'
CONFIG = """
[req]
distinguished_name = name
x509_extensions = stamping
prompt = no
[name]
CN = Time stamping authority of a test
[stamping]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
certs = {folder}/tsa.crt
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
"""


def openssl(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([OPENSSL, *map(str, arguments)], capture_output=True, text=True, check=False)


class Authority:
    """What answers: C(answer) makes of a query the status, and the body of the answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.digests = "sha256"
        self.answer: t.Callable[[bytes], tuple[int, bytes]] = self.stamp
        self.types: list[str] = []
        self.url = ""
        made = openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", self.config()),
            *("-keyout", folder / "tsa.key", "-out", folder / "tsa.crt"),
        )
        assert made.returncode == 0, made.stderr

    def config(self) -> Path:
        file = self.folder / "tsa.cnf"
        file.write_text(CONFIG.format(folder=self.folder, digests=self.digests))
        return file

    def stamp(self, query: bytes) -> tuple[int, bytes]:
        asked, answer = self.folder / "query", self.folder / "answer"
        asked.write_bytes(query)
        made = openssl("ts", "-reply", "-config", self.config(), "-queryfile", asked, "-out", answer)
        assert made.returncode == 0, made.stderr
        return 200, answer.read_bytes()


@pytest.fixture
def authority(tmp_path: Path) -> t.Iterator[Authority]:
    own = Authority(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            own.types.append(self.headers["Content-Type"])
            status, body = own.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: t.Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    own.url = f"http://127.0.0.1:{server.server_address[1]}/tsa"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield own
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_openssl_verifies_what_was_stamped(authority: Authority, tmp_path: Path) -> None:
    token = stamping.stamped(authority.url, DATA)
    assert authority.types == ["application/timestamp-query"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", timestamp.moment(token, DATA))
    files = tmp_path / "data", tmp_path / "data.tsr"
    files[1].write_bytes(token)
    for data, said in ((DATA, "Verification: OK"), (DATA + b" ", "Verification: FAILED")):
        files[0].write_bytes(data)
        done = openssl("ts", "-verify", "-data", files[0], "-in", files[1], "-CAfile", tmp_path / "tsa.crt")
        assert said in done.stdout + done.stderr


def test_a_stamp_is_of_one_record(authority: Authority) -> None:
    token = stamping.stamped(authority.url, DATA)
    with pytest.raises(ValueError, match="it is the time stamp of something else"):
        timestamp.moment(token, DATA + b" ")
    with pytest.raises(ValueError, match="it is not a time stamp by RFC 3161"):
        timestamp.moment(token[:-1], DATA)


def test_an_answer_to_another_question(authority: Authority) -> None:
    before = stamping.stamped(authority.url, DATA)
    authority.answer = lambda _query: (200, before)
    with pytest.raises(ValueError, match="its answer is one to another question"):
        stamping.stamped(authority.url, DATA)


def test_an_authority_that_refuses(authority: Authority) -> None:
    authority.digests = "sha512"
    with pytest.raises(ValueError, match="the authority refused: "):
        stamping.stamped(authority.url, DATA)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ((503, b""), "it answered 503"),
        ((200, b"<html>"), "it is not a time stamp by RFC 3161"),
        ((200, b""), "it is not a time stamp by RFC 3161"),
    ],
)
def test_an_answer_that_is_none(authority: Authority, answer: tuple[int, bytes], problem: str) -> None:
    authority.answer = lambda _query: answer
    with pytest.raises(ValueError, match=problem):
        stamping.stamped(authority.url, DATA)


def test_an_authority_that_is_away() -> None:
    with pytest.raises(ValueError, match="http://127.0.0.1:1/tsa: "):
        stamping.stamped("http://127.0.0.1:1/tsa", DATA)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "find_spec", lambda _name: None)
    with pytest.raises(ValueError, match="the Python library rfc3161-client is not installed"):
        stamping.stamped("http://127.0.0.1:1/tsa", DATA)
