# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who ran a closure, from where and with what, as a report shows it. Older attempts have none."""

from __future__ import annotations

import typing as t

from ....module_utils._core.evidence import Evidence
from ....module_utils._core.step_names import HOST_CLOCK
from ...keep import locker, texts
from . import shown

Section = dict[str, t.Any]

# What somebody took out of an attempt's file is missing on the page, too; C(verify) says so.
_UNKNOWN: Section = {
    "user": "unknown",
    "awx": {},
    "controller": {},
    "versions": {},
    "inventory": [],
    "options": {},
    "hosts": [],
}


def recorded(attempt: locker.Attempt) -> dict[str, t.Any]:
    """Return who ran an attempt, with what; nothing where its locker is from before that was kept."""
    file = attempt.folder / "attempt.json"
    return dict(locker.read_json(file).get("provenance") or {}) if file.is_file() else {}


def section(attempt: locker.Attempt, kept: t.Iterable[Evidence]) -> Section:
    """Return the report's entry, with what the steps add of each host; no entry where nothing was kept."""
    found = recorded(attempt)
    if not found:
        return {}
    steps = [step for evidence in kept for step in evidence.steps]
    # "backend (staging-1)": the inventory's name, and the machine's own where it differs.
    named = [step.host.partition(" ") for step in steps]
    machines = {name: own.strip("()") for name, blank, own in named if blank}
    clocks = {one.host.partition(" ")[0]: one.stdout.strip() for one in steps if one.name == HOST_CLOCK}
    hosts = [
        {
            **host,
            **{
                key: of[host["name"]]
                for key, of in (("machine", machines), ("clock", clocks))
                if host["name"] in of
            },
        }
        for host in found.get("hosts", [])
    ]
    return {"provenance": texts.each({**found, "hosts": hosts}, shown.visible)}


def lines(document: Section) -> t.Iterator[tuple[str, str]]:
    """Return the lines of the first page: what each is about, and what it says."""
    if not document.get("provenance"):
        return
    found = _UNKNOWN | document["provenance"]
    awx = found["awx"]
    job = f"AWX job {awx['job_id']}" if "job_id" in awx else ""
    by = ", ".join(filter(None, (job, awx.get("job_template_name"), awx.get("user_name"))))
    yield "Run by", f"{found['user']}, {_named(found['controller'])}" + (f", {by}" if by else "")
    yield "With", ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    for source in found["inventory"]:
        said = f"SHA-256 {source['sha256']}" if "sha256" in source else source.get("problem", "no file")
        yield "Inventory", f"{source['path']}, {said}"
    if found["options"]:
        yield "Options", "; ".join(_option(*one) for one in found["options"].items())
    if found["hosts"]:
        yield "Hosts", "; ".join(map(_host, found["hosts"]))


def _named(machine: t.Mapping[str, str]) -> str:
    return f"{machine.get('name', 'unknown')} ({machine.get('os', 'unknown')})"


def _option(name: str, value: t.Any) -> str:
    texts = value if isinstance(value, list) else [str(value)]
    return f"{name.replace('_', ' ')} {', '.join(texts)}"


def _host(host: t.Mapping[str, str]) -> str:
    more = [host[key] for key in ("machine", "address", "os", "clock") if host.get(key)]
    return host["name"] + (f" ({', '.join(more)})" if more else "")
