# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The closing record as data: an in-toto Statement v1 with SLSA's verification summary. Pure.

Its fields are those of https://slsa.dev/spec/v1.2/verification_summary and
https://github.com/in-toto/attestation/tree/main/spec/v1. URIs are package URLs, which name what they are of
wherever the locker is.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass
from urllib.parse import quote

TYPE = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
COLLECTION = "psp.rc_closure"
VERIFIER = "pkg:generic/psp/rc_closure"
# A verdict is no SLSA level, and names that begin with SLSA_ are the specification's own.
PASSED_LEVEL, FAILED_LEVEL = "RC_CLOSURE_PASS", "FAILED"
RULES = "rules"  # the judges' source, among what the policy is made of

Statement = dict[str, t.Any]


@dataclass(frozen=True)
class Policy:
    """What the verdicts were derived by.

    Attributes:
        version: the collection's.
        sha256: C(RULES), and C(package_N/policy.json) for each package, with its SHA-256.
    """

    version: str
    sha256: t.Mapping[str, str]

    def descriptor(self) -> dict[str, t.Any]:
        """Return it with one digest for all: that of a line for each, as C(sha256sum) prints it."""
        return {
            "uri": f"{VERIFIER}@{quote(self.version, safe='')}",
            "digest": {"sha256": of_lines(self.sha256)},
            "annotations": {"sha256": dict(sorted(self.sha256.items()))},
        }


def of_lines(sha256: t.Mapping[str, str]) -> str:
    """Return the SHA-256 of one line for each name, C(<its SHA-256>  <name>), in the names' order."""
    lines = (f"{sha256[name]}  {name}\n" for name in sorted(sha256))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def build(
    report: t.Mapping[str, t.Any], attempt: str, inputs: t.Mapping[str, str], policy: Policy
) -> Statement:
    """Return the statement of a report.

    Args:
        report: C(report.json).
        attempt: the name of its folder in the locker.
        inputs: the packages' manifests by their paths in the attempt, with their SHA-256.
        policy: what it was judged by.
    """
    release, passed = report["release"], report["gate"]["status"] == "PASS"
    return {
        "_type": TYPE,
        "subject": [{"name": release["candidate"], "digest": {"gitCommit": release["commit"]}}],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": VERIFIER, "version": {COLLECTION: policy.version}},
            "timeVerified": report["attempt"]["reported"],
            "resourceUri": _resource(report),
            "policy": policy.descriptor(),
            "inputAttestations": [
                {"name": name, "uri": _evidence(release, attempt, name), "digest": {"sha256": inputs[name]}}
                for name in sorted(inputs)
            ],
            "verificationResult": "PASSED" if passed else "FAILED",
            "verifiedLevels": [PASSED_LEVEL if passed else FAILED_LEVEL],
        },
    }


def policy_of(statement: t.Any) -> Policy:
    """Return what a statement says it was judged by.

    Raises:
        ValueError: it does not say so as C(build()) does.
    """
    try:
        predicate = statement["predicate"]
        version = predicate["verifier"]["version"][COLLECTION]
        sha256 = dict(predicate["policy"]["annotations"]["sha256"])
        if not all(isinstance(one, str) for one in (version, *sha256, *sha256.values())):
            raise TypeError
    except (KeyError, TypeError, ValueError) as exc:
        raise ValueError("it does not say which rules and policies the verdicts were derived by") from exc
    return Policy(version, sha256)


def _resource(report: t.Mapping[str, t.Any]) -> str:
    """Return the commit in its repository, which Package-0's policy names, or in its release."""
    release = report["release"]
    repository = str(report["packages"]["package_0"]["policy"].get("repository") or "")
    place = f"github/{repository.lower()}" if repository else f"generic/{_place(release)}"
    return f"pkg:{place}@{release['commit']}"


def _evidence(release: t.Mapping[str, str], attempt: str, name: str) -> str:
    environment = quote(release["environment"], safe="")
    return f"pkg:generic/{_place(release)}@{attempt}?environment={environment}#{name}"


def _place(release: t.Mapping[str, str]) -> str:
    return f"{quote(release['ticket'], safe='')}/{quote(release['candidate'], safe='')}"
