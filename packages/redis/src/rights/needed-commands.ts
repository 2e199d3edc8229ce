/**
 * Lists every command that this service sends to Redis, each with a call that has no lasting effect. `deploy/redis.acl`
 * grants exactly these commands; a test compares both with the scripts and the code.
 */

/** Placeholder for the key of the trial. Its value is a string, so a write of another type fails. */
export const KEY = '$key';
/** Placeholder for a channel without subscribers. */
export const CHANNEL = '$channel';

/**
 * Commands that the trial calls inside a script, where Redis checks the same rights. The first call creates the key and
 * the last one removes it.
 */
export const scriptCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['set', KEY, 'a trial of rights', 'PX', '60000'],
  ['get', KEY],
  ['hdel', KEY, 'f'],
  ['hexists', KEY, 'f'],
  ['hget', KEY, 'f'],
  ['hgetall', KEY],
  // `x` is not a number, so this fails even if the key is missing.
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
  ['zmscore', KEY, 'm'],
  ['zrange', KEY, '0', '0'],
  ['zrangebylex', KEY, '-', '+'],
  ['zrangebyscore', KEY, '0', '0'],
  ['zrem', KEY, 'm'],
  ['zscore', KEY, 'm'],
  ['unlink', KEY],
];

/** Commands that the trial sends directly, because a script must not call them. */
export const directCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['ping'],
  ['role'],
  // No script has this digest: Redis answers NOSCRIPT if the user has the right.
  ['evalsha', '0'.repeat(40), '0'],
  ['pubsub|shardnumsub'],
];

/** Commands that are sent to a Cluster only. */
export const clusterCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['cluster|info'],
  ['cluster|slots'],
  ['asking'],
];

/** Commands that the trial sends for one channel of each type. */
export const channelCommands = ['ssubscribe', 'sunsubscribe'] as const;
/** The command that runs the trial script itself. */
export const evalCommand = 'eval';

/**
 * Commands whose right may be missing. Then the service works but knows less, for example no durability class.
 */
export const optionalCommands = ['client|setname', 'config|get', 'readonly', 'readwrite'] as const;

/** The names of all needed commands as an ACL rule writes them, without the plus. */
export const neededCommands: readonly string[] = [
  ...[...scriptCommands, ...directCommands, ...clusterCommands].map(([name]) => name),
  ...channelCommands,
  evalCommand,
];
