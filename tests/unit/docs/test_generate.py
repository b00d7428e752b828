# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of variables in a role's README is what its argument spec says."""

from __future__ import annotations

from pathlib import Path

import pytest

from docs import generate

SPEC = """\
argument_specs:
  main:
    options:
      r_url: {type: str, required: true, description: [The base URL., "See V(a|b)."]}
      r_log:
        description: Where it logs, by I(one) of these.
        type: dict
        default: {}
        options:
          file: {type: path, description: A file.}
  preflight:
    options:
      r_url: {type: str, description: Another text.}
      r_ca_file: {type: str, default: "", description: Authorities.}
      r_runtime: {type: str, choices: [systemd, docker], default: systemd, description: What runs it.}
"""
MARKED = "before\n<!-- variables -->\nold\n<!-- /variables -->\nafter\n"
GENERATED = r"""before
<!-- variables -->

| variable | default | description |
|---|---|---|
| `r_url` | **required** | The base URL. See `a\|b`. |
| `r_log` | `{}` | Where it logs, by *one* of these. |
| &nbsp;&nbsp;`file` |  | A file. |
| `r_ca_file` |  | Authorities. |
| `r_runtime` | `systemd` | What runs it. One of `systemd`, `docker`. |

<!-- /variables -->
after
"""


@pytest.fixture
def role(tmp_path: Path) -> Path:
    (tmp_path / "roles" / "r" / "meta").mkdir(parents=True)
    (tmp_path / "roles" / "r" / "meta" / "argument_specs.yml").write_text(SPEC, "utf-8")
    return tmp_path / "roles" / "r"


def test_the_table_is_put_between_the_marks(role: Path) -> None:
    assert generate.with_table(role, MARKED) == GENERATED
    assert generate.with_table(role, GENERATED) == GENERATED


@pytest.mark.parametrize("readme", ["", "no marks", MARKED * 2, MARKED.replace("/variables", "variables")])
def test_a_readme_without_one_pair_of_marks_is_refused(role: Path, readme: str) -> None:
    assert generate.with_table(role, readme) is None


def test_check_writes_nothing_and_fails_until_it_is_up_to_date(
    role: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "ROOT", role.parents[1])
    assert generate.main(["--check"]) == 1
    assert "requires one line <!-- variables -->" in capsys.readouterr().out
    (role / "README.md").write_text(MARKED, "utf-8")
    assert generate.main(["--check"]) == 1
    assert (role / "README.md").read_text("utf-8") == MARKED
    assert generate.main([]) == 0
    assert generate.main(["--check"]) == 0
    assert (role / "README.md").read_text("utf-8") == GENERATED
