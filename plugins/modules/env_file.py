#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: env_file
short_description: Set variables in a service's environment file
version_added: 0.1.0
description:
  - Sets variables in a file of C(KEY=value) lines as systemd and dotenv read them. Lines of other variables,
    comments, and the file's mode and owner stay as they are.
  - A file that is not there is made, readable by its owner only. A secret is not written where everybody may
    read it, unless O(mode) is given.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - ansible.builtin.files
attributes:
  check_mode:
    description: Changes nothing, and reports what would change.
    support: full
  diff_mode:
    description: Shows both texts with every secret masked. A secret that changes is marked as new.
    support: full
  idempotent:
    description: A second run with the same options reports no change.
    support: full
  platform:
    description: Operating systems that the module runs on.
    support: full
    platforms: posix
options:
  path:
    description: Path of the environment file. A link is followed.
    type: path
    required: true
  values:
    description: Values by the names of variables. V(true) is written as C(True).
    type: dict
    default: {}
  secrets:
    description: The same for values that must not be shown.
    type: dict
    default: {}
  copy_from:
    description: Another environment file on the host, from which O(copy) is taken without passing through
      Ansible.
    type: path
  copy:
    description: Names of the variables to take from O(copy_from).
    type: list
    elements: str
    default: []
  made_by:
    description: Who sets these variables, such as a role. With it, a comment in the file remembers which
      variables it added, and one that is no longer given is taken out again. A variable that was in the file
      before stays.
    type: str
    default: ""
  process:
    description: Words that the command line of a process must contain for RV(stale). Only for a service that
      is started with the file as its environment, and does not read it itself.
    type: list
    elements: str
    default: []
  directory:
    description: Absolute path of the working directory that such a process must have.
    type: path
  render_for:
    description:
      - Also writes all variables of the file as this runtime takes them, into a file that only its owner may
        read. Its name is O(path) with the name of the runtime appended.
      - systemd's C(EnvironmentFile) takes no C(export) and no comment after a value, Docker's C(--env-file)
        no quotes either. If the runtime cannot take a value, nothing is written.
    type: str
    choices: [docker, systemd]
seealso:
  - module: psp.rc_closure.service_process
"""

EXAMPLES = r"""
- name: Switch the backend to the queue
  psp.rc_closure.env_file:
    path: /etc/psp/backend.env
    values:
      RECON_RUNNER: queue
    secrets:
      REDIS_URL: "{{ backend_redis_url }}"

- name: Give a worker in a container the backend's database, in worker.env and worker.env.docker
  psp.rc_closure.env_file:
    path: /etc/psp/worker.env
    values:
      ENV: staging
    copy_from: /etc/psp/backend.env
    copy: [DATABASE_URL]
    render_for: docker
"""

RETURN = r"""
names:
  description: The variables whose values changed or that were taken out, or in check mode would be.
  returned: success
  type: list
  elements: str
  sample: [RECON_RUNNER]
stale:
  description: Whether a process that runs was started without these values, or before the file was last
    changed and with a variable that was taken out of it.
  returned: success
  type: bool
  sample: false
"""

import os
import pwd
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ..module_utils._clients import process
from ..module_utils._core import files
from ..module_utils._services.env_file_change import Change
from ..module_utils._text import env_file

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "path": {"type": "path", "required": True},
    "values": {"type": "dict", "default": {}},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "copy_from": {"type": "path"},
    "copy": {"type": "list", "elements": "str", "default": []},
    "made_by": {"type": "str", "default": ""},
    "process": {"type": "list", "elements": "str", "default": []},
    "directory": {"type": "path"},
    "render_for": {"type": "str", "choices": ["docker", "systemd"]},
}
RENDERERS = {"docker": env_file.for_docker, "systemd": env_file.for_systemd}


def main() -> None:
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True, add_file_common_args=True)
    path = Path(os.path.realpath(module.params["path"]))
    try:
        change = _plan(path, module.params)
        before, after = change.before, change.after
        named = module.params["process"]
        running = process.find(named, module.params["directory"]) if named else []
        stale = any(_is_stale(change, path, one) for one in running)
        _refuse_exposed(path, module.params, change)
        runtime = module.params["render_for"]
        rendered = RENDERERS[runtime](env_file.parse(after)) if runtime else ""
        # Before the content: it is at no time for others to read.
        changed = _set_attributes(module, path) or before != after
        if before != after and not module.check_mode:
            # A file that exists keeps its owner and its mode; a new one has none of those yet.
            files.write(path, after, move=module.atomic_move if path.exists() else os.replace)
            _set_attributes(module, path)
        if runtime:
            changed |= _render(module, Path(f"{path}.{runtime}"), rendered)
    except (OSError, ValueError, process.ProcessError) as exc:
        module.fail_json(msg=f"{module.params['path']}: {getattr(exc, 'strerror', None) or exc}")
    old, new = change.shown()
    diff = {"before_header": str(path), "after_header": str(path), "before": old, "after": new}
    module.exit_json(changed=changed, stale=stale, names=change.names, diff=diff)


def _plan(path: Path, params: t.Mapping[str, t.Any]) -> Change:
    before = path.read_text("utf-8") if path.exists() else ""
    copied = _copied(params["copy_from"], params["copy"])
    secrets = {**copied, **params["secrets"]}
    wanted = {name: str(value) for name, value in {**params["values"], **secrets}.items()}
    return Change(before, wanted, secrets, params["made_by"])


def _is_stale(change: Change, path: Path, one: process.Process) -> bool:
    older = change.before != change.after or one.started.timestamp() <= path.stat().st_mtime
    return change.is_stale(process.environment(one.pid), older=older)


def _copied(source: str | None, names: t.Sequence[str]) -> dict[str, str]:
    if not source or not names:
        return {}
    found = env_file.parse(Path(source).read_text("utf-8")) if Path(source).exists() else {}
    missing = [name for name in names if not found.get(name)]
    if missing:
        raise ValueError(f"{', '.join(missing)} cannot be copied: {source} sets no such variable")
    return {name: found[name] for name in names}


def _render(module: AnsibleModule, dest: Path, text: str) -> bool:
    """Write the rendered file where it differs; return whether it does."""
    if dest.exists() and dest.read_text("utf-8") == text and dest.stat().st_mode & 0o777 == 0o600:
        return False
    if not module.check_mode:
        files.write(dest, text)
    return True


def _set_attributes(module: AnsibleModule, path: Path) -> bool:
    """Give a file that is there the owner and mode that are asked for; return whether that changes it."""
    if not path.exists():
        return False
    arguments = module.load_file_common_arguments(module.params, path=str(path))
    new_user = module.check_mode and not _is_known(arguments["owner"])
    if new_user:
        # By the time the file is his, the user is there.
        arguments["owner"] = None
    return bool(module.set_fs_attributes_if_different(arguments, new_user))


def _is_known(user: str | None) -> bool:
    try:
        return not user or user.isdecimal() or bool(pwd.getpwnam(user))
    except KeyError:
        return False


def _refuse_exposed(path: Path, params: t.Mapping[str, t.Any], change: Change) -> None:
    """Raise C(ValueError) where a secret would go where everybody can read it."""
    secret = ", ".join(name for name in change.names if name in change.secret)
    if secret and path.exists() and not params["mode"] and path.stat().st_mode & 0o007:
        raise ValueError(
            f"everybody may read this file (mode {path.stat().st_mode & 0o777:04o}), and {secret} is secret: "
            "take that from others first (chmod o-rwx), once the service does not need it"
        )


if __name__ == "__main__":
    main()
