#!/usr/bin/python
# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of this name, which never reaches a host."""

from __future__ import annotations

DOCUMENTATION = r"""
module: closure_ticket
short_description: Bring the report into the ticket, and carry the closing rule out
version_added: 0.1.0
description:
  - Posts the report that M(psp.rc_closure.closure_report) wrote, complete and as text, in as many comments
    as the ticket's limit asks for. A comment ends on the border of a step where that is possible. A step
    that is longer is cut inside, and its code block closed and opened again.
  - Each comment begins with a line that names the ticket, release and attempt, its number and its digest.
    By it, posting again updates and never doubles, and a posting that was cut off goes on where it ended.
  - Behind the parts stands the verdict, with the digest of the attempt in the locker. What was posted is
    read back, joined and compared with the report before anything else is done.
  - Where all four packages are PASS, and O(close) is set, the ticket is then closed. With a FAIL it is not.
    It gets O(label), is opened again where this module had closed it, and O(analysts) are asked for the
    root-cause analysis.
  - What a later attempt has decided is left as it is. A PASS closes nothing where a later attempt for the
    ticket is FAIL, or was begun and never reported, and a FAIL opens nothing where a later one is PASS. A
    ticket that holds the closure of another ticket, too, is neither closed nor opened again.
  - Where a migration would make what is there already, the question whether to reset or to stamp is a part
    of the report, with the facts to decide by, and with what M(psp.rc_closure.closure_decision) has kept.
author:
  - psp.rc_closure contributors (@psp-rc-closure)
extends_documentation_fragment:
  - psp.rc_closure.controller
attributes:
  check_mode:
    description: Reads the ticket, writes nothing, and says what would be posted.
    support: full
options:
  attempt:
    description:
      - The fact C(rc_closure_attempt), or an attempt that was kept before, as C(locker), C(ticket),
        C(release), C(commit), C(environment) and C(name); without C(name) the newest one that has a report.
      - Without it, the other options are checked, and that is all.
    type: dict
  provider:
    description:
      - Where the ticket is kept. V(file) writes the comments into the folder C(ticket) beside the report,
        for a person to paste.
    type: str
    choices: [file, github, jira]
    default: file
  url:
    description:
      - The address of GitHub's API (C(https://HOST/api/v3) for a server of one's own), by default
        C(https://api.github.com), or of Jira itself.
    type: str
  repository:
    description: GitHub's repository, as C(owner/name).
    type: str
  issue:
    description: The issue's number on GitHub, or its key in Jira. By default the attempt's ticket.
    type: str
  user:
    description:
      - In Jira's Cloud, the e-mail address of the token's owner. Without it, the token is sent as a
        bearer's.
    type: str
  token:
    description: The token itself. Prefer O(token_file) or O(token_env).
    type: str
  token_file:
    description: A file on the controller that holds the token.
    type: path
  token_env:
    description: The name of an environment variable of the controller that holds the token.
    type: str
  ca_file:
    description: A PEM file of the authorities to trust in place of the system's.
    type: path
  characters:
    description:
      - The longest comment, in characters. By default 65,536, or 32,767 in Jira.
    type: int
  interval:
    description: Seconds between two requests that write; GitHub asks for at least one.
    type: float
    default: 1.0
  limit:
    description: Seconds that posting may take, waiting for rate limits included.
    type: float
    default: 1800.0
  close:
    description: Whether to close the ticket where all four packages are PASS.
    type: bool
    default: false
  label:
    description: The label of a ticket with a FAIL; it is taken away when the gate is PASS. Empty for none.
    type: str
    default: closure-failed
  analysts:
    description:
      - Whom to ask for the root-cause analysis, as the ticket addresses people, for instance
        C(@psp/backend).
    type: str
    default: Dev/Backend
  deployment:
    description: Which Jira it is. V(auto) asks it.
    type: str
    choices: [auto, cloud, data_center]
    default: auto
  close_transition:
    description:
      - Jira's transition that closes, by its name or its status's. By default the only one to a status that
        is done.
    type: str
  reopen_transition:
    description: Jira's transition that opens again. By default the only one to a status that is not done.
    type: str
  resolution:
    description: The resolution to close with, where Jira's transition asks for one.
    type: str
"""

EXAMPLES = r"""
- name: Tell the ticket on GitHub
  psp.rc_closure.closure_ticket:
    attempt: "{{ rc_closure_attempt }}"
    provider: github
    repository: psp/backend
    issue: "1234"
    token_file: /etc/rc_closure/github_token
    analysts: "@psp/backend"
    close: true

- name: Go on with a posting to Jira that was cut off
  psp.rc_closure.closure_ticket:
    attempt:
      locker: /srv/evidence
      ticket: PSP-1234
      release: 2026.11.0-rc3
    provider: jira
    url: https://example.atlassian.net
    user: closure@example.org
    token_env: JIRA_TOKEN
"""

RETURN = r"""
ticket:
  description: What people call the ticket.
  returned: success
  type: str
  sample: psp/backend#1234
url:
  description: Where people read it.
  returned: success
  type: str
  sample: https://github.com/psp/backend/issues/1234
action:
  description: What the closing rule asked for, one of C(close), C(reopen) and C(stay).
  returned: success
  type: str
  sample: stay
state:
  description: The ticket's own name for the state that it is in.
  returned: success
  type: str
  sample: open
added:
  description: How many comments were added, or in check mode would be.
  returned: success
  type: int
  sample: 3
edited:
  description: How many comments were updated, or in check mode would be.
  returned: success
  type: int
  sample: 0
comments:
  description: The comments as the ticket shows them, the parts in order and the verdict behind them.
  returned: success
  type: list
  elements: dict
  contains:
    kind: {description: "C(part) or C(verdict).", type: str, sample: part}
    name: {description: "The part's number, or C(verdict).", type: str, sample: 1/3}
    sha256: {description: "Of its text.", type: str, sample:
    7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730}
    characters: {description: "Of its text.", type: int, sample: 61234}
    url: {description: "Where people read it.", type: str, sample:
    "https://github.com/psp/backend/issues/1234#issuecomment-1"}
report_sha256:
  description: Of the report's text, which the parts give when they are joined.
  returned: success
  type: str
  sample: 7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730
"""
