#!/bin/sh
# Brings .venv up to date. An environment that works is kept on its own Python,
# unless PYTHON names another.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${PYTHON:-}" ] && .venv/bin/python -c '' 2>/dev/null; then
    python=.venv/bin/python
else
    python=$(requirements/find_python.sh)
fi
exec "$python" requirements/install.py
