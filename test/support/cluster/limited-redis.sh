#!/bin/sh
# Redis, to which the signal of a limit of the size of files does nothing: a write beyond the limit is done in part, and fails.
trap '' XFSZ
for program in "${LIMITED_PROGRAM:-}" redis-server valkey-server; do
  if command -v "$program" >/dev/null; then exec "$program" "$@"; fi
done
