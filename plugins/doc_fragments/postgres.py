# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the modules which connect to Postgres share."""

from __future__ import annotations


class ModuleDocFragment:
    """The option that says where the database is."""

    DOCUMENTATION = r"""
options:
  url_variables:
    description:
      - Names of the variables of O(env_file) that may contain the URL of the database. The first that is set
        is used. C(postgresql+driver://), as SQLAlchemy has it, is understood.
    type: list
    elements: str
    default: [SYNC_DATABASE_URL, DATABASE_URL]
requirements:
  - psycopg2 on the host
seealso:
  - name: psycopg2
    description: The library that is required, and how to install it.
    link: https://www.psycopg.org/docs/install.html
"""
