#!/bin/sh
# Runs a Redis with the users of redis.acl. The user `plenum` gets the password REDIS_PASSWORD, the default user may only ping.
#   REDIS_PASSWORD=… deploy/redis-with-users.sh <redis.acl> <folder for the result> redis-server <its arguments …>
# REDIS_ADMIN_PASSWORD adds a user `admin` with all rights. A prefix other than `plenum` is PLENUM_PREFIX.
set -eu

acl=$1
users=$2/users.acl
shift 2

# An ACL file holds the digest of a password, so a password may have any character.
digest_of() { printf %s "$1" | sha256sum | cut -c1-64; }

prefix=${PLENUM_PREFIX:-plenum}
password=$(digest_of "${REDIS_PASSWORD:?set the password of the Redis user plenum}")
umask 022
sed -e "s/ off resetpass / on #$password /" -e "s/ ~plenum:\* &plenum#\* / ~$prefix:* \&$prefix#* /" "$acl" >"$users"
if [ -n "${REDIS_ADMIN_PASSWORD:-}" ]; then
  echo "user admin on #$(digest_of "$REDIS_ADMIN_PASSWORD") ~* &* +@all" >>"$users"
fi
unset REDIS_PASSWORD REDIS_ADMIN_PASSWORD

# Protected mode would refuse all other machines, since the default user has no password: it may only ping.
exec "$@" --protected-mode no --aclfile "$users"
