#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait for a Redis to be well."""

from __future__ import annotations

DOCUMENTATION = r"""
module: redis_ready
short_description: Wait until a Redis answers PING with PONG
version_added: 0.1.0
description:
  - The healthcheck of a Redis that was just started. Only the exact reply counts, for an error such as
    C(NOAUTH Authentication required.) is a reply, too.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Waits for nothing, since nothing was started.
    support: full
options:
  host:
    description: Where it listens.
    type: str
    default: 127.0.0.1
  port:
    description: The port that it listens on.
    type: int
    default: 6379
  username:
    description: Who asks.
    type: str
    default: default
  password:
    description: That user's password.
    type: str
  limit:
    description: Seconds until the task fails.
    type: float
    default: 30
  log:
    description: Redis's log; its last line is told where Redis is not ready in time.
    type: path
  log_unit:
    description: The systemd unit in whose journal it is, in place of a file.
    type: str
  log_container:
    description: The container of Docker's that writes it to its streams, in place of a file.
    type: str
"""

EXAMPLES = r"""
- name: Wait for Redis
  psp.rc_closure.redis_ready:
    port: 6379
    password: "{{ redis_password }}"
"""

RETURN = r"""
"""

import typing as t
from urllib.parse import quote

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._clients.redis_client import Redis, RedisError
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.module_utils._logs import sources
from ansible_collections.psp.rc_closure.plugins.module_utils._services import waiting

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "host": {"type": "str", "default": "127.0.0.1"},
    "port": {"type": "int", "default": 6379},
    "username": {"type": "str", "default": "default"},
    "password": {"type": "str", "no_log": True},
    "limit": {"type": "float", "default": 30},
    **sources.options("log"),
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    if module.check_mode:
        module.exit_json(changed=False)
    user, password = (quote(params[name] or "", safe="") for name in ("username", "password"))
    # As bind names an address that may be missing, and as a URL names one of IPv6.
    host = params["host"].lstrip("-")
    place = f"[{host}]:{params['port']}" if ":" in host else f"{host}:{params['port']}"
    url = f"redis://{user}:{password}@{place}" if password else f"redis://{place}"
    problem = waiting.until_ready(lambda: _problem(url), params["limit"])
    if problem:
        redact = Redactor({"password": params["password"] or ""})
        told = f"Redis at {place} is not ready after {params['limit']:g} s: {problem}"
        module.fail_json(msg=redact(told + sources.last_line(params, "log")))
    module.exit_json(changed=False)


def _problem(url: str) -> str:
    try:
        with Redis(url, limit=5) as redis:
            reply = redis.call("PING")
    except (OSError, RedisError) as exc:
        return str(getattr(exc, "strerror", None) or exc)
    return "" if reply == "PONG" else f"PING was answered {reply!r}"


if __name__ == "__main__":
    main()
