# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters: the redactor that all evidence passes, for other text."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..module_utils._core import redaction


def redact(text: t.Any, secrets: t.Mapping[str, t.Any] | None = None) -> str:
    """Mask secrets in a text: those given as name → value, and those recognized by their place.

    Raises:
        AnsibleFilterError: C(secrets) is not a mapping.
    """
    known = secrets or {}
    if not isinstance(known, t.Mapping):
        raise AnsibleFilterError("redact: the argument must be a mapping of names to secrets")
    return redaction.redact(str(text), {str(name): str(value) for name, value in known.items()})


def secrets_of_env(env: t.Any, names: t.Sequence[str] = ()) -> dict[str, str]:
    """Return the secrets among a service's variables, by their names, and those named here in any case.

    Raises:
        AnsibleFilterError: C(env) is not a mapping.
    """
    if not isinstance(env, t.Mapping):
        raise AnsibleFilterError("secrets_of_env: the input must be a mapping of names to values")
    return redaction.secrets_of_env({str(name): str(value) for name, value in env.items()}, names)


class FilterModule:
    """The collection's filters."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Return name → function."""
        return {"redact": redact, "secrets_of_env": secrets_of_env}
