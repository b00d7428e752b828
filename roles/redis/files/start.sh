# shellcheck shell=sh
# Becomes the server, in its data's directory: DIRECTORY SERVER CONFIGURATION. Without a server, it only sees to the data.
#
# A Redis that is told to write an append-only file reads nothing else when it starts. Where there is a snapshot only,
# it would begin empty, and then replace the snapshot. An append-only file may begin with a snapshot, so it is made one;
# Redis 7 takes a file of that name over into its own directory.
set -eu
cd "$0"
if [ -e dump.rdb ] && [ ! -e appendonly.aof ] && [ ! -e appendonlydir ]; then
    cp dump.rdb .appendonly.aof.new
    mv .appendonly.aof.new appendonly.aof
    echo "appendonly.aof was made of dump.rdb"
fi
exec "$@"
