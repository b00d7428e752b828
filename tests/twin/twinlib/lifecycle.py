# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Up, down, reset, status. Each takes the twin's layout and returns an exit status."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from twinlib import database, deployment, postgres, settings, supervisor
from twinlib.errors import TwinError
from twinlib.layout import SOURCES, Layout
from twinlib.processes import alive, end_left_overs, wait_until
from twinlib.supervisor import Supervisor

READY_SECONDS = 20
STOP_SECONDS = 2
LAST_LINES = 5
SERVER_ERROR = 500
# Not through a proxy that the environment may name.
_http = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_started = time.monotonic()


def up(layout: Layout) -> int:
    """Deploy and start, unless it is up already."""
    with _alone():
        _bring_up(layout)
    return 0


def down(layout: Layout) -> int:
    """Stop every process and remove every file."""
    with _alone():
        _bring_down(layout)
    return 0


def reset(layout: Layout) -> int:
    """Back to the start."""
    with _alone():
        _bring_down(layout)
        _bring_up(layout)
    return 0


def status(layout: Layout) -> int:
    """Print which programs run; 1 where the twin is not up."""
    if not _is_up(layout):
        print("the twin is down")
        return 1
    for program, state in sorted(Supervisor(layout).states().items()):
        print(f"{program:<10}{state}")
    _print_places(layout)
    return 0


@contextmanager
def _alone() -> Iterator[None]:
    """One command at a time; the lock is on the sources, as the twin itself comes and goes."""
    handle = os.open(SOURCES, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _is_up(layout: Layout) -> bool:
    return layout.state.exists() and Supervisor(layout).answers()


def _bring_up(layout: Layout) -> None:
    if _is_up(layout):
        _say("the twin is up already; left as it is")
        _print_places(layout)
        return
    if layout.home.exists():
        _bring_down(layout)
    try:
        _deploy_and_start(layout)
    except BaseException:
        # The logs stay, for a look at what went wrong; the processes do not.
        _stop(layout)
        layout.state.unlink(missing_ok=True)
        raise
    _say("the twin is up, one release behind")
    _print_places(layout)


def _deploy_and_start(layout: Layout) -> None:
    layout.make_directories()
    new = settings.new_settings(layout)
    settings.write(new)
    deployment.copy_applications(layout)
    deployment.configure_supervisor(new)
    _say("applications and configuration deployed")
    postgres.create_cluster(layout.cluster, new.ports.postgres, layout.secrets / "postgres_superuser")
    supervisor.start(layout)
    _say("database cluster made, programs started")
    database.create(new)
    database.migrate(new)
    database.seed(new)
    _say(f"database at {database.START_REVISION}, with its data")
    # Before the CI API is waited for: it reads the state.
    deployment.write_state(new)
    _wait_until_ready(layout, new)
    Supervisor(layout).start("provider")


def _wait_until_ready(layout: Layout, new: settings.Settings) -> None:
    urls = {"backend": f"{new.backend_url}/ready", "ci": f"{new.ci_url}/"}
    for program in Supervisor(layout).states():
        url = urls.get(program, "")
        if url and not wait_until(partial(_answers, url), READY_SECONDS):
            raise TwinError(f"{program} does not answer at {url}: {_end_of_log(layout, program)}")


def _answers(url: str) -> bool:
    try:
        with _http.open(url, timeout=2):
            return True
    except urllib.error.HTTPError as error:
        return error.code < SERVER_ERROR
    except OSError:
        return False


def _end_of_log(layout: Layout, program: str) -> str:
    log = layout.log / f"{program}.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:]
    return "\n".join([f"{log} ends with", *lines])


def _bring_down(layout: Layout) -> None:
    _stop(layout)
    if layout.home.exists():
        shutil.rmtree(layout.home)
    _say("the twin is down, and .twin/ removed")


def _stop(layout: Layout) -> None:
    running = Supervisor(layout)
    if running.answers():
        pid = running.pid()
        running.shut_down()
        wait_until(lambda: not running.answers() and not alive(pid), STOP_SECONDS)
    left_overs = end_left_overs(layout)
    if left_overs:
        _say(f"{left_overs} left-over processes ended")
    supervisor.remove_socket(layout)


def _print_places(layout: Layout) -> None:
    state = json.loads(layout.state.read_text(encoding="utf-8"))
    print(f"  backend  {state['backend_url']}/admin/withdrawals")
    print(f"  CI API   {state['ci_url']}")
    print(f"  state    {layout.state}")
    print(f"  logs     {layout.log}")


def _say(text: str) -> None:
    print(f"[{time.monotonic() - _started:5.1f} s] {text}", flush=True)
