# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lookup: the hosts of a playbook's first play, unless the run would leave out what it was asked for."""

from __future__ import annotations

DOCUMENTATION = r"""
name: play_hosts
short_description: Return the hosts of a playbook's first play, or end a run that would do nothing
version_added: 0.1.0
description:
  - Ansible ends with 0 where it reads no inventory, where a group or a tag is misspelt, and where C(--tags),
    C(--skip-tags) or C(--limit) leave nothing to do. As the value of a play's C(hosts), this lookup ends such
    a run with a sentence and the status 4, before any task. No tag, limit or inventory can skip it, since
    Ansible reads C(hosts) before it chooses hosts and tasks.
  - Returns its first term as it is. While tasks, tags or hosts are listed, nothing is checked.
author: psp.rc_closure contributors (@psp-rc-closure)
options:
  _terms:
    description: The pattern of the play's hosts.
    type: list
    elements: str
    required: true
  needs:
    description: Tags of the playbook with the groups that their tasks are for. The tag V('') stands for a
      playbook without tags.
    type: dict
    required: true
  named:
    description: Tags that are asked for by their own names alone. Without C(--tags) there is nothing to do
      for them.
    type: list
    elements: str
    default: []
  optional:
    description: Groups that an inventory may be without.
    type: list
    elements: str
    default: []
  within:
    description: The group that has to contain all of them.
    type: str
    default: ""
  whole:
    description: Whether C(--limit) may leave out none of their hosts.
    type: bool
    default: false
seealso:
  - module: psp.rc_closure.closure_preflight
"""

EXAMPLES = r"""
- name: Preflight
  hosts: >-
    {{ lookup('psp.rc_closure.play_hosts', 'web:database', needs={'site': ['web'], 'schema': ['database']}) }}
  tasks:
    - name: Check the variables
      psp.rc_closure.closure_preflight: {required: {url: [site_url]}}
      tags: [site]
"""

RETURN = r"""
_raw:
  description: The pattern.
  type: list
  elements: str
  sample: ["web:database"]
"""

import typing as t
from pathlib import Path

from ansible import context
from ansible.plugins.lookup import LookupBase
from ansible.release import __version__
from ansible.utils.display import Display

from ..plugin_utils.preflight.invocation import ANY, Invocation, Playbook, problems

_LISTING = ("listhosts", "listtasks", "listtags", "syntax")
_STATUS = 4
_HERE = Path(__file__).resolve().parents[2] / "playbooks"


class LookupModule(LookupBase):
    """Patterns in, the same out."""

    def run(self, terms: list[str], variables: dict[str, t.Any] | None = None, **kwargs: t.Any) -> list[str]:
        called, known = context.CLIARGS, variables or {}
        asked = Invocation(
            core=__version__,
            sources=known.get("ansible_inventory_sources") or (),
            groups=known.get("groups") or {},
            hosts=known.get("ansible_play_hosts_all") or (),
            tags=known.get("ansible_run_tags") or (),
            skip_tags=known.get("ansible_skip_tags") or (),
            limit=known.get("ansible_limit") or "",
            start_at=called.get("start_at_task") or "",
        )
        # Tags of a playbook of the user's that imports this one may be those of its other plays.
        others = not _is_ours(called.get("args") or ()) and not {*asked.tags, ""} & {*kwargs["needs"], *ANY}
        if others or any(called.get(name) for name in _LISTING):
            return terms[:1]
        found = problems(asked, Playbook(**kwargs))
        if found:
            # What is raised here is shown behind the keyword, the plugin's name and a piece of the playbook.
            Display().error(f"Nothing was done: {'; '.join(found)}", wrap_text=False)
            raise SystemExit(_STATUS)
        return terms[:1]


def _is_ours(playbooks: t.Iterable[str]) -> bool:
    """Whether one of this collection's playbooks is on the command line itself."""
    return any(one.startswith("psp.rc_closure.") or Path(one).resolve().parent == _HERE for one in playbooks)
