# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing record in the locker: written after the report, signed where there is a key, and stamped."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ...keep import elsewhere
from ...keep.locker import Attempt
from ...preflight import formats
from . import check, envelope, in_locker, made_of, statement

if t.TYPE_CHECKING:
    from securesystemslib.signer import Signer

KEY = "RC_CLOSURE_SIGNING_KEY"  # the environment variable that names the key, where no option does


@dataclass(frozen=True)
class Settings:
    """How to sign and stamp; each may be empty.

    Attributes:
        signing_key: the private key, a path or a URI; that of the environment if it is empty.
        public_key: the path of its public key.
        timestamp_url: the address of a time stamping authority.
        environment: the process's, which may hold the key's path and its passphrase.
    """

    signing_key: str = ""
    public_key: str = ""
    timestamp_url: str = ""
    environment: t.Mapping[str, str] = field(default_factory=dict, repr=False)

    def problems(self) -> list[str]:
        """Return a sentence for each thing that keeps a record from being signed or stamped as asked."""
        found = formats.problem("rc_closure_record.timestamp_url", "url", self.timestamp_url, required=False)
        problems = [found] if found else []
        try:
            self.signer()
            if self.timestamp_url:
                from . import timestamp  # noqa: PLC0415 (slow to import)

                timestamp.ensure_library()
        except ValueError as exc:
            problems.append(str(exc))
        return problems

    def signer(self) -> Signer | None:
        """Return what signs, None without a key.

        Raises:
            ValueError: the key cannot be used.
        """
        key = self.signing_key or self.environment.get(KEY, "")
        if not key:
            return None
        from . import signing  # noqa: PLC0415 (slow to import, and of no use without a key)

        return signing.signer(key, self.public_key, self.environment)


def write(attempt: Attempt, report: t.Mapping[str, t.Any], settings: Settings) -> dict[str, t.Any]:
    """Write the record of a report, unless the one that is there is right; return what is said of it.

    C(changed), C(said) (one sentence), and C(problem), which is not empty where it is unsigned although there
    is a key. A time stamp that cannot be had is said, and no problem.

    Raises:
        OSError: it cannot be written.
    """
    if not made_of.has_manifest(attempt):
        return {"changed": False, "said": "none: the attempt is of an earlier version", "problem": ""}
    signer, problem = None, ""
    try:
        signer = settings.signer()
    except ValueError as exc:
        problem = str(exc)
    kept = _kept(attempt, signer)
    record = kept or _made(attempt, report)
    if signer and not kept:
        from . import signing  # noqa: PLC0415 (as above)

        try:
            record = signing.sign(record, signer)
        except ValueError as exc:
            problem = str(exc)
    text = record.text()
    if not kept:
        in_locker.stamp(attempt).unlink(missing_ok=True)
        elsewhere.write(attempt.folder / in_locker.NAME, text)
    stamp = _stamped(attempt, text.encode(), settings.timestamp_url)
    said = "; ".join(filter(None, [in_locker.signed(record), problem, stamp]))
    return {"changed": not kept, "said": said, "problem": problem}


def _made(attempt: Attempt, report: t.Mapping[str, t.Any]) -> envelope.Envelope:
    name, inputs, policy = attempt.folder.name, made_of.inputs(attempt), made_of.policy(attempt)
    return envelope.unsigned(statement.build(report, name, inputs, policy))


def _kept(attempt: Attempt, signer: Signer | None) -> envelope.Envelope | None:
    """Return the record that is there, where it is that of the report, and of the signer if there is one."""
    file = in_locker.record(attempt)
    if not file.exists() or check.check(attempt).problems:
        return None
    record = envelope.read(file.read_bytes())
    if signer:
        from . import signing  # noqa: PLC0415 (as above)

        return record if signing.verifies(record, signer.public_key) else None
    return record


def _stamped(attempt: Attempt, data: bytes, url: str) -> str:
    """Have the record stamped where that is asked for and was not done; return what to say of it."""
    file = in_locker.stamp(attempt)
    if not url and not file.exists():
        return ""
    from . import stamping, timestamp  # noqa: PLC0415 (it needs requests)

    try:
        if not file.exists():
            file = elsewhere.write(attempt.folder / in_locker.STAMP, stamping.stamped(url, data))
        return f"time stamp of {timestamp.moment(file.read_bytes(), data)}"
    except ValueError as exc:
        return f"no time stamp: {exc}"
