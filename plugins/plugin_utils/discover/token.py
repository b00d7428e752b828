# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the API's token is had: from a variable that it was seen to take, or by a login. Pure."""

from __future__ import annotations

import re

from .values import Draft, Found

_LOGIN = re.compile(r"login|sign-?in|/(?:auth/)?tokens?$", re.IGNORECASE)


def draft_token(draft: Draft, backend: Found) -> None:
    """Add the token."""
    answers = backend.service["answers"]
    taken = [one for what in ("flags", "version", "ready") for one in answers[what] if one["token"]]
    if taken:
        seen = f"{taken[0]['path']} refuses a request without a token, and takes this one"
        draft.add("staging_token", {"variable": taken[0]["token"]}, seen)
    elif answers["tokens"]:
        draft.guess("staging_token", {"variable": answers["tokens"][0]}, "its name, in the environment")
    elif login := _login(backend):
        why = f"POST {login} was seen: who logs in, with the password from the vault, and where the token is"
        url = f"{{{{ staging_backend_url }}}}{login}"
        draft.missing("staging_token", why, {"login": {"url": url, "body": {}, "pointer": "/access_token"}})


def _login(backend: Found) -> str:
    """Return the path that looks like a login's, or C('')."""
    given = [*backend.service["answers"]["operations"], *backend.project["routes"]]
    paths = [one["path"] for one in given if one["method"] == "POST" and _LOGIN.search(one["path"])]
    return min(paths, key=len, default="")
