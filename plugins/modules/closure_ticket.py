#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

DOCUMENTATION = r"""
module: closure_ticket
short_description: Post the report to the ticket and apply the closing rule
version_added: 0.1.0
description:
  - Posts the report that M(psp.rc_closure.closure_report) wrote, complete and as text, in as many comments as
    the ticket's limit requires. Posting again updates comments and never repeats them, and continues where an
    earlier posting stopped.
  - The last comment is the verdict, with the digest of the attempt in the locker. Before it acts on the
    ticket, the module reads the comments back, joins them and compares them with the report.
  - If all four packages are PASS and O(close) is set, it closes the ticket. On a FAIL, it does not close it,
    sets O(label), reopens the ticket if this module had closed it, and asks O(analysts) for the root-cause
    analysis. It does not ask them about a package that could not be collected.
  - It respects later attempts. A PASS does not close a ticket if a later attempt is FAIL or was not reported,
    and a FAIL does not reopen it if a later one is PASS. A ticket that also contains the closure of another
    ticket is neither closed nor reopened.
author: psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
  - psp.rc_closure.controller.attempt
  - psp.rc_closure.collector.ca_file
attributes:
  check_mode:
    details: Reads the ticket, writes nothing, and reports what would be posted.
options:
  provider:
    description: Where the ticket is. V(file) writes the comments into the locker's folder C(ticket).
    type: str
    choices: [file, github, jira]
    default: file
  url:
    description: Base URL of Jira, or of GitHub's API, C(https://HOST/api/v3) for GitHub Enterprise Server.
      Defaults to C(https://api.github.com) for GitHub.
    type: str
  repository:
    description: The repository on GitHub, as C(owner/name).
    type: str
  issue:
    description: Number of the issue on GitHub, or its key in Jira. Defaults to the ticket of the attempt.
    type: str
  user:
    description: E-mail address of the token's owner in Jira Cloud. Without it, a bearer token is sent.
    type: str
  token:
    description: The token. Prefer O(token_file) or O(token_env).
    type: str
  token_file:
    description: Path of a file on the controller that contains the token.
    type: path
  token_env:
    description: Name of an environment variable of the controller that contains the token.
    type: str
  characters:
    description: Maximum length of a comment in characters. Defaults to 65,536, or in Jira to 32,767.
    type: int
  interval:
    description: Seconds between two requests that write. GitHub requires at least one.
    type: float
    default: 1.0
  limit:
    description: Seconds that posting may take, including waits for rate limits.
    type: float
    default: 1800.0
  close:
    description: Whether to close the ticket if all four packages are PASS.
    type: bool
    default: false
  label:
    description: Label of a ticket with a FAIL, removed when the gate is PASS. Empty for none.
    type: str
    default: closure-failed
  analysts:
    description: Whom to ask for the root-cause analysis, as the ticket addresses people.
    type: str
    default: Dev/Backend
  deployment:
    description: Deployment type of Jira. V(auto) requests it from the server.
    type: str
    choices: [auto, cloud, data_center]
    default: auto
  close_transition:
    description: Name of Jira's transition that closes the issue, or of its status. Defaults to the only one
      to a status that is done.
    type: str
  reopen_transition:
    description: Name of Jira's transition that reopens the issue, or of its status. Defaults to the only one
      to a status that is not done.
    type: str
  resolution:
    description: The resolution to close with, if Jira's transition requires one.
    type: str
seealso:
  - module: psp.rc_closure.closure_report
  - name: REST API endpoints for issue comments
    description: GitHub's reference of the API that is used.
    link: https://docs.github.com/en/rest/issues/comments
  - name: The Jira Cloud platform REST API
    description: Atlassian's reference of the API that is used.
    link: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
"""

EXAMPLES = r"""
- name: Post to an issue on GitHub, and close it on PASS
  psp.rc_closure.closure_ticket:
    attempt: "{{ ansible_facts.rc_closure_attempt }}"
    provider: github
    repository: psp/backend
    issue: "1234"
    token_file: /etc/rc_closure/github_token
    analysts: "@psp/backend"
    close: true

- name: Continue an interrupted posting to Jira Cloud
  psp.rc_closure.closure_ticket:
    attempt: {locker: /srv/evidence, ticket: PSP-1234, release: 2026.11.0-rc3}
    provider: jira
    url: https://example.atlassian.net
    user: closure@example.org
    token_env: JIRA_TOKEN
"""

RETURN = r"""
ticket:
  description: Name of the ticket for people.
  returned: success, with O(attempt)
  type: str
  sample: psp/backend#1234
url:
  description: URL of the ticket's page, or path of its folder.
  returned: success, with O(attempt)
  type: str
  sample: https://github.com/psp/backend/issues/1234
action:
  description: What the closing rule requires, C(close), C(reopen) or C(stay).
  returned: success, with O(attempt)
  type: str
  sample: stay
state:
  description: Name of the ticket's state.
  returned: success, with O(attempt)
  type: str
  sample: open
added:
  description: Number of comments that were added, or in check mode would be.
  returned: success, with O(attempt)
  type: int
  sample: 3
edited:
  description: Number of comments that were updated, or in check mode would be.
  returned: success, with O(attempt)
  type: int
  sample: 0
comments:
  description: The comments in the ticket, first the parts in order and then the verdict, with the SHA-256
    and the length of the text.
  returned: success, with O(attempt)
  type: list
  sample:
    - {kind: part, name: 1/3, sha256: 7d865e959b2466918c9863afca942d0f, characters: 61234,
      url: "https://github.com/psp/backend/issues/1234#issuecomment-1"}
report_sha256:
  description: SHA-256 of the report's text, which is that of the joined parts.
  returned: success, with O(attempt)
  type: str
  sample: 7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730
"""
