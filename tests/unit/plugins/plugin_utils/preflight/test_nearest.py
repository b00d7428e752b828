# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable that does not exist is told from one of the inventory's own."""

from __future__ import annotations

import pytest

from ansible_collections.psp.rc_closure.plugins.plugin_utils.preflight.nearest import unknown

KNOWN = {
    "rc_closure_ticket",
    "rc_closure_release",
    "package_1_migration_directory",
    "arq_worker_env_from",
    "arq_worker_command",
    "backend_env_command",
    "redis_password",
    "redis_port",
    "redis_maxmemory",
    "staging_redis_url",
    "staging_backend_directory",
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("package_1_migration_directry", "did you mean package_1_migration_directory?"),
        ("package_1_directory", "did you mean package_1_migration_directory?"),
        ("package_9_x", "package_9_x is not a variable of this collection"),
        ("rc_closure_tikcet", "did you mean rc_closure_ticket?"),
        ("arq_worker_env_form", "did you mean arq_worker_env_from?"),
        ("redis_pasword", "did you mean redis_password?"),
        ("redis_max_memory", "did you mean redis_maxmemory?"),
        ("staging_redis_uri", "did you mean staging_redis_url?"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_nearest(name: str, told: str) -> None:
    (found,) = unknown([name, *KNOWN], KNOWN)
    assert found.startswith(f"{name} is not a variable of this collection")
    assert told in found


@pytest.mark.parametrize(
    "name",
    [
        "staging_network",
        "staging_pod_app",
        "redis_host",
        "redis_maxclients",
        "redis_password_file",
        "arq_worker_count",
        "backend_env_name",
        "psp_release",
        "ansible_user",
    ],
)
def test_an_inventory_may_have_variables_of_its_own(name: str) -> None:
    assert not unknown([name], KNOWN)
