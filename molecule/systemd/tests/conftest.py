# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine with systemd, as its operator sees it."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

LIMIT_SECONDS = 180
UNITS = ("psp-redis", "psp-worker", "psp-backend")


class Machine:
    """The machine, its units, and the playbooks on it."""

    def __init__(self, staging: Any) -> None:
        """Take the scenario's containers."""
        self._staging = staging
        self.secrets: dict[str, str] = staging.secrets()
        self.work = staging.work
        self.host = staging.inside("machine")

    def run(self, command: str, *arguments: str) -> Any:
        """Run a command, whatever comes of it."""
        return self.host.run(command, *arguments)

    def out(self, command: str, *arguments: str) -> str:
        """Run a command that must succeed, and return what it prints."""
        done = self.run(command, *arguments)
        assert done.rc == 0, f"{command}: {done.stdout}{done.stderr}"
        return str(done.stdout)

    def show(self, unit: str, what: str) -> str:
        """Return a property of a unit."""
        return self.out(f"systemctl show --property={what} --value {unit}").strip()

    def environment(self, unit: str) -> dict[str, str]:
        """Return what a unit's main process was started with."""
        raw = self.host.file(f"/proc/{self.show(unit, 'MainPID')}/environ").content.decode()
        return dict(pair.split("=", 1) for pair in raw.split("\0") if pair)

    def healthy(self, unit: str) -> bool:
        """Carry out a unit's healthcheck."""
        return bool(self.run(f"systemctl start {unit}-health.service").rc == 0)

    def journal(self, unit: str) -> str:
        """Return what a unit's processes have logged."""
        return self.out(f"journalctl --quiet --no-pager --output=cat _SYSTEMD_UNIT={unit}.service")

    def inside_worker(self, code: str) -> str:
        """Run Python with the worker's environment, and return what it prints."""
        return self.out("dotenv -f /etc/psp/worker.env run -- python3 -c %s", code).strip()

    def redis(self, call: str) -> str:
        """Return what Redis answers the worker's user; C(r) is the connection."""
        connect = "import os, redis; r = redis.Redis.from_url(os.environ['REDIS_URL'], decode_responses=True)"
        return self.inside_worker(f"{connect}; print({call})")

    def api(self, method: str, path: str, body: str = "") -> dict[str, Any]:
        """Ask the backend, with the token that the worker has."""
        code = (
            "import os, urllib.request as u; "
            f"q = u.Request('http://127.0.0.1:8000/api/v1/reconciliation/{path}', method='{method}', "
            f"data={body.encode() or None!r}, headers={{'Content-Type': 'application/json', "
            "'Authorization': 'Bearer ' + os.environ['API_TOKEN']}); print(u.urlopen(q).read().decode())"
        )
        return dict(json.loads(self.inside_worker(code)))

    def play(self, playbook: str, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Run a playbook on the machine alone, whatever comes of it."""
        command = self._staging.command(playbook, *arguments, **variables)
        alone = [word for word in command if not word.endswith("/molecule/shared/inventory")]
        return subprocess.run(
            alone,
            cwd=self._staging.root,
            env=self._staging.playbook_environment(),
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    def stand_up(self, **variables: Any) -> subprocess.CompletedProcess[str]:
        """Stand the queue up again, whatever comes of it."""
        return self.play("playbooks/queue_enablement.yml", **variables)

    def let_in(self, folder: Path) -> Path:
        """Let the user C(deploy) in by a new key; return an inventory that comes by it."""
        key, known, inventory = folder / "key", folder / "known_hosts", folder / "hosts.json"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, timeout=30)
        self.out("install --directory --owner=deploy --mode=0700 /home/deploy/.ssh")
        self.out("echo %s >/home/deploy/.ssh/authorized_keys", key.with_suffix(".pub").read_text("utf-8"))
        port = (
            self._staging.docker("port", f"{self._staging.prefix}-machine", "22").rpartition(":")[2].strip()
        )
        known.write_text(f"[127.0.0.1]:{port} {self.out('cat /etc/ssh/ssh_host_ed25519_key.pub')}", "utf-8")
        reached = {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": int(port),
            "ansible_user": "deploy",
            "ansible_become": True,
            "ansible_remote_tmp": "~/.ansible/tmp",
            "ansible_ssh_private_key_file": str(key),
            "ansible_ssh_common_args": f"-F none -o StrictHostKeyChecking=yes -o UserKnownHostsFile={known}",
        }
        inventory.write_text(json.dumps({"all": {"hosts": {"machine": reached}}}), "utf-8")
        return inventory

    def restart(self) -> None:
        """Start the machine anew, and wait until it is up."""
        self._staging.docker("restart", f"{self._staging.prefix}-machine")
        deadline = time.monotonic() + LIMIT_SECONDS
        while self.run("systemctl is-system-running --wait").stdout.strip() not in ("running", "degraded"):
            assert time.monotonic() < deadline, "the machine does not come up"


@pytest.fixture(scope="session")
def machine(staging: Any) -> Machine:
    """The machine."""
    return Machine(staging)


@pytest.fixture(scope="session")
def ssh(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The argument with which a playbook reaches the machine over ssh, as a user who has to become root."""
    return f"--inventory={machine.let_in(tmp_path_factory.mktemp('ssh'))}"


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest) -> str:
    """One of the units."""
    return str(request.param)
