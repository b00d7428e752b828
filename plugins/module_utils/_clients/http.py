# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way to make an HTTP request: what is asked and a time limit in, a step out.

A redirect is an answer like any other and is not followed unless asked for; where it is, the
C(Authorization) goes no further. Nothing of the environment is sent along (no netrc), and the
certificate of an https URL is always verified.
"""

from __future__ import annotations

import json
import os
import re
import socket
import ssl
import time
import typing as t
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from .._core.collector import Collector
from .._core.evidence import ENDED, FAILED, HTTP, TIMED_OUT, Step
from .._core.redaction import Redactor, mask
from .._core.step_names import StepName
from .._core.steps import Started
from .._core.streams import before_cut

with suppress(ImportError):  # run_collector(needs=…) says so
    import requests
    from requests.utils import get_environ_proxies
    from urllib3.exceptions import HTTPError, ProtocolError

    class _Session(requests.Session):
        """One that leaves the token behind at every redirect: requests does so at another host only."""

        def should_strip_auth(self, old_url: str, new_url: str) -> bool:
            return True


MAXIMUM_BYTES = 16 * 1024 * 1024
_HEADERS = {"User-Agent": "psp.rc_closure", "Accept": "application/json, */*", "Accept-Encoding": "identity"}
# No proxy can reach this machine's loopback.
_LOOPBACK = "localhost,127.0.0.0/8,::1"
# From an Enterprise server's API to its own service, and from there to a storage; more is a circle.
_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Exchange:
    """A request's step, and of the answer, unmasked, the headers by names in lower case and the body."""

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

    def json(self) -> t.Any:
        """Return the answer's JSON document, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def ask(collector: Collector, method: str, url: str, step: StepName, **options: t.Any) -> Exchange:
    """Make a request with a collector's C(redact) and C(ca_file); the options are those of C(exchange())."""
    ca_file = collector.params["ca_file"]
    return exchange(method, url, step, redact=collector.redact, ca_file=ca_file, **options)


def exchange(
    method: str,
    url: str,
    step: StepName,
    *,
    limit: float,
    redact: t.Callable[[str], str],
    headers: t.Mapping[str, str] | None = None,
    body: str | bytes | None = None,
    ca_file: str | None = None,
    maximum_bytes: int = MAXIMUM_BYTES,
    kept: bool = True,
    follow: bool = False,
) -> Exchange:
    """Make a request and return its step and the bare answer, whatever the other side does.

    Where no whole answer came, the outcome is C(timed_out) or C(failed), with one sentence that says why.

    Args:
        limit: seconds for the whole exchange.
        redact: masks secrets in all text that leaves; so is the C(Authorization), without its scheme.
        headers: further request headers; they are not shown.
        body: sent as C(application/json) unless C(headers) say otherwise; bytes are not shown.
        ca_file: a PEM file of authorities to trust in place of the system's.
        kept: whether the step is evidence; one that is not shows no bodies and no headers.
        follow: whether redirects are followed; the step shows the head of each answer on the way.
    """
    sent = {**_HEADERS, **({} if body is None else {"Content-Type": "application/json"}), **(headers or {})}
    own = Redactor({"authorization": sent.get("Authorization", "").rpartition(" ")[2]})

    def hide(text: str) -> str:
        return own(redact(text))

    shown = f" {body}" if body and isinstance(body, str) and kept else ""
    started = Started(step, f"{method} {url}{shown}", hide, kind=HTTP)
    data = body.encode() if isinstance(body, str) else body
    response: requests.Response | None = None
    content = bytearray()
    outcome, reason = ENDED, ""
    try:
        with _session(url, sent, ca_file) as session:
            response = session.request(
                method, url, data=data, timeout=limit, allow_redirects=follow, stream=True
            )
            _read(response, content, maximum_bytes, limit)
    except (OSError, HTTPError, ValueError) as exc:
        outcome, reason = _why(exc, url, limit)
    answers = [] if response is None else [*response.history, response]
    text = content.decode("utf-8", "backslashreplace") if kept else ""
    closed = started.ended(
        before_cut(hide(text)) if len(content) > maximum_bytes else text,
        "".join(map(_head, answers)) if kept else "",
        exit_status=None if response is None else response.status_code,
        outcome=outcome,
        reason=reason,
    )
    received = {} if response is None else response.headers
    return Exchange(closed, {name.lower(): value for name, value in received.items()}, bytes(content))


def _read(response: requests.Response, content: bytearray, maximum_bytes: int, limit: float) -> None:
    """Take the body as it comes in, so that what came before a break is not lost."""
    deadline = time.monotonic() + limit - response.elapsed.total_seconds()
    # requests' own iterator waits for chunks to be full. What urllib3 1 has no name for lies below it.
    reader: t.Any = response.raw if hasattr(response.raw, "read1") else response.raw._fp
    try:
        while chunk := reader.read1(_CHUNK):
            content += chunk
            if len(content) > maximum_bytes:
                size = response.headers.get("content-length", "more")
                raise ValueError(f"the answer was cut off after {maximum_bytes} bytes of {size}")
            if time.monotonic() > deadline:
                raise TimeoutError
        broken = bool(getattr(reader, "length", None))
    except (ProtocolError, HTTPException):
        broken = True
    if broken:
        promised = response.headers.get("content-length")
        of = f" of {promised}" if promised else ""
        raise ValueError(f"the answer broke off after {len(content)}{of} bytes")


def _session(url: str, headers: t.Mapping[str, str], ca_file: str | None) -> requests.Session:
    """Return a session that sends these headers, and of the environment takes the proxy alone."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is no http or https URL")
    session = _Session()
    session.trust_env = False
    session.max_redirects = _MOST_REDIRECTS
    session.headers.clear()
    session.headers.update(headers)
    without = [os.environ.get("no_proxy") or os.environ.get("NO_PROXY", ""), _LOOPBACK]
    session.proxies.update(get_environ_proxies(url, no_proxy=",".join(without)))
    system = ssl.get_default_verify_paths()
    # By itself, requests trusts the authorities that it brings along.
    session.verify = ca_file or system.cafile or system.capath or True
    return session


def _head(response: requests.Response) -> str:
    version = "HTTP/1.0" if response.raw.version == 10 else "HTTP/1.1"
    lines = [f"{version} {response.status_code} {response.reason}".rstrip()]
    lines += [f"{name}: {_header(name, value)}" for name, value in response.raw.headers.items()]
    return "\n".join(lines) + "\n"


def _header(name: str, value: str) -> str:
    """Return a header's value as it may be shown: a cookie and a signed URL's query are secrets."""
    if name.lower() == "set-cookie":
        return mask("set-cookie")
    if name.lower() == "location":
        return re.sub(r"\?.*", f"?{mask('query')}", value)
    return value


def _why(exc: Exception, url: str, limit: float) -> tuple[str, str]:
    """Return the outcome and the one sentence for what went wrong, without the query of where it did."""
    asked = getattr(getattr(exc, "request", None), "url", None) or url
    host = urlsplit(asked).netloc.rpartition("@")[2] or asked
    cause: BaseException = exc
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    # Python 3.9 does not take a socket's timeout for a TimeoutError.
    if isinstance(exc, requests.Timeout) or isinstance(cause, (TimeoutError, socket.timeout)):  # noqa: UP041 (3.9)
        return TIMED_OUT, f"{host} did not answer within its limit of {limit:g} s"
    if isinstance(cause, ConnectionRefusedError):
        return FAILED, f"{host} refused the connection"
    if isinstance(cause, socket.gaierror):
        return FAILED, f"the name {host} cannot be resolved: {cause.strerror}"
    if isinstance(cause, ssl.SSLCertVerificationError):
        return FAILED, f"the certificate of {host} is not trusted: {cause.verify_message}"
    if isinstance(cause, OSError) and not isinstance(cause, ValueError):
        return FAILED, f"the connection with {host} failed: {cause.strerror or cause}"
    return FAILED, f"{host}: " + re.sub(r"\?\S+", f"?{mask('query')}", str(exc))
