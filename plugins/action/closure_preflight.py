# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check a role's variables and the host that it is for, and report all problems at once."""

from __future__ import annotations

import os
import sys
import time
import typing as t
from functools import partial
from pathlib import Path

import yaml
from ansible.errors import AnsibleError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.display import Display

from ..module_utils._core import libraries
from ..module_utils._core.evidence import Step
from ..plugin_utils.keep import fetching, packing, provenance
from ..plugin_utils.keep.closure_action import ClosureAction, Options, Result, nonempty
from ..plugin_utils.preflight import asked, formats, nearest, places, table
from ..plugin_utils.preflight import host as machine

# The one in C takes a tenth of the time.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ROLES = Path(__file__).parents[2] / "roles"
# What leads to a machine, where other users are; other connections lead into a container or a pod.
_MACHINES = ("local", "ssh", "paramiko", "paramiko_ssh", "libssh", "smart")
# What this collection sets itself; a job template hands the next one what was set.
_SET = {"rc_closure_attempt", "rc_closure_report"}

display = Display()


class ActionModule(ClosureAction):
    """Fail with one sentence for each variable that is missing or wrong, and for what the host lacks."""

    def act(self, args: Options, known: Options) -> Result:
        """Check the role's argument spec, the formats (format → names of variables), and then the host."""
        if "policy" in args:
            return self._report(str(args["policy"]), args.get("hosts") or [], known)
        if args.get("hosts"):  # once in a run: its collectors come next
            packing.begin(partial(self._pack, known), os.getppid())
        problems = [*self._names(args, known), *self._arguments(known), *self._variables(args)]
        found = {} if args.get("needs") is None else self._look(args, known)
        # A container that cannot be reached may be one that is still to be made.
        if "msg" in found and (found["reached"] or "docker" not in self._connection.transport):
            problems.append(found["msg"])
        problems += machine.another(found.get("files", {}), args.get("own") or {})
        machine_like = self._connection.transport.rpartition(".")[2] in _MACHINES
        problems += places.problems(args, found, self.host(known), machine=machine_like)
        if not problems and found.get("reached", True):
            for name, options in (args.get("collectors") or {}).items():
                starting = name in (args.get("starting") or [])
                problems += self._collect(str(name), options, known, starting=starting)
        if problems:
            return {"failed": True, "msg": "; ".join(problems), "problems": problems}
        return {"changed": False, **found, **self._told(found)}

    def _told(self, found: Result) -> Result:
        """Return the fact that an attempt keeps of the task's own host: its system and its clock."""
        if self._task.delegate_to or not found.get("clock"):
            return {}
        return {"ansible_facts": {provenance.FACT: {name: found[name] for name in ("os", "clock")}}}

    def _report(self, policy: str, hosts: t.Sequence[str], known: Options) -> Result:
        """Show what these hosts' checks noted, and fail with it unless it only holds packages back."""
        if policy not in table.POLICIES:
            raise ValueError(f"rc_closure_preflight {policy!r} is not one of {', '.join(table.POLICIES)}")
        noted = {host: table.noted(known["hostvars"].raw_get(host)) for host in hosts}
        lost = set(hosts) - set(known["ansible_play_hosts"])
        broken = [{"packages": [], "problems": ["it could not be checked: see its error above"]}]
        found = {host: broken if host in lost and not noted[host] else noted[host] for host in hosts}
        rows = table.rows(found)
        if not rows:
            return {"changed": False, "ansible_facts": {"__rc_closure_held_back": {}}}
        for line in table.lines(found):
            display.display(line)
        if policy == table.STRICT or table.concerns_all(found):
            sentences = "; ".join(f"{names}: {sentence}" for names, sentence in rows)
            problems = [sentence for _hosts, sentence in rows]
            return {"failed": True, "msg": f"nothing was touched: {sentences}", "problems": problems}
        return {"changed": False, "ansible_facts": {"__rc_closure_held_back": table.held_back(found)}}

    def _pack(self, known: Options, name: str) -> None:
        """Pack a module as Ansible does for its first task; no interpreter has to be looked for."""
        self._configure_module(name, {}, {**known, "ansible_python_interpreter": sys.executable})

    def _look(self, args: Options, known: Options) -> Result:
        interpreters = libraries.candidates(args.get("python"), args.get("path") or [])
        asked = time.time()
        found = machine.look(
            self.shell,
            self.host(known),
            [self.python(known), *interpreters],
            needs=[str(name) for name in args["needs"]],
            files={**places.paths(args), **(args.get("files") or {})},
            ports=args.get("ports") or [],
            programs=places.programs(args),
        )
        clock = fetching.Clock.measured(asked, found.get("clock", ()), time.time())
        if clock.off:
            display.warning(f"{self.host(known)}: {clock.off}; times are compared by the controller's")
        return {**found, "clock": clock.bound if found.get("clock") else ""}

    def _collect(self, name: str, options: Options, known: Options, *, starting: bool) -> list[str]:
        """Return what keeps a collector of this collection, which in check mode only looks, from its work."""
        result = self._execute_module(f"psp.rc_closure.{name}", nonempty(options), task_vars=dict(known))
        steps = [Step.from_dict(record) for record in result.get("steps") or []]
        where = f"{self._task.delegate_to}: " if self._task.delegate_to else ""
        message = str(result.get("msg") or "")
        return [f"{where}{one}" for one in asked.problems(steps, message, starting=starting)]

    def _arguments(self, known: Options) -> list[str]:
        """Return what is wrong with the variables of the role that the task is of, by its argument spec."""
        if "role_path" not in known:
            return []
        specs = _load(Path(known["role_path"], "meta", "argument_specs.yml"))
        spec = next(iter(specs["argument_specs"].values()))["options"]
        given = self._templar.template({name: known[name] for name in spec if name in known})
        # A survey's empty answer, or a null, is no dictionary, and counts as not given.
        empty = {name for name, value in given.items() if value in ("", None)}
        given = {name: given[name] for name in given if name not in empty or spec[name].get("type") != "dict"}
        return list(map(formats.of_keys, ArgumentSpecValidator(spec).validate(given).error_messages))

    def _variables(self, args: Options) -> t.Iterator[str]:
        for need in ("required", "optional"):
            for kind, names in (args.get(need) or {}).items():
                if kind not in {**formats.KINDS, **formats.DESCRIPTIONS}:
                    kinds = ", ".join(sorted({**formats.KINDS, **formats.DESCRIPTIONS}))
                    raise ValueError(f"{kind} is not a format; the formats are {kinds}")
                found = (self._problem(name, kind, required=need == "required") for name in names)
                yield from filter(None, found)

    def _names(self, args: Options, known: Options) -> list[str]:
        """Return what is wrong with the names of C(hosts)' variables, and with those given as texts."""
        hosts = [known["hostvars"].raw_get(host) for host in args.get("hosts") or []]
        given = {name: value for variables in hosts for name, value in variables.items()}
        defaults = _defaults() if given else {}
        return nearest.unknown(given, {*defaults, *_SET}) + formats.texts(given, defaults)

    def _problem(self, name: str, kind: str, *, required: bool) -> str:
        try:
            value = self._templar.resolve_variable_expression(name)
        except AnsibleError as exc:
            # A variable that leads to one which is not defined is missing, too.
            return f"{name} cannot be read: {exc.message}" if required else ""
        # A role merges a dictionary of the user's with its defaults under the same name with two underscores.
        return formats.problem(name.lstrip("_"), kind, value, required)


def _defaults() -> dict[str, t.Any]:
    """Return all variables of the roles: each has a default."""
    files = map(_load, _ROLES.glob("*/defaults/main.yml"))
    return {name: default for file in files for name, default in file.items()}


def _load(path: Path) -> dict[str, t.Any]:
    """Return a file of this collection's own."""
    content: dict[str, t.Any] = yaml.load(path.read_bytes(), _Loader)
    return content
