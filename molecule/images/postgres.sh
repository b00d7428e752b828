#!/bin/sh
# Makes a cluster where there is none, and becomes the server.
set -eu
bin=$(echo /usr/lib/postgresql/*/bin)
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    "$bin/initdb" --pgdata="$PGDATA" --auth-local=peer --auth-host=scram-sha-256 --encoding=UTF8 --locale=C --no-sync
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
fi
exec "$bin/postgres" -D "$PGDATA" -c listen_addresses='*' -c timezone=UTC -c fsync=off -c synchronous_commit=off
