# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every collector shares: its common options, its environment and redactor, and its one exit.

A collector module is documentation, an argument spec and a call of C(run_collector(spec, collect)).
Whatever goes wrong, the steps collected until then leave with the result.
"""

from __future__ import annotations

import os
import re
import shlex
import time
import traceback
import typing as t
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

from .._text import env_file, service_variables
from . import command, libraries, spool
from .evidence import Step, utc_now
from .redaction import Redactor, masked, ordinary_of_env, secrets_of_env
from .step_names import ENV_FILE, StepName
from .steps import Started

ArgumentSpec = t.Mapping[str, t.Mapping[str, t.Any]]

COMMON_SPEC: ArgumentSpec = {
    "attempt": {"type": "dict"},
    "package": {"type": "int", "choices": [0, 1, 2, 3]},
    "env_file": {"type": "path"},
    "path": {"type": "list", "elements": "path", "default": []},
    "python": {"type": "path"},
    "variables": {"type": "dict", "default": {}},
}
# Shorter values would be masked by Ansible wherever they occur, run_ids and timestamps included.
MINIMUM_SECRET_LENGTH = 8
# What the body of a login has besides its secrets.
_ORDINARY = {
    "user",
    "username",
    "user_name",
    "email",
    "login",
    "client_id",
    "grant_type",
    "scope",
    "audience",
}


class CollectError(Exception):
    """The collector itself cannot do its work, for instance for want of a library or a file."""


class Collector:
    """The steps taken so far, and the means to take more.

    Attributes:
        params: the module's options.
        env: the complete environment for commands: this process's, then the C(env_file)'s, with
            C(path) put before PATH.
        service_env: the variables of the C(env_file) alone, or where none is named those of this process.
        redact: masks the secrets of C(env_file) and of the options.
    """

    def __init__(
        self, params: t.Mapping[str, t.Any], *, check_mode: bool, secrets: t.Mapping[str, str]
    ) -> None:
        """Take the module's options, and name → value of those that are secret."""
        self.params = params
        self.check_mode = check_mode
        self.steps: list[Step] = []
        self.records: list[spool.Record] = []
        self.spool: spool.Spool | None = None
        self.left: list[spool.Record] = []
        self.service_env: dict[str, str] = {}
        self.env: dict[str, str] = {}
        self.redact = Redactor(secrets)

    def read_env_file(self) -> None:
        """Take the service's environment from C(env_file), where one is named.

        Without one it is this process's own: in a container or a pod that is the service's.

        Raises:
            CollectError: the file cannot be read; the step says why.
        """
        name = self.params["env_file"]
        try:
            text = self.read("env_file")
        except CollectError as exc:
            self.failed(ENV_FILE, str(name), str(exc))
            raise
        self.service_env = env_file.parse(text) if name else dict(os.environ)
        self.env = {**os.environ, **self.service_env}
        self.env["PATH"] = os.pathsep.join([*self.params["path"], self.env.get("PATH", os.defpath)])
        masked = (self.params["attempt"] or {}).get("masked") or {}
        secrets = {**secrets_of_env(self.service_env, masked), **self.redact.secrets}
        known = set(secrets.values())
        secrets |= {label: value for label, value in _earlier(text, masked).items() if value not in known}
        shown = [name for name, secret in masked.items() if not secret]
        self.redact = Redactor(secrets, ordinary_of_env(self.service_env, masked), shown)

    def url(self, kind: str) -> str:
        """Return the address of the service's database or Redis (C(kind)), C('') where it has none."""
        return service_variables.url(self.params["variables"], kind, self.service_env)

    def read(self, option: str) -> str:
        """Return the text of the file that an option names, C('') where it names none.

        Raises:
            CollectError: the file cannot be read.
        """
        name = self.params[option]
        return self.text_of(option, name) if name else ""

    def text_of(self, what: str, name: str) -> str:
        """Return the text of a file, C(what) it is called in the sentence of an error.

        Raises:
            CollectError: the file cannot be read.
        """
        try:
            return Path(name).expanduser().read_text("utf-8")
        except (OSError, UnicodeDecodeError, RuntimeError) as exc:
            unread = "it is not text" if isinstance(exc, UnicodeDecodeError) else exc
            why = getattr(exc, "strerror", None) or unread
            raise CollectError(f"the {what} {name} cannot be read: {why}") from exc

    def mask(self, token: str) -> None:
        """Mask a token that was found on the way from here on."""
        self.redact = Redactor({**self.redact.secrets, "token": token}, self.redact.plain, self.redact.shown)

    def use_spool(self) -> None:
        """Have each step on the disk as it ends, where an attempt keeps it.

        Raises:
            CollectError: that cannot be, or a process of an earlier attempt is still at work here.
        """
        owner = self.params["attempt"]
        if not owner or "entry" not in owner:
            return
        try:
            self.left = spool.left(owner)
            running = [(one["owner"], what) for one in self.left for what in one["running"]]
            if running:
                whose, what = running[0]
                earlier = f"the earlier attempt {whose.get('attempt')} for {whose.get('ticket')}"
                raise CollectError(
                    f"{what} of {earlier} still runs on this host: wait for its end or end it, then "
                    "begin a new attempt"
                )
            self.spool = spool.Spool(owner)
        except spool.SpoolError as exc:
            raise CollectError(str(exc)) from exc

    def add(self, step: Step) -> Step:
        """Keep a step and return it."""
        self.steps.append(step)
        self.records.append(self.spool.add(step) if self.spool else step.as_dict())
        return step

    def start(self, step: StepName, what: str, **more: t.Any) -> Started:
        """Start a step; C(more) are further attributes of C(Started)."""
        return Started(step, what, self.redact, **more)

    def ended(self, step: StepName, what: str, stdout: str, *, at: str = "", **more: t.Any) -> Step:
        """Keep the step of something that was read, since C(at) where it took its time."""
        return self.add(self.start(step, what, at=at or utc_now(), **more).ended(stdout))

    def failed(self, step: StepName, what: str, reason: str, **more: t.Any) -> Step:
        """Keep the step of something that could not be carried out, with the reason."""
        return self.add(self.start(step, what, **more).failed(reason))

    def not_run(self, step: StepName, what: str, reason: str, **more: t.Any) -> Step:
        """Keep the step of something that is left out on purpose, with the reason."""
        return self.add(self.start(step, what, **more).not_run(reason))

    def run(
        self,
        argv: t.Sequence[str],
        step: StepName,
        *,
        env: t.Mapping[str, str] | None = None,
        limit: float | None = None,
    ) -> Step:
        """Run a command and return its step to keep, in the directory and within the limit of the options.

        The environment is the service's, with C(env) on top.
        """
        return command.run(
            argv,
            step,
            limit=self.params["limit"] if limit is None else limit,
            redact=self.redact,
            directory=self.params.get("directory"),
            env={**self.env, **(env or {})},
            running=self.spool.running if self.spool else None,
            folder=self.spool.folder if self.spool else None,
        )

    def leave_out(self, argv: t.Sequence[str], step: StepName, reason: str) -> Step:
        """Keep the step of a command that is left out on purpose, with the reason."""
        return self.not_run(step, shlex.join(argv), reason, directory=self.params.get("directory"))


def _earlier(text: str, masked: t.Mapping[str, bool]) -> dict[str, str]:
    """Return the secrets of lines that a later line of the same name replaces: a tool may show the file."""
    found: dict[str, str] = {}
    for number, entry in enumerate(env_file.entries(text), 1):
        of_line = secrets_of_env({entry.name: entry.value} if entry.name else {}, masked)
        found.update((f"{label}.line{number}", value) for label, value in of_line.items())
    return found


def run_collector(
    argument_spec: ArgumentSpec,
    collect: t.Callable[[Collector], dict[str, t.Any]],
    needs: t.Sequence[str] = (),
    wishes: t.Mapping[str, t.Sequence[str]] | None = None,
    **module_options: t.Any,
) -> None:
    """Be the C(main()) of a collector module, whose own options are C(argument_spec).

    C(collect) takes the steps, and returns what else the task returns. Where this interpreter lacks a library
    of C(needs), or one that an option C(wishes) for, another of the host's is used; only what it needs must
    be there. C(module_options) are further ones of C(AnsibleModule).
    """
    module = AnsibleModule(
        argument_spec={**COMMON_SPEC, **argument_spec}, supports_check_mode=True, **module_options
    )
    secrets = _secret_options(module, argument_spec)
    collector = Collector(module.params, check_mode=module.check_mode, secrets=secrets)
    began = time.time()
    leave: t.Callable[..., None] = module.exit_json
    result: dict[str, t.Any] = {"changed": False}
    try:
        if "fetch" in (module.params["attempt"] or {}):
            module.exit_json(changed=False, left_behind=[spool.fetched(module.params["attempt"]["fetch"])])
        wished = [name for option, names in (wishes or {}).items() if module.params[option] for name in names]
        where = module.params["python"], module.params["path"]
        problem = libraries.ensure([*needs, *wished], *where) and libraries.ensure(needs, *where)
        if problem:
            raise CollectError(problem)
        collector.use_spool()
        collector.read_env_file()
        result |= collect(collector)
    except CollectError as exc:
        leave, result = module.fail_json, {"msg": collector.redact(str(exc))}
    except Exception as exc:  # the edge: what was collected must not be lost with it
        leave = module.fail_json
        result = {
            "msg": collector.redact(f"{type(exc).__name__}: {exc}"),
            "exception": collector.redact(traceback.format_exc()),
        }
    folder = str(collector.spool.folder) if collector.spool else ""
    clock, weak = [began, time.time()], collector.redact.weak
    result["invocation"] = {"module_args": masked(_arguments(module.params), collector.redact)}
    leave(**result, steps=collector.records, spool=folder, left_behind=collector.left, clock=clock, weak=weak)


def _secret_options(module: AnsibleModule, argument_spec: ArgumentSpec) -> dict[str, str]:
    names = [name for name, option in argument_spec.items() if option.get("no_log")]
    secrets = {name: str(module.params[name]) for name in names if module.params[name]}
    # An address with neither user nor query holds no password: it is evidence.
    if re.fullmatch(r"rediss?://[^@?\s]+", secrets.get("url", "")):
        module.no_log_values.discard(secrets.pop("url"))
    _forget_ordinary(module)
    for name, value in secrets.items():
        if len(value) < MINIMUM_SECRET_LENGTH:
            module.fail_json(msg=f"{name} has fewer than {MINIMUM_SECRET_LENGTH} characters")
    return secrets


def _forget_ordinary(module: AnsibleModule) -> None:
    """Have Ansible not mask what is short, or names somebody, in the body of a login.

    It would mask a user's name wherever the evidence contains it. The body itself is not among the arguments
    that the result shows.
    """
    for name, value in (_login(module.params).get("body") or {}).items():
        if name.lower() in _ORDINARY or len(str(value)) < MINIMUM_SECRET_LENGTH:
            module.no_log_values.discard(str(value))


def _login(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    token = params.get("token")
    login = token.get("login") if isinstance(token, dict) else None
    return dict(login or {})


def _arguments(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the arguments as a result may show them: without the body of a login."""
    login = _login(params)
    hidden = {**params["token"], "login": {**login, "body": "not shown"}} if login else None
    return {**params, **({"token": hidden} if hidden else {})}
