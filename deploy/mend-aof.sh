#!/bin/sh
# Lets a Redis start again that says "Bad file format reading the append only file" after its disk was full: takes out the zero
# bytes that Redis 7 and 8 leave where a write did not fit, and nothing else. `redis-check-aof --fix` would drop all that follows.
#   mend-aof.sh <folder of the append-only file, such as /data/appendonlydir>
# Redis must not run on the folder. Needs redis-check-aof (or REDIS_CHECK_AOF), cmp, and room for two copies of the damaged file, of
# which one is kept beside it as *.damaged. The mended file has its owner and mode.
set -eu
export LC_ALL=C
folder=${1:?the folder of the append-only file, such as /data/appendonlydir}
check=${REDIS_CHECK_AOF:-redis-check-aof}
command -v cmp >/dev/null || { echo "cmp is needed, as of diffutils" >&2; exit 1; }

for file in "$folder"/*.incr.aof; do
  until report=$("$check" "$file" </dev/null 2>&1); do
    valid=$(echo "$report" | sed -n 's/.*ok_up_to=\([0-9]*\),.*/\1/p')
    [ -n "$valid" ] || { echo "$report" >&2; exit 1; }
    # The first byte that is not zero; none at the end of the file.
    compared=$(tail -c +$((valid + 1)) "$file" | cmp - /dev/zero 2>/dev/null || true)
    after=$(echo "$compared" | sed -n 's/.*[a-z] \([0-9]*\), line.*/\1/p')
    zeros=$((${after:-$(($(wc -c <"$file") - valid + 1))} - 1))
    if [ "$zeros" -eq 0 ]; then
      echo "$file is damaged at byte $valid of $(($(wc -c <"$file"))), and not by zero bytes." >&2
      echo "Redis drops the end of a last write by itself: start it. If it does not start, take a replica or a backup." >&2
      exit 1
    fi
    # Under its name only when it is whole: the disk may be full once more.
    [ -e "$file.damaged" ] || { cp -p "$file" "$file.copied"; mv "$file.copied" "$file.damaged"; }
    cp -p "$file" "$file.mended"
    { head -c "$valid" "$file"; tail -c +$((valid + zeros + 1)) "$file"; } >"$file.mended"
    mv "$file.mended" "$file"
    echo "$file: $zeros zero bytes taken out at byte $valid"
  done
done
echo "every append-only file in $folder is valid"
