# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to make an HTTP request: what is asked and a time limit in, a step out.

A redirect is an answer like any other and is not followed, so that a token goes to the host it was
meant for and nowhere else. The certificate of an https URL is always verified.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import ssl
import time
import typing as t
from dataclasses import dataclass, field
from urllib import request as urllib_request
from urllib.error import URLError
from urllib.parse import urlsplit

from .._core.evidence import ENDED, FAILED, HTTP, TIMED_OUT, Step
from .._core.redaction import MASK, Redactor
from .._core.step_names import StepName
from .._core.steps import Started

MAXIMUM_BYTES = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_BODILESS = (204, 304)
_CREDENTIAL_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-api-key", "x-signature")


@dataclass(frozen=True)
class Exchange:
    """A request's step, and what a client needs of the answer that a step does not show.

    Attributes:
        step: what is kept.
        headers: the answer's, unmasked, by their names in lower case.
        body: the answer's, unmasked.
    """

    step: Step
    headers: t.Mapping[str, str]
    body: bytes

    @property
    def asked(self) -> str:
        """The request without its body."""
        return " ".join(self.step.command.split(" ")[:2])

    @property
    def is_web_page(self) -> bool:
        """Whether the answer is a page for people, such as that of a login in between."""
        kind = self.headers.get("content-type", "")
        return kind.startswith("text/html") or self.body.lstrip()[:1] == b"<"

    @property
    def is_json(self) -> bool:
        """Whether the answer is a JSON document."""
        try:
            json.loads(self.body)
        except ValueError:
            return False
        return True


def request(
    method: str,
    url: str,
    step: StepName,
    *,
    limit: float,
    redact: t.Callable[[str], str],
    **more: t.Any,
) -> Step:
    """Make a request and return it as a step, whatever the other side does.

    The arguments are those of C(exchange()).
    """
    return exchange(method, url, step, limit=limit, redact=redact, **more).step


def exchange(
    method: str,
    url: str,
    step: StepName,
    *,
    limit: float,
    redact: t.Callable[[str], str],
    headers: t.Mapping[str, str] | None = None,
    body: str | None = None,
    ca_file: str | None = None,
    maximum_bytes: int = MAXIMUM_BYTES,
    kept: bool = True,
) -> Exchange:
    """Make a request and return its step and the bare answer, whatever the other side does.

    The step's C(stdout) is the body, its C(stderr) the status line and headers, its C(exit_status)
    the HTTP status, whichever it is. Where no whole answer came, the outcome is C(timed_out) or
    C(failed), with one sentence that says why.

    Args:
        method: for instance C(POST).
        url: http or https.
        step: the step's name.
        limit: seconds for the whole exchange.
        redact: masks secrets in all text that leaves; so are credentials in C(headers).
        headers: further request headers; they are not shown.
        body: sent as UTF-8, as C(application/json) unless C(headers) say otherwise.
        ca_file: a PEM file of authorities to trust in place of the system's.
        maximum_bytes: where an answer is cut off.
        kept: whether the step is evidence; one that is not shows no bodies and no headers.
    """
    sent = {"User-Agent": "psp.rc_closure", "Accept": "application/json, */*", **(headers or {})}
    if body is not None:
        sent = {"Content-Type": "application/json", **sent}
    own = Redactor(_credentials(sent))

    def hide(text: str) -> str:
        return own(redact(text))

    started = Started(step, f"{method} {url}" + (f" {body}" if body and kept else ""), hide, kind=HTTP)
    answer = _Answer()
    try:
        opener = _opener(url, ca_file)
        _exchange(_prepare(method, url, sent, body), opener, limit, maximum_bytes, answer)
    except (OSError, http.client.HTTPException, ValueError) as exc:
        answer.outcome, answer.reason = _why(exc, url, limit)
    closed = started.ended(
        answer.body.decode("utf-8", "backslashreplace") if kept else "",
        answer.head if kept else "",
        exit_status=answer.status,
        outcome=answer.outcome,
        reason=answer.reason,
    )
    return Exchange(closed, answer.headers, bytes(answer.body))


@dataclass
class _Answer:
    """What came back so far."""

    status: int | None = None
    head: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    outcome: str = ENDED
    reason: str = ""


def _prepare(method: str, url: str, headers: dict[str, str], body: str | None) -> urllib_request.Request:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no http or https URL")
    data = None if body is None else body.encode()
    return urllib_request.Request(url, data=data, headers=headers, method=method)


def _opener(url: str, ca_file: str | None) -> urllib_request.OpenerDirector:
    """Return an opener that verifies TLS and neither follows redirects nor raises for a status."""
    opener = urllib_request.OpenerDirector()
    if not _is_loopback(url):
        opener.add_handler(urllib_request.ProxyHandler())
    opener.add_handler(urllib_request.HTTPHandler())
    if urlsplit(url).scheme != "https":
        return opener
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        raise ValueError(f"the authorities in {ca_file} cannot be read ({exc})") from exc
    opener.add_handler(urllib_request.HTTPSHandler(context=context))
    return opener


def _is_loopback(url: str) -> bool:
    """Whether the URL names this machine's loopback, which no proxy can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _exchange(
    prepared: urllib_request.Request,
    opener: urllib_request.OpenerDirector,
    limit: float,
    maximum_bytes: int,
    answer: _Answer,
) -> None:
    """Fill the answer as it comes in, so that what came before a break is not lost."""
    deadline = time.monotonic() + limit
    with opener.open(prepared, timeout=limit) as response:
        answer.status = response.status
        answer.head = _head(response)
        answer.headers = {name.lower(): value for name, value in response.headers.items()}
        while chunk := response.read1(_CHUNK):
            answer.body += chunk
            if len(answer.body) > maximum_bytes:
                raise ValueError(f"the answer was cut off after {maximum_bytes} bytes")
            if time.monotonic() > deadline:
                raise TimeoutError
    promised = response.headers.get("Content-Length", "")
    bodiless = prepared.get_method() == "HEAD" or response.status in _BODILESS
    if promised.isdigit() and not bodiless and len(answer.body) < int(promised):
        raise ValueError(f"the answer broke off after {len(answer.body)} of {promised} bytes")


def _head(response: http.client.HTTPResponse) -> str:
    version = "HTTP/1.0" if response.version == 10 else "HTTP/1.1"
    lines = [f"{version} {response.status} {response.reason}".rstrip()]
    lines += [f"{name}: {_header(name, value)}" for name, value in response.headers.items()]
    return "\n".join(lines) + "\n"


def _header(name: str, value: str) -> str:
    """Return a header's value as it may be shown: a cookie and a signed URL's query are secrets."""
    if name.lower() == "set-cookie":
        return MASK
    if name.lower() == "location":
        return re.sub(r"\?.*", f"?{MASK}", value)
    return value


def _credentials(headers: t.Mapping[str, str]) -> dict[str, str]:
    """Return the secrets that the request's headers carry, without a scheme such as Bearer."""
    return {
        name: value.split()[-1]
        for name, value in headers.items()
        if name.lower() in _CREDENTIAL_HEADERS and value.strip()
    }


def _why(exc: Exception, url: str, limit: float) -> tuple[str, str]:
    """Return the outcome and the one sentence for what went wrong."""
    cause = exc.reason if isinstance(exc, URLError) and isinstance(exc.reason, OSError) else exc
    host = urlsplit(url).netloc.rpartition("@")[2]
    if isinstance(cause, TimeoutError):
        return TIMED_OUT, f"{host} did not answer within its limit of {limit:g} s"
    if isinstance(cause, ConnectionRefusedError):
        return FAILED, f"{host} refused the connection"
    if isinstance(cause, socket.gaierror):
        return FAILED, f"the name {host} cannot be resolved: {cause.strerror}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FAILED, f"the certificate of {host} is not trusted: {cause.verify_message}"
    if isinstance(cause, OSError):
        return FAILED, f"the connection with {host} failed: {cause.strerror or cause}"
    return FAILED, f"{url}: {cause}"
