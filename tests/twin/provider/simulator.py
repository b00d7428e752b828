# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two payment providers that send signed webhooks to the backend, for ever.

Settings, from the environment: BACKEND_URL, WEBHOOK_SECRET_<PROVIDER> for each provider,
PROVIDER_RATE_PER_SECOND (webhooks in all, default 3), PROVIDER_SIGNATURE (`correct` or `broken`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import os
import random
import time
import uuid

import httpx

PLAYERS = 1200
LONGEST_WAIT_SECONDS = 4.0
SERVER_ERROR = 500


def event(provider: str) -> bytes:
    """A deposit of 1.00 to 50.00 for one of the players."""
    deposit = {
        "event_id": f"{provider}-{uuid.uuid4().hex[:16]}",
        "player_id": random.randint(1, PLAYERS),
        "amount": random.randint(100, 5000),
    }
    return json.dumps(deposit).encode()


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 over the body's bytes, in hex."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def deliver(client: httpx.AsyncClient, path: str, body: bytes, signed: str) -> None:
    """Send one event until the backend has taken or refused it; wait longer each time it cannot."""
    wait = 0.25
    headers = {"Content-Type": "application/json", "X-Signature": signed}
    while True:
        try:
            answer = await client.post(path, content=body, headers=headers)
        except httpx.TransportError as error:
            reason = type(error).__name__
        else:
            if answer.status_code < SERVER_ERROR:
                return
            reason = str(answer.status_code)
        print(f"{path}: {reason}, again in {wait} s", flush=True)
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)


async def main() -> None:
    """Take turns among the providers, at a steady rate."""
    secrets = {
        name.removeprefix("WEBHOOK_SECRET_").lower(): secret
        for name, secret in sorted(os.environ.items())
        if name.startswith("WEBHOOK_SECRET_")
    }
    if os.environ.get("PROVIDER_SIGNATURE", "correct") == "broken":
        secrets = dict.fromkeys(secrets, "not the secret")
    interval = 1 / float(os.environ.get("PROVIDER_RATE_PER_SECOND", "3"))
    async with httpx.AsyncClient(base_url=os.environ["BACKEND_URL"], timeout=5) as client:
        due = time.monotonic()
        for provider, secret in itertools.cycle(secrets.items()):
            body = event(provider)
            path = f"/api/v1/payments/webhook/{provider}"
            await deliver(client, path, body, signature(secret, body))
            # From now when late: what an outage held up is not sent in a burst.
            due = max(due + interval, time.monotonic())
            await asyncio.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    asyncio.run(main())
