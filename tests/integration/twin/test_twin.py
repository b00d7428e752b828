# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The twin comes up whole, with no more rights than it takes. C(make anywhere) runs this in two places."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import psycopg2
import pytest

from tests.integration.conftest import read_env, twin_command

TWIN = Path(__file__).parents[2] / "twin"
DAC_OVERRIDE = 1 << 1
CREATE_CLUSTER = """\
import pathlib, sys
from twinlib import errors, postgres
folder = pathlib.Path(sys.argv[1])
try:
    postgres.create_cluster(folder / "data", 20000, folder / "password")
except errors.TwinError as error:
    sys.exit(str(error))
"""


def test_the_backend_is_ready(fresh_twin: dict[str, t.Any]) -> None:
    with build_opener(ProxyHandler({})).open(f"{fresh_twin['backend_url']}/ready", timeout=10) as answer:
        assert answer.status == 200


def test_the_database_has_its_players(fresh_twin: dict[str, t.Any]) -> None:
    url = read_env(fresh_twin)["SYNC_DATABASE_URL"].replace("postgresql+psycopg2", "postgresql")
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM players")
        assert cursor.fetchone() == (1200,)
    connection.close()


def test_postgres_has_no_more_rights_than_it_takes(fresh_twin: dict[str, t.Any]) -> None:
    pid_file = Path(fresh_twin["app"]).parent / "data" / "postgres" / "postmaster.pid"
    status = Path(f"/proc/{pid_file.read_text('utf-8').split()[0]}/status").read_text("utf-8")
    about = dict(line.split(":\t", 1) for line in status.splitlines())
    assert "0" not in about["Uid"].split()
    assert int(about["CapEff"], 16) == (DAC_OVERRIDE if os.geteuid() == 0 else 0)


def test_down_leaves_nothing(fresh_twin: dict[str, t.Any]) -> None:
    twin_command("down")
    assert not Path(fresh_twin["app"]).parent.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has capabilities to lose")
def test_root_without_its_capabilities_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "password").write_text("postgres\n", "utf-8")
    done = subprocess.run(
        ["setpriv", "--bounding-set=-setpcap", sys.executable, "-c", CREATE_CLUSTER, str(tmp_path)],
        cwd=TWIN,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "initdb failed" in done.stderr
    assert "grant these, or run as an ordinary user" in done.stderr
