#!/bin/sh
# Prints the path of a Python (3.11 to 3.14) that runs and can make a virtual environment.
# PYTHON names the one to use; without it the usual places are searched.
#
# A name on PATH proves nothing: a version manager's shim answers 127 for a version that is not
# active, and Debian ships python3 without venv. So every candidate is made to run.
set -eu

check='
import sys
if not (3, 11) <= sys.version_info[:2] <= (3, 14):
    sys.exit("Python %d.%d, outside 3.11 to 3.14" % sys.version_info[:2])
try:
    import ensurepip, venv
except ImportError:
    sys.exit("no venv (Debian and Ubuntu: apt install python3-venv)")
print(sys.executable)
'

try() {
    "$1" -c "$check" 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    if ! found=$(try "$PYTHON"); then
        echo "PYTHON=$PYTHON cannot be used: ${found:-it does not run}" >&2
        exit 1
    fi
    echo "$found"
    exit 0
fi

refused=
for candidate in python3 python3.13 python3.12 python3.11 python3.14 /usr/bin/python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-4]*/bin/python3; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if found=$(try "$candidate"); then
        echo "$found"
        exit 0
    fi
    refused="$refused
  $candidate: ${found:-does not run}"
done

echo "No Python 3.11 to 3.14 with venv was found; name one with PYTHON=/path/to/python3.$refused" >&2
exit 1
