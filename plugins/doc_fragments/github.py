# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that all modules which speak with GitHub share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of C(plugins/module_utils/github_actions.py)."""

    DOCUMENTATION = r"""
options:
  url:
    description:
      - The API's address. That of a GitHub Enterprise server is C(https://HOST/api/v3).
    type: str
    default: https://api.github.com
  repository:
    description: The repository, as C(owner/name).
    type: str
    required: true
  token_file:
    description:
      - A file that holds the token. It is read where the module runs, and preferred to O(token).
      - To look, a fine-grained token needs C(Actions), C(Contents) and C(Metadata) to read; to dispatch,
        C(Actions) to write. It is sent to O(url) and to no other address.
    type: path
  token:
    description: The token itself, where there is no O(token_file).
    type: str
  ca_file:
    description: A PEM file of the authorities to trust in place of the system's, for a server of one's own.
    type: path
"""
