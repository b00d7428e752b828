# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checklist's callback by real runs: through a pipe, on a terminal, verbose, and broken off."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest

from tests.integration.conftest import ROOT
from tests.terminal import Terminal

PLAYBOOK = Path(sys.executable).parent / "ansible-playbook"
LIMIT_SECONDS = 120
SECRET = "hunter2hunter2"
TIME = re.compile(r"^\d\d:\d\d:\d\dZ  ")
PLAYS = """
- name: First play
  hosts: all
  gather_facts: false
  vars: {who: world}
  tasks:
    - name: Show {{ who }}
      ansible.builtin.debug: {msg: "password=%(secret)s\\nand more"}
    - name: Go to one who is away
      ansible.builtin.ping:
      when: inventory_hostname == 'away'
    - name: Look away
      ansible.builtin.command: echo %(secret)s
      no_log: true
      changed_when: false
    - name: Leave out
      ansible.builtin.command: /bin/false
      when: false
    - name: Rescue it
      block:
        - name: Fail in a block
          ansible.builtin.fail: {msg: "broken in a block"}
      rescue:
        - name: Take care
          ansible.builtin.debug: {msg: cared for}
    - name: Fail and be ignored
      ansible.builtin.fail: {msg: "of no matter"}
      ignore_errors: true
    - name: Look at each
      ansible.builtin.command: test {{ item }} = a
      loop: [a, b]
      changed_when: false
      ignore_errors: true
    - name: Write a file
      ansible.builtin.copy:
        dest: "%(folder)s/{{ inventory_hostname }}"
        content: "DB_PASSWORD=%(secret)s\\n"
      notify: Hear of it
  handlers:
    - name: Hear of it
      ansible.builtin.debug: {msg: heard}
- name: Second play
  hosts: one:two
  strategy: ansible.builtin.free
  gather_facts: false
  tasks:
    - name: Include more
      ansible.builtin.include_tasks: more.yml
- name: Third play
  hosts: none_of_them
  gather_facts: false
"""
MORE = """
- name: Try again
  ansible.builtin.command: test -e %(folder)s/never
  register: tried
  retries: 2
  delay: 1
  until: tried is success
  changed_when: false
  when: inventory_hostname == 'two'
  ignore_errors: true
- name: Break
  ansible.builtin.shell: echo %(secret)s_out; echo problem >&2; exit 3
  args: {executable: /bin/sh}
  when: inventory_hostname == 'one'
- name: Not known
  ansible.builtin.debug: {msg: "{{ unknown_variable }}"}
"""
SHORT = """
- name: Short play
  hosts: one
  gather_facts: false
  tasks:
    - name: Show it
      ansible.builtin.debug: {msg: "password=%(secret)s"}
    - name: Write it
      ansible.builtin.copy: {dest: "%(folder)s/short", content: "DB_PASSWORD=%(secret)s"}
    - name: Fail
      ansible.builtin.fail: {msg: on purpose}
"""
LONG = """
- name: Long play
  hosts: one
  gather_facts: false
  tasks:
    - name: Sleep
      # No async task: an interruption that meets a worker's message of a poll leaves Ansible waiting.
      ansible.builtin.wait_for: {path: "%(folder)s/never", timeout: 90}
"""
INVENTORY = """
all:
  vars: {ansible_connection: local, ansible_python_interpreter: "%(python)s"}
  hosts:
    one:
    two:
    away: {ansible_connection: ssh, ansible_host: 127.0.0.1, ansible_port: 1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with plays that meet all that a play can meet."""
    place = tmp_path_factory.mktemp("plays")
    given = {"folder": str(place), "secret": SECRET, "python": sys.executable}
    files = {
        "plays.yml": PLAYS,
        "more.yml": MORE,
        "short.yml": SHORT,
        "long.yml": LONG,
        "hosts.yml": INVENTORY,
    }
    for name, text in files.items():
        (place / name).write_text(text % given, "utf-8")
    return place


def environment(**more: str) -> dict[str, str]:
    """Return an environment with the callback, and nothing that says how to show it."""
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "COLUMNS")}
    kept = {name: value for name, value in kept.items() if not name.startswith("ANSIBLE_")}
    return {**kept, "ANSIBLE_STDOUT_CALLBACK": "psp.rc_closure.checklist", "TERM": "xterm-256color", **more}


def piped(folder: Path, playbook: str, *arguments: str) -> tuple[int, str]:
    """Return the exit status and the output of a run that has no terminal."""
    done = subprocess.run(
        [PLAYBOOK, "-i", folder / "hosts.yml", folder / playbook, *arguments],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout


def on_terminal(
    folder: Path, playbook: str, *, until: t.Callable[[Terminal], bool] | None = None, **env: str
) -> tuple[int, str, Terminal]:
    """Return the exit status and what a terminal was sent and shows; interrupted at C(until)."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        argv = [str(PLAYBOOK), "-i", str(folder / "hosts.yml"), str(folder / playbook)]
        os.execve(argv[0], argv, environment(**env))
    screen, sent, deadline = Terminal(80), b"", time.monotonic() + LIMIT_SECONDS
    try:
        while time.monotonic() < deadline:
            if not select.select([terminal], [], [], 1)[0]:
                continue
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            sent += data
            screen = Terminal(80)
            screen.write(sent.decode("utf-8", "ignore"))
            if until and until(screen):
                os.write(terminal, b"\x03")
                until = None
        else:
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return status, sent.decode("utf-8"), screen


@pytest.fixture(scope="module")
def output(folder: Path) -> str:
    """Return what a pipe is given."""
    status, output = piped(folder, "plays.yml")
    assert status == 4
    return output


def test_by_lines_each_thing_is_told_once(output: str) -> None:
    lines = [TIME.sub("", line) for line in output.splitlines()]
    told = {
        "== First play": 1,
        "one       Show world:": 1,
        "    and more": 3,
        "one       Look away: ok": 1,
        "one       Fail in a block: it failed, which the play takes care of: broken in a block": 1,
        "one       cared for": 1,
        "two       Fail and be ignored: it failed, which is ignored: of no matter": 1,
        "two       Look at each (item b): it failed, which is ignored: ": 1,
        "one       heard": 1,
        "one       FAILED: Break": 1,
        "        rc: 3": 1,
        "two       FAILED: Not known": 1,
    }
    found = {text: sum(line.startswith(text) for line in lines) for text in told}
    assert found == told, output
    assert sum("UNREACHABLE: Go to one who is away" in line for line in lines) == 1
    assert sum("'unknown_variable' is undefined" in line for line in lines) == 1
    assert "Leave out" not in output
    assert re.fullmatch(
        r"ended after \d+:\d\d; away: 1 unreachable; one: .*1 failed.*; two: .*1 failed.*", lines[-1]
    )


def test_by_lines_there_is_no_colour_no_source_and_no_secret(output: str) -> None:
    assert "\x1b" not in output
    assert "Origin:" not in output
    assert "plays.yml" not in output
    # What a shell was given and printed, in places that are no secret's.
    assert output.count(SECRET) == output.count(f"{SECRET}_out") == 2


def test_a_difference_is_shown_masked(folder: Path) -> None:
    status, output = piped(folder, "short.yml", "--diff", "--check")
    assert status == 2
    assert "+DB_PASSWORD=[masked:db_password]" in output
    assert "one       Write it: would change" in output
    assert re.search(r"^\S+  check mode, ended after .* one: 1 would change, 1 failed$", output, re.MULTILINE)
    assert not (folder / "short").exists()


def test_verbose_it_is_ansibles_own_and_masked(folder: Path) -> None:
    status, output = piped(folder, "short.yml", "-v")
    assert status == 2
    assert "TASK [Show it]" in output
    assert "PLAY RECAP" in output
    assert "password=[masked:password]" in output
    assert SECRET not in output


def test_on_a_terminal_it_fills_in_place(folder: Path) -> None:
    status, sent, screen = on_terminal(folder, "plays.yml")
    assert status == 4
    assert screen.odd == []
    lines = screen.lines
    assert sum(bool(re.match(r"  ✖ First play +\d+ done, 1 failed, \d:\d\d", line)) for line in lines) == 1
    assert sum("UNREACHABLE: Go to one who is away" in line for line in lines) == 1
    assert sum("FAILED: Break" in line for line in lines) == 1
    assert sum("plays.yml" in line for line in lines) == 1
    assert "ended after" in lines[-3]
    assert not any("Look away" in line for line in lines)
    assert "Look away" in sent
    assert "\x1b[0;31m" in sent  # a failure's colour
    assert f"password={SECRET}" not in sent


@pytest.mark.parametrize(
    ("env", "colours", "painted"),
    [({"NO_COLOR": "1"}, False, True), ({"TERM": "dumb"}, False, False), ({"CI": "true"}, True, False)],
)
def test_on_a_terminal_what_is_not_wanted_is_left_out(
    folder: Path, env: dict[str, str], colours: bool, painted: bool
) -> None:
    status, sent, screen = on_terminal(folder, "short.yml", **env)
    assert status == 2
    assert ("\x1b[0;31m" in sent) is colours
    assert any(line.startswith("  ✖ Short play") for line in screen.lines) is painted
    assert any("Write it: changed" in line or "Write it: ok" in line for line in screen.lines) is not painted


def test_broken_off_it_says_what_was_under_way(folder: Path) -> None:
    at_work = re.compile(r"^      one: Sleep +0:0[2-9], limit 1:30$")
    status, sent, screen = on_terminal(
        folder, "long.yml", until=lambda screen: any(map(at_work.match, screen.lines))
    )
    assert status == 99
    assert any(re.match(r"      one: Sleep +\d:\d\d, limit 1:30$", line) for line in screen.lines)
    assert any("User interrupted execution" in line for line in screen.lines)
    assert "\x1b[?" not in sent  # no mode of the terminal was changed
