#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wait for an HTTP service to be ready."""

from __future__ import annotations

DOCUMENTATION = r"""
module: http_ready
short_description: Wait until a URL answers 200
version_added: 0.1.0
description:
  - The healthcheck of a service that was just started.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Waits for nothing, since nothing was started.
    support: full
options:
  url:
    description: What the service answers with 200 once it is ready.
    type: str
    required: true
  limit:
    description: Seconds until the task fails.
    type: float
    default: 60
  ca_file:
    description: Authorities to trust in place of the system's, as PEM.
    type: path
  env_file:
    description: The service's environment file, whose secrets are masked in what is told of its log.
    type: path
  secret_names:
    description: Variables of O(env_file) that are secret whatever they are called.
    type: list
    elements: str
    default: []
  log:
    description: The service's log; its last line is told where the service is not ready in time.
    type: path
  log_unit:
    description: The systemd unit in whose journal it is, in place of a file.
    type: str
  log_container:
    description: The container of Docker's that writes it to its streams, in place of a file.
    type: str
"""

EXAMPLES = r"""
- name: Wait for the backend
  psp.rc_closure.http_ready:
    url: http://127.0.0.1:8000/ready
"""

RETURN = r"""
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._clients import http
from ansible_collections.psp.rc_closure.plugins.module_utils._core.redaction import Redactor
from ansible_collections.psp.rc_closure.plugins.module_utils._core.step_names import StepName
from ansible_collections.psp.rc_closure.plugins.module_utils._logs import sources
from ansible_collections.psp.rc_closure.plugins.module_utils._services import service_secrets, waiting

REQUEST_SECONDS = 5

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "url": {"type": "str", "required": True},
    "limit": {"type": "float", "default": 60},
    "ca_file": {"type": "path"},
    "env_file": {"type": "path"},
    "secret_names": {"type": "list", "elements": "str", "default": [], "no_log": False},
    **sources.options("log"),
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    if module.check_mode:
        module.exit_json(changed=False)
    redact = service_secrets.redactor(params["env_file"], params["secret_names"])
    problem = waiting.until_ready(lambda: _problem(params, redact), params["limit"])
    if problem:
        told = f"{params['url']} is not ready after {params['limit']:g} s: {problem}"
        module.fail_json(msg=redact(told + sources.last_line(params, "log")))
    module.exit_json(changed=False)


def _problem(params: t.Mapping[str, t.Any], redact: Redactor) -> str:
    step = http.request(
        "GET",
        params["url"],
        StepName("ready"),
        limit=min(REQUEST_SECONDS, params["limit"]),
        redact=redact,
        ca_file=params["ca_file"],
    )
    if step.reason:
        return step.reason
    return "" if step.exit_status == 200 else f"it answers {step.exit_status}"


if __name__ == "__main__":
    main()
