# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX is set up by one playbook; a second run changes nothing, and bad input is named before anything is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from tests.integration.awx import awx_stand_in
from tests.integration.conftest import ROOT

NAME = "PSP release closure"
GIVEN = {
    "awx_setup_repository": "https://git.example/psp/closure.git",
    "awx_setup_inventory": "inventories/monday",
    "awx_setup_locker": "/var/lib/psp/evidence",
    "awx_setup_credentials": ["PSP CI"],
    "awx_setup_notification_url": "https://chat.example/hook",
}


@pytest.fixture
def awx() -> t.Iterator[tuple[str, awx_stand_in.State]]:
    with awx_stand_in.serve() as served:
        served[1].add("credentials", {"name": "PSP CI"})
        yield served


@pytest.fixture(scope="module")
def ready() -> t.Iterator[tuple[str, awx_stand_in.State]]:
    """Return one that was set up."""
    with awx_stand_in.serve() as (url, state):
        state.add("credentials", {"name": "PSP CI"})
        status, output = setup(url)
        assert status == 0, output
        yield url, state


def setup(url: str, token: str = awx_stand_in.TOKEN, **changed: t.Any) -> tuple[int, str]:
    """Run the playbook, and return its status and all that it printed."""
    given = {name: value for name, value in {**GIVEN, **changed}.items() if value is not None}
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            str(ROOT / "playbooks" / "awx_setup.yml"),
            *(
                "-i",
                "localhost,",
                "-e",
                json.dumps(given),
                "-e",
                f"ansible_python_interpreter={sys.executable}",
            ),
        ],
        cwd=ROOT,
        env={**os.environ, "CONTROLLER_HOST": url, "CONTROLLER_OAUTH_TOKEN": token, "COLUMNS": "2000"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert awx_stand_in.TOKEN not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def test_it_is_set_up_and_a_second_run_changes_nothing(
    ready: tuple[str, awx_stand_in.State],
) -> None:
    url, state = ready
    kinds = {path.split("/")[3] for _method, path, _sent in state.writes}
    assert {"organizations", "projects", "inventories", "inventory_sources", "notification_templates"} < kinds
    templates = state.named("job_templates")
    assert {name: one["playbook"] for name, one in templates.items()} == {
        f"{NAME}: closure": "playbooks/rc_closure.yml",
        **{f"{NAME}: package {number}": "playbooks/rc_closure.yml" for number in range(4)},
        f"{NAME}: gate": "playbooks/rc_closure.yml",
        f"{NAME}: ticket": "playbooks/ticket.yml",
        f"{NAME}: verify": "playbooks/verify.yml",
    }
    assert state.named("inventory_sources")[NAME]["source_path"] == "inventories/monday"
    for one in templates.values():
        assert (ROOT / one["playbook"]).is_file()
        assert one["project"] == state.named("projects")[NAME]["id"]
        assert json.loads(one["extra_vars"])["rc_closure_locker"] == "/var/lib/psp/evidence"
        assert state.associated[f"{one['url']}credentials/"] == [state.named("credentials")["PSP CI"]["id"]]
        for when in ("success", "error"):
            told = state.associated.get(f"{one['url']}notification_templates_{when}/", [])
            assert len(told) == (0 if one["job_tags"] else 1), one["name"]
    before = len(state.writes)
    status, output = setup(url)
    assert status == 0, output
    assert re.search(r"changed=0 ", output), output
    assert len(state.writes) == before
    assert "WARNING]" not in output


def test_the_workflow_is_of_the_packages_and_then_the_gate(ready: tuple[str, awx_stand_in.State]) -> None:
    _url, state = ready
    (workflow,) = state.objects["workflow_job_templates"]
    assert state.surveys[f"{workflow['url']}survey_spec/"]["spec"][0]["variable"] == "rc_closure_ticket"
    nodes = {one["id"]: one for one in state.objects["workflow_job_template_nodes"]}
    names = {number: one["identifier"] for number, one in nodes.items()}
    then = {
        one["identifier"]: [
            names[number] for number in state.associated.get(f"{one['url']}always_nodes/", [])
        ]
        for one in nodes.values()
    }
    assert then == {
        "package 0": ["gate"],
        "package 1": ["package 3"],
        "package 3": ["package 2"],
        "package 2": ["gate"],
        "gate": [],
    }
    templates = {one["id"]: one for one in state.objects["job_templates"]}
    for node in nodes.values():
        template = templates[node["unified_job_template"]]
        assert node["workflow_job_template"] == workflow["id"]
        assert template["name"] == f"{NAME}: {node['identifier']}"
        assert template["job_tags"] == node["identifier"].replace(" ", "_")
        # Its variables are the workflow's answers.
        assert (template["ask_variables_on_launch"], template["survey_enabled"]) == (True, False)
        assert node.get("all_parents_must_converge", False) is (node["identifier"] == "gate")
    assert len(state.associated[f"{workflow['url']}notification_templates_error/"]) == 1


def test_a_secret_becomes_a_file_or_a_variable_of_the_environment(
    awx: tuple[str, awx_stand_in.State],
) -> None:
    url, state = awx
    assert setup(url)[0] == 0
    types = state.named("credential_types")
    assert types["PSP CI token"]["injectors"] == {
        "file": {"template.token": "{{ token }}"},
        "extra_vars": {"package_0_ci_token_file": "{{ tower.filename.token }}"},
    }
    assert types["PSP ticket token"]["injectors"] == {
        "env": {"RC_CLOSURE_TICKET_TOKEN": "{{ token }}"},
        "extra_vars": {"rc_closure_ticket_token_env": "RC_CLOSURE_TICKET_TOKEN"},
    }
    assert types["PSP signing key"]["injectors"] == {
        "file": {"template.key": "{{ key }}"},
        "env": {
            "RC_CLOSURE_SIGNING_KEY": "{{ tower.filename.key }}",
            "RC_CLOSURE_SIGNING_PASSPHRASE": "{{ passphrase | default('') }}",
        },
    }
    assert types["PSP signing key"]["inputs"]["required"] == ["key"]
    assert all(field["secret"] for one in types.values() for field in one["inputs"]["fields"])


def test_the_survey_asks_for_what_a_release_is(
    ready: tuple[str, awx_stand_in.State],
) -> None:
    _url, state = ready
    closure = state.named("job_templates")[f"{NAME}: closure"]
    questions = {one["variable"]: one for one in state.surveys[f"{closure['url']}survey_spec/"]["spec"]}
    required = {name for name, one in questions.items() if one["required"]}
    assert required == {"rc_closure_ticket", "rc_closure_release", "rc_closure_commit"}
    assert (questions["rc_closure_commit"]["min"], questions["rc_closure_commit"]["max"]) == (40, 40)
    assert questions["rc_closure_decision"]["choices"] == ["reset", "stamp"]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"awx_setup_credentials": ["PSP CI", "No such"]}, "AWX lacks No such"),
        ({"awx_setup_locker": "evidence"}, "an absolute path that outlives a job (evidence)"),
        ({"awx_setup_inventory": "/etc"}, "the inventory's path in it (/etc)"),
        ({"awx_setup_repository": None}, "the URL of the project (missing)"),
        ({"token": "wrong"}, "401"),
    ],
)
def test_bad_input_is_named_before_anything_is_touched(
    awx: tuple[str, awx_stand_in.State], changed: dict[str, t.Any], named: str
) -> None:
    url, state = awx
    status, output = setup(url, **changed)
    assert status != 0
    assert named in output
    assert state.writes == []
