# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment file written anew, for a reader that understands fewer forms than there are."""

from __future__ import annotations

import os
import tempfile
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from .._text import env_file

ARGUMENT_SPEC: dict[str, dict[str, t.Any]] = {
    "src": {"type": "path", "required": True},
    "dest": {"type": "path", "required": True},
}
MODE = 0o600


def render_module(render: t.Callable[[t.Mapping[str, str]], str]) -> None:
    """Be the C(main()) of a module that writes the variables of C(src) to C(dest), as C(render) has them."""
    module = AnsibleModule(ARGUMENT_SPEC, supports_check_mode=True)
    source, dest = Path(module.params["src"]), Path(module.params["dest"])
    try:
        variables = _variables(module, source)
        text = render(variables)
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
