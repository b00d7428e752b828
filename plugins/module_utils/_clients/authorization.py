# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who asks the service's API: a token that is given or in a file, or one that a login answers.

A login's token is renewed where the API no longer takes it (401), and the request made once more: it was
refused, so that nothing came of it.
"""

from __future__ import annotations

import json
import typing as t
from urllib.parse import urlencode

from .._core.collector import CollectError, Collector
from .._core.evidence import HTTP
from .._core.step_names import StepName
from .._text import env_file, json_pointer
from .._text.recon import UNAUTHORIZED
from . import http
from .http import Exchange

_LOGIN: dict[str, t.Any] = {
    "url": {"type": "str", "required": True},
    "body": {"type": "dict", "default": {}, "no_log": True},
    "headers": {"type": "dict", "default": {}},
    "form": {"type": "bool", "default": False},
    "pointer": {"type": "str", "default": "/access_token", "no_log": False},
}
TOKEN_OPTION: dict[str, t.Any] = {
    "type": "dict",
    "default": {},
    "no_log": False,
    "options": {
        "file": {"type": "path"},
        "variable": {"type": "str"},
        "value": {"type": "str", "no_log": True},
        "header": {"type": "str", "default": "Authorization"},
        "scheme": {"type": "str", "default": "Bearer"},
        "login": {"type": "dict", "options": _LOGIN},
    },
}
LOGIN_SECONDS = 30.0
# It is not kept.
_STEP = StepName("api_login", "Login", HTTP)


class Authorization:
    """The header that proves who asks, if one is required; its token is masked from when it is known."""

    def __init__(self, collector: Collector) -> None:
        """Find the token; a login waits for the first request, since in check mode there is none.

        Raises:
            CollectError: there is none where it should be.
        """
        self._collector = collector
        self._token: t.Mapping[str, t.Any] = collector.params["token"] or {}
        self._headers: dict[str, str] = {}
        if not self._token.get("login"):
            self._use(self._given())

    def ask(
        self,
        method: str,
        url: str,
        step: t.Any,
        *,
        headers: t.Mapping[str, str] | None = None,
        **options: t.Any,
    ) -> Exchange:
        """Make a request; the options are those of C(http.exchange()).

        Raises:
            CollectError: the login was refused.
        """
        if self._token.get("login") and not self._headers:
            self._use(self._login())
        answer = self._ask(method, url, step, headers, options)
        if answer.step.exit_status != UNAUTHORIZED or not self._token.get("login"):
            return answer
        self._use(self._login())
        return self._ask(method, url, step, headers, options)

    def _ask(
        self, method: str, url: str, step: t.Any, headers: t.Mapping[str, str] | None, options: t.Any
    ) -> Exchange:
        sent = {**(headers or {}), **self._headers}
        return http.ask(self._collector, method, url, step, headers=sent, **options)

    def _use(self, token: str) -> None:
        if token:
            self._collector.mask(token)
            given = self._token.get("scheme")
            scheme = "Bearer" if given is None else given
            self._headers = {self._token.get("header") or "Authorization": f"{scheme} {token}".lstrip()}

    def _given(self) -> str:
        """Return the token that is given, or that a file or the service's environment holds."""
        file, variable = self._token.get("file"), self._token.get("variable")
        if self._token.get("value") or not (file or variable):
            return str(self._token.get("value") or "")
        text = self._collector.text_of("token file", file) if file else ""
        variables = env_file.parse(text) if file else self._collector.service_env
        token = variables.get(variable, "") if variable else text.strip()
        if not token:
            where = file or self._collector.params["env_file"] or "the environment"
            raise CollectError(f"{where} holds no {variable or 'token'}")
        return token

    def _login(self) -> str:
        login = self._token["login"]
        headers = {name: str(value) for name, value in (login.get("headers") or {}).items()}
        body = login.get("body") or {}
        if login.get("form"):
            headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        text = urlencode(body) if login.get("form") else json.dumps(body)
        # Its body and its answer are secrets: it is no evidence.
        answer = http.ask(
            self._collector,
            "POST",
            login["url"],
            _STEP,
            headers=headers,
            body=text,
            limit=LOGIN_SECONDS,
            kept=False,
        )
        step = answer.step
        if step.exit_status is None or not 200 <= step.exit_status < 300:
            raise CollectError(
                f"the login POST {login['url']}: {step.reason or f'status {step.exit_status}'}"
            )
        token = json_pointer.text(json_pointer.at(answer.json(), login.get("pointer") or "/access_token"))
        if not token:
            raise CollectError(
                f"the answer to the login POST {login['url']} has no text at {login.get('pointer')}"
            )
        return token
