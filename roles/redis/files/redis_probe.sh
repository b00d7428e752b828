#!/bin/sh
# Copyright: (c) 2026, the psp.rc_closure contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Redis's probe: redis_probe.sh HOST PORT. It succeeds only where Redis answers exactly PONG, as the user healthcheck,
# who needs no password and may do nothing else. A host without redis-cli has bash, which speaks to Redis itself.
if command -v redis-cli >/dev/null; then
    said=$(redis-cli -h "$1" -p "$2" --no-auth-warning --user healthcheck --pass none ping 2>&1)
else
    # shellcheck disable=SC2016
    said=$(bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "AUTH healthcheck none\r\nPING\r\n" >&3 &&
        IFS= read -r -t 4 _ <&3 && IFS= read -r -t 4 pong <&3 && printf %s "$pong" | tr -d "+\r"' "$1" "$2" 2>&1)
fi
echo "$said"
test "$said" = PONG
