# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation that all modules which connect to Postgres by options share."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of C(LOGIN_SPEC) in C(plugins/module_utils/_clients/postgres.py)."""

    DOCUMENTATION = r"""
options:
  login_host:
    description:
      - The host that runs the database.
      - With any of these options given, O(env_file) and O(url_variables) do not say where the database is.
      - What is not given is left to libpq, its environment variables and its password file.
    type: str
  login_port:
    description: The port to connect to.
    type: int
  login_unix_socket:
    description: The directory of the Unix socket, for a local connection; preferred to O(login_host).
    type: path
  login_user:
    description: The user to connect as.
    type: str
  login_password:
    description: The user's password, of eight characters or more.
    type: str
  login_db:
    description: The database to connect to.
    type: str
  ssl_mode:
    description: Whether TLS is used, and what is verified, as libpq's C(sslmode). Its default is V(prefer).
    type: str
    choices: [allow, disable, prefer, require, verify-ca, verify-full]
  ca_cert:
    description: A PEM file of the authorities that may have signed the server's certificate.
    type: path
"""
