#!/bin/sh
# Makes the append-only file of a Redis from a backup (dump.rdb). With `appendonly yes` Redis does not read dump.rdb: a copy that
# was put into the folder is ignored, and Redis comes up empty.
#   restore-redis.sh <backup> <data folder> [port]
# Redis must not run on the folder. Needs redis-server and redis-cli (or valkey-server and valkey-cli by REDIS_SERVER, REDIS_CLI).
set -eu
backup=${1:?the backup, a file such as /backups/dump.rdb}
folder=${2:?the data folder of the Redis that is to be restored}
port=${3:-6399}
server=${REDIS_SERVER:-redis-server}
cli=${REDIS_CLI:-redis-cli}

if [ -e "$folder/appendonlydir" ]; then
  echo "$folder/appendonlydir exists: move it away first, Redis would read it instead of the backup." >&2
  exit 1
fi
[ "$backup" -ef "$folder/dump.rdb" ] || cp "$backup" "$folder/dump.rdb"

ask() { "$cli" -h 127.0.0.1 -p "$port" "$@"; }
field() { ask INFO persistence | tr -d '\r' | sed -n "s/^$1://p"; }

# Without an append-only file it reads the backup, and writes one on CONFIG SET.
"$server" --bind 127.0.0.1 --port "$port" --dir "$folder" --dbfilename dump.rdb --save '' --appendonly no \
  --aof-use-rdb-preamble yes --daemonize no >"$folder/restore.log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true' EXIT
until [ "$(field loading 2>/dev/null)" = 0 ]; do
  kill -0 "$pid" 2>/dev/null || { tail -5 "$folder/restore.log" >&2; exit 1; }
  sleep 0.2
done
ask CONFIG SET appendonly yes >/dev/null
until [ "$(field aof_rewrite_in_progress)$(field aof_rewrite_scheduled)" = 00 ]; do sleep 0.2; done
if [ "$(field aof_last_bgrewrite_status)" != ok ]; then
  echo "The append-only file could not be written, see $folder/restore.log" >&2
  exit 1
fi
echo "restored: $(ask DBSIZE | tr -dc 0-9) keys"
ask SHUTDOWN NOSAVE >/dev/null 2>&1 || true
wait "$pid" || true
