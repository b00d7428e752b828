#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write an environment file's variables as systemd takes them."""

from __future__ import annotations

DOCUMENTATION = r"""
module: systemd_env_file
short_description: Write an environment file's variables as systemd takes them
version_added: 0.1.0
description:
  - systemd's C(EnvironmentFile) knows no C(export), and takes a comment behind a value for a part of it. So a
    file that dotenv, a shell or a person wrote is rendered anew for it.
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
    description: The file for systemd.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Render the worker's environment for systemd
  psp.rc_closure.systemd_env_file:
    src: /etc/psp/worker.env
    dest: /etc/psp/worker.env.systemd
"""

RETURN = r"""
names:
  description: The variables in it.
  returned: success
  type: list
  elements: str
  sample: [DATABASE_URL, ENV, REDIS_URL]
"""

from ansible_collections.psp.rc_closure.plugins.module_utils._services.env_file_rendering import render_module
from ansible_collections.psp.rc_closure.plugins.module_utils._text import env_file


def main() -> None:
    """Run the module."""
    render_module(env_file.for_systemd)


if __name__ == "__main__":
    main()
