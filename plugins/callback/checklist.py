# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Callback: the checklist, in place on a terminal, by lines elsewhere."""

from __future__ import annotations

DOCUMENTATION = r"""
name: checklist
type: stdout
short_description: Show the closing checklist as it is carried out
version_added: 0.1.0
description:
  - On a terminal the checklist fills in place. For each package it shows what is under way on which host, for
    how long, and its limit where the task has one.
  - Elsewhere it writes one line, with the time in UTC, for each step and for each criterion, and a line now
    and then for what takes long.
  - A failure is told once and in full, without Ansible's excerpt of the playbook's source. A failure that the
    playbook rescues or ignores is told as that.
  - Everything that Ansible displays is masked, as far as its place gives a secret away.
  - With C(-v) or more, the tasks are shown as P(ansible.builtin.default#callback) shows them.
  - Any playbook can be run with it. What belongs to no package is shown by its play.
author: psp.rc_closure contributors (@psp-rc-closure)
requirements:
  - set as stdout callback in the configuration
options:
  layout:
    description:
      - Whether the checklist is painted in place, or written by lines.
      - V(auto) paints where the output is a terminal that can move its cursor, and not in a job of a CI
        server or of AWX.
    type: str
    choices: [auto, in_place, lines]
    default: auto
    env:
      - name: RC_CLOSURE_CHECKLIST_LAYOUT
    ini:
      - section: callback_checklist
        key: layout
extends_documentation_fragment:
  - default_callback
  - result_format_callback
seealso:
  - plugin: ansible.builtin.default
    plugin_type: callback
"""

EXAMPLES = r"""
# In ansible.cfg, or by the variable ANSIBLE_STDOUT_CALLBACK
enabled: |
  [defaults]
  stdout_callback = psp.rc_closure.checklist
"""

import os
import sys
import typing as t
from functools import wraps
from pathlib import Path

from ansible import constants, context
from ansible.plugins.callback.default import CallbackModule as Default
from ansible.utils.color import stringc

from ..plugin_utils.keep.closure_action import PROGRESS_MARK
from ..plugin_utils.show import lines, tasks
from ..plugin_utils.show.board import Running
from ..plugin_utils.show.teller import Teller

# Where others read what looks like a terminal's output, every painting would stay.
_CAPTURED = ("CI", "AWX_ISOLATED_DATA_DIR")

_COLOURS = {
    **{"ok": "OK", "changed": "CHANGED", "failed": "ERROR", "warning": "WARN", "dim": "VERBOSE"},
    **{"head": "HIGHLIGHT", "added": "DIFF_ADD", "removed": "DIFF_REMOVE", "place": "DIFF_LINES"},
}

Result = t.Any  # ansible.executor.task_result.CallbackTaskResult
Event = t.TypeVar("Event", bound=t.Callable[..., None])


def _checklist(event: Event) -> Event:
    """Show an event as the checklist does; with C(-v) as Ansible does by default."""

    @wraps(event)
    def shown(self: CallbackModule, *args: t.Any, **kwargs: t.Any) -> None:
        if self._display.verbosity:
            getattr(Default, event.__name__)(self, *args, **kwargs)
            return
        with self._teller.screen.lock:
            event(self, *args, **kwargs)
            self._teller.screen.repaint()

    return t.cast(Event, shown)


class CallbackModule(Default):
    """Ansible's events as the checklist."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "psp.rc_closure.checklist"

    def set_options(self, *args: t.Any, **kwargs: t.Any) -> None:
        """Begin: from here on, everything that is displayed is masked."""
        set_options: t.Callable[..., None] = super().set_options
        set_options(*args, **kwargs)
        self._names: dict[str, str] = {}  # task → its name, as its play knows it
        colours = {style: getattr(constants, f"COLOR_{name}") for style, name in _COLOURS.items()}
        self._teller = Teller(
            self._display,
            in_place=not self._display.verbosity and _in_place(str(self._option("layout"))),
            colours=colours,
            paint=lambda text, style: stringc(text, colours[style]) if style in colours else text,
            progress=PROGRESS_MARK,
        )
        self._teller.screen.begin()

    @_checklist
    def v2_playbook_on_start(self, playbook: t.Any) -> None:
        """Name the playbook, until an attempt says what the run is for."""
        self._teller.board.head = self._teller.clean(Path(playbook._file_name).name)

    @_checklist
    def v2_playbook_on_play_start(self, play: t.Any) -> None:
        """Name the play."""
        self._play = play
        if constants.config.get_config_value("ENABLE_TASK_DEBUGGER") or str(play.strategy).endswith("debug"):
            self._teller.screen.plain()  # where a person is asked
        self._teller.play(play.get_name(), check=bool(play.check_mode))

    @_checklist
    def v2_playbook_on_task_start(self, task: t.Any, is_conditional: bool) -> None:
        """Note the name that the task has now, with its variables in it."""
        self._names[task._uuid] = tasks.name(task)

    @_checklist
    def v2_playbook_on_handler_task_start(self, task: t.Any) -> None:
        """As for any task."""
        self._names[task._uuid] = tasks.name(task)

    @_checklist
    def v2_runner_on_start(self, host: t.Any, task: t.Any) -> None:
        """Note what begins."""
        if task.debugger:
            self._teller.screen.plain()
        if not tasks.is_silent(task):
            what, limit = self._names.get(task._uuid) or tasks.name(task), tasks.limit(task, host, self._play)
            self._teller.started(host.get_name(), task._uuid, what, tasks.packages(task), limit)

    @_checklist
    def v2_runner_on_ok(self, result: Result) -> None:
        """Tell what came of it: steps, a report, a message, or that it is done."""
        self._handle_warnings(result.result)
        if tasks.is_silent(result.task):
            return
        ended, host, known = self._ended(result), self._host(result), result.result
        action, facts = tasks.action(result.task), known.get("ansible_facts") or {}
        if action == "closure_report" and "rc_closure_report" in facts:
            self._teller.reported(facts["rc_closure_report"])
        elif action == "closure_attempt":
            chosen = tasks.chosen(context.CLIARGS.get("tags") or (), context.CLIARGS.get("skip_tags") or ())
            self._teller.opened(facts.get("rc_closure_attempt") or {}, chosen)
        elif known.get("steps") and action != "closure_failure":
            self._teller.steps(ended, host, known["steps"])
        elif known.get("_ansible_verbose_always") and "results" not in known:
            self._teller.said(ended, self._message(result), host)
        else:
            check = bool(result.task.check_mode)
            self._teller.done(ended, host, changed=bool(known.get("changed")), check=check)

    @_checklist
    def v2_runner_on_failed(self, result: Result, ignore_errors: bool = False) -> None:
        """Tell it once: of a loop, each item was told already."""
        ended = self._ended(result)
        if not (result.task.loop and result.result.get("results")):
            self._failed(ended, result, ignored=ignore_errors)

    @_checklist
    def v2_runner_on_skipped(self, result: Result) -> None:
        """A task whose condition is false is not told of."""
        self._handle_warnings(result.result)
        if not tasks.is_silent(result.task):
            self._ended(result)

    @_checklist
    def v2_runner_on_unreachable(self, result: Result) -> None:
        """Tell why a host is away."""
        self._failed(
            self._ended(result), result, word="UNREACHABLE", ignored=bool(result.task.ignore_unreachable)
        )

    @_checklist
    def v2_runner_item_on_ok(self, result: Result) -> None:
        """Tell what an item said, if its task is there to say something."""
        self._handle_warnings(result.result)
        if result.result.get("_ansible_verbose_always"):
            item = self._item(result)
            self._teller.said(self._running(result), self._message(result), self._host(result), item=item)

    @_checklist
    def v2_runner_item_on_failed(self, result: Result) -> None:
        """Tell the item's failure."""
        ignored = bool(result.task.ignore_errors)
        self._failed(self._running(result), result, item=self._item(result), ignored=ignored)

    @_checklist
    def v2_runner_item_on_skipped(self, result: Result) -> None:
        """An item that is left out is not told of."""
        self._handle_warnings(result.result)

    @_checklist
    def v2_runner_retry(self, result: Result) -> None:
        """Note the number of tries."""
        note = f"{result.result.get('attempts')} of {result.result.get('retries')} tries failed"
        self._teller.retried(result.host.get_name(), result.task._uuid, note)

    @_checklist
    def v2_runner_on_async_poll(self, result: Result) -> None:
        """It is seen to be under way."""

    @_checklist
    def v2_runner_on_async_ok(self, result: Result) -> None:
        """It is told of when the task ends."""

    @_checklist
    def v2_runner_on_async_failed(self, result: Result) -> None:
        """It is told of when the task ends."""

    @_checklist
    def v2_playbook_on_include(self, included_file: t.Any) -> None:
        """What is included tells of itself."""

    @_checklist
    def v2_playbook_on_notify(self, handler: t.Any, host: t.Any) -> None:
        """What is notified tells of itself."""

    @_checklist
    def v2_playbook_on_no_hosts_matched(self) -> None:
        """The play does nothing."""
        self._teller.tell("no host matches: nothing is done", "warning")

    @_checklist
    def v2_playbook_on_no_hosts_remaining(self) -> None:
        """The run ends."""
        self._teller.tell("no host is left", "failed")

    @_checklist
    def v2_on_file_diff(self, result: Result) -> None:
        """Show what is, or in check mode would be, changed."""
        entries = result.result.get("results") if result.task.loop else [result.result]
        for entry in entries or []:
            if isinstance(entry, dict) and entry.get("diff") and entry.get("changed"):
                of: t.Callable[[t.Any], str] = self._get_diff
                self._teller.difference(tasks.name(result.task), self._host(result), of(entry["diff"]))

    @_checklist
    def v2_playbook_on_stats(self, stats: t.Any) -> None:
        """Say how it ended."""
        found = {host: stats.summarize(host) for host in sorted(stats.processed)}
        self._teller.over(found, check=bool(context.CLIARGS.get("check")))
        if stats.custom and self._option("show_custom_stats"):
            self._teller.tell(f"statistics: {self._dump_results(stats.custom)}")
        self._teller.screen.end()

    def _option(self, name: str) -> t.Any:
        option: t.Callable[[str], t.Any] = self.get_option
        return option(name)

    def _host(self, result: Result) -> str:
        """Return the task's host, and the one that it was delegated to, unless only its items know that."""
        label = self.host_label(result)
        return str(result.host.get_name()) if "{{" in label else label

    def _ended(self, result: Result) -> Running:
        return self._teller.ended(result.host.get_name(), result.task._uuid, tasks.name(result.task))

    def _running(self, result: Result) -> Running:
        """Return the task whose item this is."""
        board, host = self._teller.board, result.host.get_name()
        found = board.running.get((host, result.task._uuid))
        return found or Running(host, board.play, self._teller.clean(tasks.name(result.task)), 0)

    def _item(self, result: Result) -> str:
        return f" (item {self._teller.clean(self._get_item_label(result.result))})"

    def _failed(
        self, ended: Running, result: Result, *, word: str = "FAILED", item: str = "", ignored: bool
    ) -> None:
        self._handle_warnings(result.result)
        if "never" not in constants.config.get_config_value("DISPLAY_TRACEBACK"):
            self._handle_exception(result.result)  # with the traceback that was asked for
        known = result.result
        rescued = word == "FAILED" and tasks.is_rescued(result.task)
        spared = "it failed, which the play takes care of" if rescued else "it failed, which is ignored"
        why, rest = lines.message(known), lines.details(known)
        if tasks.action(result.task) == "closure_preflight" and known.get("problems"):
            count = len(known["problems"])
            if rescued:
                spared, why = f"problems found ({count})", "the table lists them"
            elif "policy" in result.task.args:
                why = f"nothing was touched; what is wrong is in the table above ({count})"
        self._teller.failed(
            ended,
            self._host(result),
            why,
            self._dump_results(rest).strip("\n") if rest else "",
            word=word,
            item=item,
            spared=spared if rescued or ignored else "",
            stderr=bool(self._option("display_failed_stderr")),
        )

    def _message(self, result: Result) -> str:
        """Return what a task that is there to say something says."""
        known = result.result
        clean: t.Callable[..., None] = self._clean_results
        clean(known, result.task.action)
        if isinstance(known.get("msg"), (str, list, tuple)):
            return lines.message(known)
        return self._dump_results(known).strip("\n")


def _in_place(layout: str) -> bool:
    """Whether the checklist is painted in place."""
    if layout != "auto":
        return layout == "in_place"
    can = sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "", "unknown")
    return can and not any(os.environ.get(name) for name in _CAPTURED)
