# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Alembic prints, read out of the captured output of real runs."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.module_utils._text import alembic
from tests.unit.captured import captured, read_case, step

BASE, MIG_01B, HEAD = (
    "0005_mig_01a_event_window",
    "0006_mig_01b_reconciliation",
    "0007_mig_01c_finding_unique",
)
PROVIDERS = "0004_provider_events"


@pytest.mark.parametrize(
    ("case", "want"),
    [
        ("current_head", [HEAD]),
        ("current_behind", [PROVIDERS]),
        ("current_after_downgrade", [MIG_01B]),
        ("current_unstamped", []),
        ("current_unknown_revision", []),
        ("current_verbose_head", [HEAD]),
        ("current_verbose_behind", [PROVIDERS]),
        ("current_branches_verbose", ["0002_b", "0002_a"]),
        ("current_merged_verbose", ["0005_head"]),
        ("heads_merged", ["0005_head"]),
        ("heads_merged_verbose", ["0005_head"]),
        ("heads", [HEAD]),
        ("heads_two", [HEAD, "0007b_other_branch"]),
        ("check_clean", []),
    ],
)
def test_revisions(case: str, want: list[str]) -> None:
    assert alembic.revisions(read_case(f"alembic/{case}").stdout) == want


@pytest.mark.parametrize(
    ("stdout", "want"),
    [
        ("ae1027a6acf (head)\n", ["ae1027a6acf"]),
        ("a1 (branch) (effective head), why\nb2\n", ["a1", "b2"]),
        ("INFO  [alembic] something else\n", []),
        ("Connecting...\n1.0.2 (head)\n", ["1.0.2"]),
    ],
)
def test_revisions_are_told_from_other_lines(stdout: str, want: list[str]) -> None:
    assert alembic.revisions(stdout) == want


@pytest.mark.parametrize(
    ("stdout", "want"),
    [("ready\na1 (head)\n", ["a1"]), ("ready\n", []), ("a1\nb2\n", ["a1", "b2"])],
)
def test_only_what_the_history_lists_is_a_revision(stdout: str, want: list[str]) -> None:
    assert alembic.revisions(stdout, {"a1", "b2"}) == want


@pytest.mark.parametrize(
    ("case", "want"),
    [
        ("upgrade_head", [(PROVIDERS, BASE), (BASE, MIG_01B), (MIG_01B, HEAD)]),
        ("upgrade_duplicate_table", [(PROVIDERS, BASE), (BASE, MIG_01B)]),
        (
            "upgrade_merge",
            [
                ("", "0001_base"),
                ("0001_base", "0002_a"),
                ("0001_base", "0002_b"),
                ("0002_b", "0003_c"),
                ("0002_a, 0003_c", "0004_merge"),
                ("0004_merge", "0005_head"),
            ],
        ),
        ("upgrade_head_again", []),
        ("upgrade_head_warn_level", []),
        ("downgrade_1", []),
        ("downgrade_two", []),
        ("downgrade_quiet", []),
        ("upgrade_no_server", []),
    ],
)
def test_moves(case: str, want: list[tuple[str, str]]) -> None:
    assert alembic.moves(captured("alembic", f"alembic/{case}")) == want


@pytest.mark.parametrize(
    ("case", "want"),
    [
        (
            "upgrade_duplicate_table",
            'psycopg2.errors.DuplicateTable: relation "reconciliation_findings" already exists',
        ),
        (
            "upgrade_duplicate_constraint_name",
            'psycopg2.errors.DuplicateTable: relation "uq_recon_findings_provider_event_type" already exists',
        ),
        ("upgrade_lock_timeout", ""),
        ("upgrade_head", ""),
    ],
)
def test_already_exists(case: str, want: str) -> None:
    assert alembic.already_exists(captured("alembic", f"alembic/{case}")) == want


def test_what_is_no_object_of_the_database_does_not_exist_already() -> None:
    assert alembic.already_exists(step("alembic", stderr="FAILED: File 0008.py already exists\n")) == ""


@pytest.mark.parametrize(
    ("case", "want"),
    [
        ("check_behind", "FAILED: Target database is not up to date."),
        ("current_unknown_revision", "FAILED: Can't locate revision identified by '9999_gone'"),
        (
            "upgrade_lock_timeout",
            "psycopg2.errors.LockNotAvailable: canceling statement due to lock timeout",
        ),
        (
            "upgrade_no_server",
            'psycopg2.OperationalError: connection to server at "127.0.0.1", port 1 failed: '
            "Connection refused",
        ),
        ("upgrade_wrong_directory", "FAILED: No 'script_location' key found in configuration."),
        (
            "upgrade_without_url",
            "SYNC_DATABASE_URL is not set: give alembic the backend's environment, with a URL like "
            "postgresql+psycopg2://user:password@host:port/database",
        ),
    ],
)
def test_the_line_that_names_the_cause(case: str, want: str) -> None:
    assert alembic.error_line(captured("alembic", f"alembic/{case}")) == want


def test_a_command_that_printed_nothing_is_named_by_its_status() -> None:
    assert alembic.error_line(step("alembic", exit_status=3)) == "exit status 3"


@pytest.mark.parametrize(
    ("case", "revision", "want"),
    [
        ("history", HEAD, [MIG_01B]),
        ("history", "0001_players_wallets", []),
        ("history", "0009_unknown", []),
        ("history_two_heads", "0007b_other_branch", [MIG_01B]),
    ],
)
def test_the_revisions_before_one(case: str, revision: str, want: list[str]) -> None:
    assert alembic.parents(read_case(f"alembic/{case}").stdout, revision) == want


@pytest.mark.parametrize(
    ("line", "want"),
    [
        ("a, b -> c (head) (mergepoint), merge", ["a", "b"]),
        ("a -> c (head), ", ["a"]),
        ("a -> c", ["a"]),
        ("INFO using c -> d, x", []),
        ("a -> cc, other", []),
    ],
)
def test_each_form_of_a_line_of_the_history(line: str, want: list[str]) -> None:
    assert alembic.parents(line, "c") == want


@pytest.mark.parametrize(("names", "want"), [([], ""), (["a"], "a"), (["a", "b"], "")])
def test_the_only_one(names: list[str], want: str) -> None:
    assert alembic.single(names) == want


@pytest.mark.parametrize(
    ("revision", "want"),
    [
        ("0001_base", []),
        ("0002_a", ["0001_base"]),
        ("0003_c", ["0002_b"]),
        ("0004_merge", ["0002_a", "0003_c"]),
        ("0005_head", ["0004_merge"]),
        ("b", []),
    ],
)
def test_a_history_with_branches_and_any_message(revision: str, want: list[str]) -> None:
    history = read_case("alembic/history_merge").stdout
    assert alembic.parents(history, revision) == want
    assert (revision in alembic.known(history)) is (revision != "b")


@pytest.mark.parametrize(
    ("argv", "want"),
    [
        (["alembic"], ""),
        (["alembic", "-c", "other.ini"], "other.ini"),
        (["alembic", "-cother.ini", "-x", "a=b"], "other.ini"),
        (["python", "-m", "alembic", "--config", "etc/a.ini"], "etc/a.ini"),
        (["alembic", "--config=etc/a.ini"], "etc/a.ini"),
        (["alembic", "-c"], ""),
    ],
)
def test_the_configuration_that_a_command_names(argv: list[str], want: str) -> None:
    assert alembic.config_given(argv) == want


@pytest.mark.parametrize(
    ("used", "others", "want"),
    [
        ("/app/backend/alembic.ini", [], ""),
        ("", [], ""),
        (
            "/app/backend/alembic.ini",
            ["/app/alembic.ini", "/app/backend/jobs/alembic.ini"],
            "Alembic's file in force is /app/backend/alembic.ini, not /app/alembic.ini, "
            "/app/backend/jobs/alembic.ini",
        ),
        ("", ["/app/alembic.ini"], "Alembic's file in force is none that exists, not /app/alembic.ini"),
    ],
)
def test_several_configurations_are_said(used: str, others: list[str], want: str) -> None:
    assert alembic.several_configs(alembic.config_lines(used, others)) == want
