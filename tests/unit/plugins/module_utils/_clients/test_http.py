# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request becomes a step whatever the other side does, over real sockets."""

from __future__ import annotations

import threading
import time
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import http
from ansible_collections.psp.rc_closure.plugins.module_utils._core.evidence import (
    ENDED,
    FAILED,
    TIMED_OUT,
    Step,
)
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from tests.unit.certificate import behind_tls

TOKEN = "sesame-open-11"

SECRET = "q7Zk2Vw9Xr4Tn6Lp8Bd3"
# More than the text that is left out before a cut.
SECRETS = f"{SECRET} ".encode() * 20_000


class _Handler(BaseHTTPRequestHandler):
    """Answers as the path says, and counts what came."""

    paths: t.ClassVar[list[str]] = []
    slow = threading.Event()

    def do_GET(self) -> None:
        self.paths.append(self.path)
        getattr(self, f"_{self.path.strip('/')}")()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(201, self.headers["Content-Type"].encode() + b" " + body)

    def _echo(self) -> None:
        self._answer(401, b"you sent " + self.headers["Authorization"].encode())

    def _away(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/echo?sig=topsecret")
        self.send_header("Set-Cookie", "session=topsecret")
        self.end_headers()

    def _torn(self) -> None:
        self._answer(200, b"abc", length=10)

    def _hanging(self) -> None:
        self._answer(200, b"abc", length=10)
        self.wfile.flush()
        self.slow.wait(10)

    def _dripping(self) -> None:
        self._answer(200, b"", length=1000)
        while not self.slow.wait(0.05):
            self.wfile.write(b".")
            self.wfile.flush()

    def _chunked(self) -> None:
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\nabc\r\n5\r\nde")

    def _large(self) -> None:
        self._answer(200, b"x" * 2000)

    def _secrets(self) -> None:
        self._answer(200, SECRETS)

    def _bytes(self) -> None:
        self._answer(200, b"\xff\xfe ok")

    def _answer(self, status: int, body: bytes, length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: t.Any) -> None:
        """Say nothing."""


@pytest.fixture
def handler() -> type[_Handler]:
    return type("Handler", (_Handler,), {"paths": [], "slow": threading.Event()})


@pytest.fixture
def server(handler: type[_Handler]) -> t.Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.02,))
        thread.start()
        yield running
        handler.slow.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def base(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def _get(url: str, **more: t.Any) -> Step:
    given = {"limit": 5.0, "redact": Redactor({}), **more}
    return http.exchange("GET", url, StepName("asked"), **given).step


def test_the_answer_is_the_step(base: str) -> None:
    step = http.exchange(
        "POST",
        f"{base}/runs",
        StepName("post"),
        limit=5,
        redact=Redactor({"pin": "9911991"}),
        body='{"pin": "9911991"}',
    ).step
    assert (step.kind, step.outcome, step.exit_status, step.reason) == ("http", ENDED, 201, "")
    assert step.command == f'POST {base}/runs {{"pin": "[masked:pin]"}}'
    assert step.stdout == 'application/json {"pin": "[masked:pin]"}'
    assert step.stderr.startswith("HTTP/1.0 201 Created\nServer: ")


def test_bytes_are_sent_and_not_shown(base: str) -> None:
    headers = {"Content-Type": "application/timestamp-query"}
    given = {"limit": 5.0, "redact": Redactor({}), "headers": headers}
    made = http.exchange("POST", f"{base}/runs", StepName("post"), body=b"0\x00\xff", **given)
    assert made.step.command == f"POST {base}/runs"
    assert made.body == b"application/timestamp-query 0\x00\xff"


def test_a_credential_that_is_echoed_is_masked(base: str) -> None:
    step = _get(f"{base}/echo", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (step.outcome, step.exit_status) == (ENDED, 401)
    assert step.stdout == "you sent Bearer [masked:authorization]"


def test_a_redirect_is_an_answer_and_the_token_goes_nowhere_else(base: str, handler: type[_Handler]) -> None:
    step = _get(f"{base}/away", headers={"Authorization": f"Bearer {TOKEN}"})
    assert step.exit_status == 302
    assert handler.paths == ["/away"]
    assert "Location: /echo?[masked:query]" in step.stderr
    assert "Set-Cookie: [masked:set-cookie]" in step.stderr


def test_an_answer_that_breaks_off_keeps_what_came(base: str) -> None:
    step = _get(f"{base}/torn")
    assert (step.outcome, step.exit_status, step.stdout) == (FAILED, 200, "abc")
    assert step.reason.endswith("the answer broke off after 3 of 10 bytes")


def test_a_chunked_answer_that_breaks_off_keeps_what_came(base: str) -> None:
    step = _get(f"{base}/chunked")
    assert (step.outcome, step.exit_status) == (FAILED, 200)
    assert step.stdout.startswith("abc")
    assert "the answer broke off after" in step.reason


def test_what_the_environment_holds_for_others_is_not_sent(
    base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    step = _get(f"{base}/echo", headers={"Authorization": f"Bearer {TOKEN}"}, redact=str)
    assert step.stdout == "you sent Bearer [masked:authorization]"


@pytest.mark.parametrize("path", ["hanging", "dripping"])
def test_an_answer_that_does_not_end_is_given_up(base: str, path: str) -> None:
    begun = time.monotonic()
    step = _get(f"{base}/{path}", limit=0.4)
    assert step.outcome == TIMED_OUT
    assert step.reason.endswith("did not answer within its limit of 0.4 s")
    assert time.monotonic() - begun < 3


def test_an_answer_without_end_is_cut_off(base: str) -> None:
    step = _get(f"{base}/large", maximum_bytes=1000)
    assert step.outcome == FAILED
    assert "cut off after 1000 bytes of 2000" in step.reason


def test_of_an_answer_that_is_cut_off_half_a_secret_is_not_shown(base: str) -> None:
    step = _get(f"{base}/secrets", maximum_bytes=250_000, redact=Redactor({"T": SECRET}))
    assert step.outcome == FAILED
    assert f"cut off after 250000 bytes of {len(SECRETS)}" in step.reason
    assert step.stdout.startswith("[masked:T] [masked:T] ")
    assert SECRET[:4] not in step.stdout


def test_bytes_that_are_no_text_survive(base: str) -> None:
    assert _get(f"{base}/bytes").stdout == "\\xff\\xfe ok"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1/", "127.0.0.1:1 refused the connection"),
        ("http://no-such-host.invalid/", "the name no-such-host.invalid cannot be resolved"),
        ("file:///etc/passwd", "it is no http or https URL"),
        ("http:///path", "it is no http or https URL"),
    ],
)
def test_no_answer_has_its_reason(url: str, reason: str) -> None:
    step = _get(url)
    assert (step.outcome, step.exit_status) == (FAILED, None)
    assert reason in step.reason


def test_plain_http_behind_an_https_url(base: str) -> None:
    step = _get(base.replace("http:", "https:"))
    assert step.outcome == FAILED
    assert "WRONG_VERSION_NUMBER" in step.reason


def test_a_header_that_cannot_be_sent_does_not_show_the_token(base: str) -> None:
    step = _get(
        f"{base}/echo", headers={"Authorization": f"Bearer {TOKEN}\nx"}, redact=Redactor({"t": TOKEN})
    )
    assert step.outcome == FAILED
    assert TOKEN not in step.reason


def test_loopback_is_asked_without_a_proxy(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert _get(f"{base}/bytes").exit_status == 200


def test_the_certificate_is_verified(server: ThreadingHTTPServer, base: str, tmp_path: Path) -> None:
    certificate = behind_tls(server, tmp_path)
    url = f"{base.replace('http:', 'https:')}/bytes"
    refused = _get(url)
    assert refused.outcome == FAILED
    assert "is not trusted: self-signed certificate" in refused.reason
    assert _get(url, ca_file=str(certificate)).exit_status == 200


def test_authorities_that_are_not_there(base: str) -> None:
    step = _get(base.replace("http:", "https:"), ca_file="/no/such.pem")
    assert "invalid path: /no/such.pem" in step.reason
