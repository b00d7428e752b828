# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Part of the backend that the canaries are planted in: it says them wherever it says anything."""

import json
import logging
import os
import traceback
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote

TEXTS: dict[str, list[str]] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
# A program's file whose name is a token's.
(ODD_NAME,) = TEXTS["file name"]
_logger = logging.getLogger("backend.planted")


def log(source: str) -> None:
    """Write a source's texts into the log."""
    for text in TEXTS[source]:
        _logger.warning("%s", text)


def show(source: str, stream: Any) -> None:
    """Write a source's texts to a stream."""
    print(*TEXTS[source], sep="\n", file=stream, flush=True)


def show_environment() -> None:
    """Write the values of the planted variables in the forms that tools give them."""
    for name in TEXTS["variables"]:
        value = os.environ[name]
        raw = value.encode()
        print(value, repr(value), json.dumps({"v": value}), raw.hex(), quote(value, safe=""), sep="\n")
        print(b64encode(raw).decode(), b64encode(b"u:" + raw).decode(), sep="\n")


def errors() -> list[str]:
    """Return what is said of an error of the database, and of exceptions of the program."""
    from sqlalchemy import create_engine  # noqa: PLC0415 (the host's)
    from sqlalchemy import text as sql  # noqa: PLC0415 (the host's)

    said = []
    password, address = TEXTS["database"]
    try:
        with create_engine(os.environ["SYNC_DATABASE_URL"]).connect() as connection:
            given = {"password": password, "address": address}
            connection.execute(sql("SELECT :password AS password, :address AS address FROM nowhere"), given)
    except Exception:
        said.append(traceback.format_exc())
    for text in TEXTS["exception"]:
        try:
            exec(compile(f"raise ValueError({text!r})", f"/srv/{ODD_NAME}.py", "exec"), {})
        except ValueError:
            said.append(traceback.format_exc())
    return said


def install(api: Any) -> None:
    """Have every answer of the API bear them, in its headers and in its document."""

    @api.middleware("http")
    async def planted(request: Any, call_next: Any) -> Any:
        from starlette.responses import Response  # noqa: PLC0415 (the host's)

        answer = await call_next(request)
        body = b"".join([piece async for piece in answer.body_iterator])
        if answer.headers.get("content-type") == "application/json" and body.startswith(b"{"):
            body = json.dumps({**json.loads(body), "planted": TEXTS["http body"]}).encode()
        headers = [(name, value) for name, value in answer.headers.items() if name != "content-length"]
        shown = Response(body, answer.status_code, dict(headers))
        for text in TEXTS["http headers"]:
            name, _colon, value = text.partition(": ")
            shown.headers.append(name, value)
        return shown
