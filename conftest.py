# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let plain pytest import `ansible_collections.psp.rc_closure` straight from the checkout."""

from __future__ import annotations

from pathlib import Path

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

COLLECTIONS = Path(__file__).parent / "playbooks" / "collections"

_AnsibleCollectionFinder(paths=[str(COLLECTIONS)])._install()
