# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the modules which use GitHub's API share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of C(SPEC) in C(module_utils/_clients/github.py)."""

    DOCUMENTATION = r"""
options:
  url:
    description: Base URL of the API. Use C(https://HOST/api/v3) for GitHub Enterprise Server.
    type: str
    default: https://api.github.com
  repository:
    description: The repository, as C(owner/name).
    type: str
    required: true
  token_file:
    description:
      - Path of a file that contains the token, read where the module runs. Takes precedence over O(token).
      - A fine-grained token requires read access to C(Actions), C(Contents) and C(Metadata), and to dispatch,
        write access to C(Actions). It is sent to O(url) and to no other address.
    type: path
  token:
    description: The token. Prefer O(token_file).
    type: str
  ca_file:
    description: Path of a PEM file of certificate authorities to trust instead of the system's.
    type: path
seealso:
  - name: REST API endpoints for workflow runs
    description: GitHub's reference of the API that is used.
    link: https://docs.github.com/en/rest/actions/workflow-runs
"""
