#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write an environment file's variables as Docker takes them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: docker_env_file
short_description: Write an environment file's variables as Docker takes them
version_added: 0.1.0
description:
  - Docker's C(--env-file) knows no quotes, no C(export) and no comment behind a value; what stands there becomes a part
    of the variable. So a file that systemd, dotenv or a person wrote is rendered anew for it.
  - The values do not pass through Ansible. The file is readable by its owner only.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
attributes:
  check_mode:
    description: Changes nothing, and says what would be changed.
    support: full
  diff_mode:
    description: Shows nothing, for all of it may be secret.
    support: none
  platform:
    description: Where it runs.
    support: full
    platforms: posix
options:
  src:
    description: The environment file.
    type: path
    required: true
  dest:
    description: The file for Docker.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Render the worker's environment for Docker
  psp.rc_closure.docker_env_file:
    src: /etc/psp/worker.env
    dest: /etc/psp/worker.env.docker
"""

RETURN = r"""
names:
  description: The variables in it.
  returned: success
  type: list
  elements: str
  sample: [DATABASE_URL, ENV, REDIS_URL]
"""

import os
import tempfile
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils import env_file

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "src": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
}
MODE = 0o600


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    source, dest = Path(module.params["src"]), Path(module.params["dest"])
    try:
        variables = _variables(module, source)
        text = env_file.for_docker(variables)
        changed = not _is(dest, text)
        if changed and not module.check_mode:
            _write(module, dest, text)
    except (OSError, UnicodeDecodeError, ValueError) as exc:
        module.fail_json(msg=f"{source}: {getattr(exc, 'strerror', None) or exc}")
    module.exit_json(changed=changed, names=sorted(variables))


def _variables(module: AnsibleModule, source: Path) -> dict[str, str]:
    # In check mode the file is not there yet where it would be made first.
    if module.check_mode and not source.exists():
        return {}
    return env_file.parse(source.read_text("utf-8"))


def _is(dest: Path, text: str) -> bool:
    return dest.exists() and dest.read_text("utf-8") == text and dest.stat().st_mode & 0o777 == MODE


def _write(module: AnsibleModule, dest: Path, text: str) -> None:
    """Replace the file whole; it is nobody else's to read at any time."""
    handle, name = tempfile.mkstemp(dir=dest.parent, prefix=f".{dest.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).chmod(MODE)
    Path(name).replace(dest)


if __name__ == "__main__":
    main()
