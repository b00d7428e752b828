#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keep files as they are until what is made of them has proved itself."""

from __future__ import annotations

DOCUMENTATION = r"""
module: files_before
short_description: Keep files as they are until what is made of them has proved itself
version_added: 0.1.0
description:
  - Keeps what files are before a service's configuration changes, puts that back where the service does not
    run with what they became, and forgets it where it does.
  - Each file is kept beside itself under its name and C(.before), with its mode, owner and times. A link of
    that name to C(/dev/null) says that there was none.
  - What an earlier run kept and neither put back nor forgot is not overwritten. That run was broken off, and
    its change is still unproven, see RV(owed).
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.host
attributes:
  check_mode:
    description: Changes nothing.
    support: full
options:
  paths:
    description: The files.
    type: list
    elements: str
    required: true
  made:
    description:
      - Files and directories that the service itself may make. Only whether they are there is kept. One that
        was not is moved aside where the files are put back; it is never removed, for it may hold data.
    type: list
    elements: str
    default: []
  state:
    description:
      - V(kept) keeps what the files are, V(put_back) makes them that again, and V(forgotten) drops what was
        kept.
    type: str
    choices: [kept, put_back, forgotten]
    required: true
"""

EXAMPLES = r"""
- name: Keep Redis's configuration as it is
  psp.rc_closure.files_before:
    paths: [/var/lib/redis/redis.conf]
    state: kept
"""

RETURN = r"""
owed:
  description: Whether an earlier run was broken off before the files had proved themselves.
  returned: success
  type: bool
  sample: false
"""

import os
import shutil
import tempfile
import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.psp.rc_closure.plugins.module_utils._core.collector import ArgumentSpec

ARGUMENT_SPEC: ArgumentSpec = {
    "paths": {"type": "list", "elements": "str", "required": True},
    "made": {"type": "list", "elements": "str", "default": []},
    "state": {"type": "str", "choices": ["kept", "put_back", "forgotten"], "required": True},
}


def main() -> None:
    """Run the module."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    paths, made = (list(map(Path, module.params[name])) for name in ("paths", "made"))
    owed = any(os.path.lexists(_before(path)) for path in paths)
    changed = False
    if not module.check_mode:
        try:
            if module.params["state"] == "kept":
                _keep(paths, made)
            elif module.params["state"] == "put_back":
                changed = _put_back(paths, made)
            else:
                _forget([*paths, *made])
        except OSError as exc:
            module.fail_json(msg=f"{exc.filename or 'a file'}: {exc.strerror or exc}")
    module.exit_json(changed=changed, owed=owed)


def _before(path: Path) -> Path:
    return path.with_name(f"{path.name}.before")


def _was_none(path: Path) -> bool:
    return _before(path).is_symlink()


def _keep(paths: list[Path], made: list[Path]) -> None:
    for path in [*paths, *made]:
        try:
            path.parent.mkdir(exist_ok=True)
        except FileNotFoundError:
            # Whoever is to write it will say so.
            continue
        if os.path.lexists(_before(path)):
            continue
        if not path.exists():
            _before(path).symlink_to(os.devnull)
        elif path in paths:
            _copy(path, _before(path))


def _copy(source: Path, target: Path) -> None:
    """Copy a file with its mode, owner and times; nobody else can read it at any time."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    os.close(handle)
    shutil.copyfile(source, name)
    found = source.stat()
    os.chown(name, found.st_uid, found.st_gid)
    shutil.copystat(source, name)
    Path(name).replace(target)


def _put_back(paths: list[Path], made: list[Path]) -> bool:
    """Return whether that took something."""
    new = [path for path in made if _was_none(path) and path.exists()]
    for path in new:
        path.rename(path.with_name(f"{path.name}.aside-{time.time_ns()}"))
    gone = [path for path in paths if _was_none(path) and path.exists()]
    for path in gone:
        path.unlink()
    _forget([path for path in [*paths, *made] if _was_none(path)])
    there = [path for path in paths if _before(path).exists()]
    for path in there:
        _before(path).replace(path)
    return bool(new or gone or there)


def _forget(paths: list[Path]) -> None:
    for path in paths:
        _before(path).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
