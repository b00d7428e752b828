# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker's HEALTHCHECK: its heartbeat is there, and younger than the worker.

    python3 arq_healthcheck.py KEY INTERVAL [UNIT]

KEY is the queue's name with C(:health-check) behind it, INTERVAL the worker's health_check_interval in
seconds. Redis is the one that the environment's REDIS_URL names; the worker is the main process of the
systemd unit, or without one the container's first process. The heartbeat of a worker that was killed
outlives it by an interval, so that its being there is not enough.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import redis

LIMIT_SECONDS = 5


def problem(key: str, interval: float, unit: str) -> str:
    """Return what is wrong, or nothing."""
    connection = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=3, socket_connect_timeout=3)
    try:
        left = connection.pttl(key)
    except redis.RedisError as error:
        return f"Redis cannot be asked: {error}"
    if left < 0:
        return f"there is no heartbeat {key}"
    # arq lets the key live for a second longer than its interval.
    age, up = interval + 1 - left / 1000, uptime(main_process(unit) if unit else 1)
    if age < 0:
        return f"the heartbeat {key} lives for {left / 1000:.0f} s more, too long for its interval"
    if age > up:
        return f"the heartbeat {key} is {age:.0f} s old, the worker runs for {up:.0f} s"
    return ""


def main_process(unit: str) -> int:
    """Return the number of a unit's main process; 0 where it does not run."""
    asked = ["systemctl", "show", "--property=MainPID", "--value", unit]
    return int(subprocess.run(asked, capture_output=True, timeout=LIMIT_SECONDS, check=True).stdout)


def uptime(pid: int) -> float:
    """Return for how many seconds the worker has been running."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0
    # The name in parentheses may hold anything; the fields count from behind it.
    began = int(stat.read_text("utf-8").rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return float(Path("/proc/uptime").read_text("utf-8").split()[0]) - began


def main() -> int:
    """Say how it is; 1 where it is not well."""
    found = problem(sys.argv[1], float(sys.argv[2]), "".join(sys.argv[3:]))
    print(found or "the heartbeat is fresh")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
