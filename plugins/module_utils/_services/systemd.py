# Copyright: (c) 2026, the psp.rc_closure contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Units of systemd: verified, written, taken over, run."""

from __future__ import annotations

import os
import tempfile
import typing as t
from pathlib import Path

from .._core import command

UNITS = Path("/etc/systemd/system")
# A unit may take its time to stop; systemd knows its limit and ends it then.
LIMIT_SECONDS = 600.0
LAST_LINES = 10


class SystemdError(Exception):
    """Something is wrong with a unit, or it does not run; the message says what."""


def text_of(path: Path) -> str:
    """Return a file's text, or C('') where there is none."""
    return path.read_text("utf-8") if path.exists() else ""


def verify(files: t.Mapping[Path, str]) -> None:
    """See that C(systemd-analyze verify) is silent on the units among these files, none of which is in place.

    Raises:
        SystemdError: it is not; what it says.
    """
    units = {path.relative_to(UNITS): text for path, text in files.items() if path.is_relative_to(UNITS)}
    names = sorted({_unit(path) for path in units})
    if not names:
        return
    with tempfile.TemporaryDirectory(prefix="psp-units-") as directory:
        for path, text in units.items():
            write(Path(directory) / path, text)
        # What is not there is looked for where units usually are.
        environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{directory}:", "SYSTEMD_LOG_LEVEL": "notice"}
        said = _run(["systemd-analyze", "verify", "--man=no", *names], environment).replace(
            f"{directory}/", ""
        )
    # It tells of other units, too, that these need.
    ours = [line for line in said.splitlines() if any(name in line for name in names)]
    if ours:
        raise SystemdError("systemd-analyze verify: " + "; ".join(ours))


def _unit(path: Path) -> str:
    """Return the unit that a file describes; of a drop-in, the one that it belongs to."""
    first = path.parts[0]
    return first.removesuffix(".d") if len(path.parts) > 1 else first


def write(path: Path, text: str) -> None:
    """Write a file whole, for everybody to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def take_over(
    name: str, companions: t.Sequence[str], changed: t.Sequence[Path], *, restart: bool, check_mode: bool
) -> bool:
    """Have a service and its companions run as their files say; return whether that took something.

    Args:
        name: the service's unit.
        companions: other units to run with it.
        changed: the files that are new.
        restart: whether to restart the service in any case.
        check_mode: whether to say only what would be done.

    Raises:
        SystemdError: the service does not start; its last lines.
    """
    units = [name, *companions]
    if changed and not check_mode:
        _systemctl("daemon-reload")
    described = {path.name for path in changed} | {path.parent.name.removesuffix(".d") for path in changed}
    asleep = [unit for unit in units if not _is("is-enabled", unit)]
    again = [unit for unit in units if unit in described or (restart and unit == name)]
    down = [unit for unit in units if unit not in again and not _is("is-active", unit)]
    if not check_mode:
        if asleep:
            _systemctl("enable", "--quiet", *asleep)
        for unit in again + down:
            _start(unit)
    return bool(asleep or again or down)


def _start(unit: str) -> None:
    try:
        # Its way back from a crash may be in between two starts.
        _systemctl("reset-failed", unit, check=False)
        _systemctl("restart", unit)
    except SystemdError as exc:
        raise SystemdError(f"{unit} does not start: {last_lines(unit) or exc}") from exc


def last_lines(unit: str) -> str:
    """Return the last lines of a unit's own processes."""
    match = f"_SYSTEMD_UNIT={unit}"
    said = _run(["journalctl", "--quiet", "--no-pager", "--output=cat", f"--lines={LAST_LINES}", match])
    return "; ".join(line.strip() for line in said.splitlines() if line.strip())


def _is(question: str, unit: str) -> bool:
    return command.run(["systemctl", "--quiet", question, unit], limit=LIMIT_SECONDS).ok


def _systemctl(*arguments: str, check: bool = True) -> None:
    step = command.run(["systemctl", *arguments], limit=LIMIT_SECONDS)
    if check and not step.ok:
        told = " ".join((step.reason or step.stderr or step.stdout).split())
        raise SystemdError(f"systemctl {' '.join(arguments)}: {told}")


def _run(argv: t.Sequence[str], environment: t.Mapping[str, str] | None = None) -> str:
    """Return all that a program prints.

    Raises:
        SystemdError: it cannot be run.
    """
    step = command.run(argv, limit=LIMIT_SECONDS, env=environment)
    if step.exit_status is None:
        raise SystemdError(step.reason)
    return f"{step.stdout}{step.stderr}"
