/**
 * Every command that this service sends to Redis, and a call of each that changes nothing. `deploy/redis.acl` grants
 * exactly these; a test compares both with the scripts and the code.
 */

/** A placeholder for the key of the trial. The key holds a text, so a write of another type fails. */
export const KEY = '$key';
/** A placeholder for a channel without subscribers. */
export const CHANNEL = '$channel';

/**
 * Tried inside a script, where Redis checks the same rights. The order matters: the first call makes the key, the
 * last one removes it.
 */
export const scriptCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['set', KEY, 'a trial of rights', 'PX', '60000'],
  ['get', KEY],
  ['hdel', KEY, 'f'],
  ['hexists', KEY, 'f'],
  ['hget', KEY, 'f'],
  ['hgetall', KEY],
  // Not a number: fails even where the key is missing.
  ['hincrby', KEY, 'f', 'x'],
  ['hkeys', KEY],
  ['hlen', KEY],
  ['hmget', KEY, 'f'],
  ['hrandfield', KEY, '1'],
  ['hscan', KEY, '0'],
  // The value of the second field is missing.
  ['hset', KEY, 'f', 'v', 'f'],
  ['hsetnx', KEY, 'f', 'v'],
  ['info', 'server'],
  ['pexpire', KEY, '60000'],
  ['sadd', KEY, 'm'],
  ['scard', KEY],
  ['smembers', KEY],
  ['srem', KEY, 'm'],
  ['sscan', KEY, '0'],
  ['spublish', CHANNEL, ''],
  ['time'],
  ['type', KEY],
  ['xadd', KEY, 'NOMKSTREAM', '*', 'f', 'v'],
  ['xdel', KEY, '0-1'],
  ['xlen', KEY],
  ['xrange', KEY, '-', '+', 'COUNT', '1'],
  ['xrevrange', KEY, '+', '-', 'COUNT', '1'],
  ['xtrim', KEY, 'MAXLEN', '0'],
  // The score is missing.
  ['zadd', KEY, 'x', 'm'],
  ['zcard', KEY],
  ['zcount', KEY, '0', '0'],
  ['zlexcount', KEY, '-', '+'],
  ['zrange', KEY, '0', '0'],
  ['zrangebylex', KEY, '-', '+'],
  ['zrangebyscore', KEY, '0', '0'],
  ['zrem', KEY, 'm'],
  ['zscore', KEY, 'm'],
  ['unlink', KEY],
];

/** Tried directly: a script may not send them, or they run scripts. */
export const directCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['ping'],
  ['role'],
  // The digest of no script: Redis answers NOSCRIPT to a user with the right.
  ['evalsha', '0'.repeat(40), '0'],
  ['pubsub|shardnumsub'],
];

/** Sent to a Cluster only. */
export const clusterCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['cluster|info'],
  ['cluster|slots'],
  ['asking'],
];

/** Tried on one channel of each type. */
export const channelCommands = ['ssubscribe', 'sunsubscribe'] as const;
/** Tried by running a script. */
export const evalCommand = 'eval';

/**
 * Sent where the user has the right. Without them the service works but knows less, for example no durability class.
 */
export const optionalCommands = ['client|setname', 'config|get', 'readonly', 'readwrite'] as const;

/** In the form of an ACL, without the plus. */
export const neededCommands: readonly string[] = [
  ...[...scriptCommands, ...directCommands, ...clusterCommands].map(([name]) => name),
  ...channelCommands,
  evalCommand,
];
