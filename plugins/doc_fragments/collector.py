# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options that all collector modules share, and of those that several share."""

from __future__ import annotations

# Filled in below by annotated assignments, for the yamllint of ansible-test takes all others for plain text.
_LOG = """
options:
  {option}:
    description: Where {what} is. Exactly one of the following is required.
    type: dict
    required: {required}
    suboptions:
      file:
        description: Absolute path of a file on the host.
        type: path
      unit:
        description: Name of a systemd unit, whose journal is read.
        type: str
      container:
        description: Name of a Docker container, whose streams are read through the engine.
        type: str
"""
_ZONE = """\
      metrics:
        description: URL of the backend's Prometheus metrics, in place of a log that shows no status. One
          counter must tell requests by path and by status code. It shows no error codes.
        type: str
      zone:
        description: The time zone of its times, such as C(UTC) or C(Europe/Istanbul), where they say none.
        type: str
"""


class ModuleDocFragment:
    """The options of C(COMMON_SPEC) and of the other specs below C(module_utils)."""

    DOCUMENTATION = r"""
options:
  attempt:
    description: The fact C(rc_closure_attempt) that M(psp.rc_closure.closure_attempt) sets. With it, the
      controller keeps the steps in the locker and the task returns their digests. Without it, nothing is kept
      and the task returns the steps in full.
    type: dict
  package:
    description: Number of the package that the evidence belongs to. Required with O(attempt).
    type: int
    choices: [0, 1, 2, 3]
  env_file:
    description: Path of the service's environment file on the host. Commands run with its variables, and its
      secrets are masked in everything that leaves the host. Without it, the environment of the login is used,
      which in a container or a pod is the service's.
    type: path
  path:
    description: Directories to put before E(PATH), for instance the C(bin) of a virtual environment.
    type: list
    elements: path
    default: []
  python:
    description: Path of the Python interpreter on the host to use if Ansible's lacks a library that the
      module needs. Defaults to those in O(path), then to the system's.
    type: path
  variables:
    description:
      - Which variables of the service's environment hold what is asked of it. C(database) and C(redis) are
        each the name of one that holds a URL, a list of names of which the first that is set is used, or a
        dictionary of C(host), C(port), C(user), C(password), C(name) and C(scheme), each the name of the
        variable that holds this part. Behind C(=) stands a value itself, such as C(=5432).
      - Defaults to C(SYNC_DATABASE_URL) and C(DATABASE_URL), also as C(postgresql+driver://), and
        C(REDIS_URL).
    type: dict
    default: {}
attributes:
  action_group:
    description: Use C(group/psp.rc_closure.closure) in C(module_defaults) to set O(attempt) and O(package)
      once.
    support: full
    membership: [psp.rc_closure.closure]
  check_mode:
    description: Can run in check mode and report what would change, without changing anything.
    details: Reads only, in check mode as outside it.
    support: full
  diff_mode:
    description: Returns the difference between before and after in diff mode.
    support: none
  idempotent:
    description: A second run with the same options, on a system that has not changed, reports no change.
    support: full
  platform:
    description: Operating systems that the module runs on.
    support: full
    platforms: posix
requirements:
  - Python 3.9 or newer on the host
notes:
  - A collector does not judge. A system in a bad state is evidence and does not fail the task. With
    O(attempt), neither does an error of the collector itself, which is kept as a step.
  - The keys of a step are described in M(psp.rc_closure.collect).
seealso:
  - module: psp.rc_closure.closure_attempt
  - module: psp.rc_closure.closure_report
"""

    CA_FILE = r"""
options:
  ca_file:
    description: Path of a PEM file of certificate authorities to trust instead of the system's.
    type: path
"""

    TOKEN = r"""
options:
  token:
    description: How requests to the service's API prove who asks. Without it, they do not.
    type: dict
    default: {}
    suboptions:
      file:
        description: Path of a file on the host that contains the token, or the variable if that is given.
        type: path
      variable:
        description: Name of the variable of the file, or without one of O(env_file), that contains the token.
        type: str
      value:
        description: The token itself, from a vault, at least eight characters long.
        type: str
      header:
        description: Name of the request header.
        type: str
        default: Authorization
      scheme:
        description: What stands before the token in the header.
        type: str
        default: Bearer
      login:
        description: The request whose answer contains the token, which is made again when the API no longer
          accepts the token.
        type: dict
        suboptions:
          url:
            description: The URL that is posted to.
            type: str
            required: true
          body:
            description: The body, sent as JSON. It is never shown.
            type: dict
            default: {}
          headers:
            description: Further headers.
            type: dict
            default: {}
          form:
            description: Whether the body is sent as a form.
            type: bool
            default: false
          pointer:
            description: JSON pointer to the token in the answer.
            type: str
            default: /access_token
"""

    GITHUB = r"""
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
    description: Path of a file that contains the token, read where the module runs. A fine-grained token
      requires read access to C(Actions), C(Contents) and C(Metadata), and to dispatch, write access to
      C(Actions). It is sent to O(url) and to no other address.
    type: path
  token:
    description: The token, which takes precedence over O(token_file). Prefer that.
    type: str
  ca_file:
    description: Path of a PEM file of certificate authorities to trust instead of the system's.
    type: path
seealso:
  - name: REST API endpoints for workflow runs
    description: GitHub's reference of the API that is used.
    link: https://docs.github.com/en/rest/actions/workflow-runs
"""

    POSTGRES = r"""
options: {}
requirements:
  - psycopg2 on the host
seealso:
  - name: psycopg2
    description: The library that is required, and how to install it.
    link: https://www.psycopg.org/docs/install.html
"""

    LOGIN = r"""
options:
  login_host:
    description:
      - Name or address of the database server.
      - If any C(login_*) option, O(ssl_mode) or O(ca_cert) is set, O(variables) is ignored. What is not
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

    LOG: str = _LOG.format(option="log", what="the worker's log", required="false")
    WORKER_LOG: str = _LOG.format(option="worker_log", what="the worker's log", required="true")
    ACCESS_LOG: str = _LOG.format(option="access_log", what="the access log", required="true") + _ZONE
