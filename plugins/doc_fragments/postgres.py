# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that the modules which connect to Postgres share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of C(LOGIN_SPEC) in C(plugins/module_utils/_clients/postgres.py)."""

    DOCUMENTATION = r"""
options:
  login_host:
    description:
      - Name or address of the database server.
      - If any C(login_*) option, O(ssl_mode) or O(ca_cert) is set, O(url_variables) is ignored. What is not
        set is left to libpq, its environment variables and its password file.
    type: str
  login_port:
    description: Port of the database server.
    type: int
  login_unix_socket:
    description: Directory of the Unix socket for a local connection. Takes precedence over O(login_host).
    type: path
  login_user:
    description: User to connect as.
    type: str
  login_password:
    description: Password of the user, at least eight characters long.
    type: str
  login_db:
    description: Name of the database.
    type: str
  ssl_mode:
    description: Whether to use TLS and what to verify, as C(sslmode) of libpq. Its default is V(prefer).
    type: str
    choices: [allow, disable, prefer, require, verify-ca, verify-full]
  ca_cert:
    description: Path of a PEM file of the authorities that may have signed the server's certificate.
    type: path
"""

    URL = r"""
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
