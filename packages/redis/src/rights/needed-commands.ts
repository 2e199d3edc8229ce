/**
 * Every command that this service sends to Redis, and how each is tried without changing anything. `deploy/redis.acl` grants
 * these and no others; a test compares both with the scripts and the code.
 */

/** Stands for the key of the trial. It holds a text meanwhile, so that a write of another type comes to nothing. */
export const KEY = '$key';
/** Stands for a channel that no node listens to. */
export const CHANNEL = '$channel';

/** Tried inside a script, where Redis checks them as it does outside. In this order: the key is made first and goes last. */
export const scriptCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['set', KEY, 'a trial of rights', 'PX', '60000'],
  ['get', KEY],
  ['hdel', KEY, 'f'],
  ['hexists', KEY, 'f'],
  ['hget', KEY, 'f'],
  ['hgetall', KEY],
  // No number: refused even where there is no key.
  ['hincrby', KEY, 'f', 'x'],
  ['hkeys', KEY],
  ['hlen', KEY],
  ['hmget', KEY, 'f'],
  ['hrandfield', KEY, '1'],
  ['hscan', KEY, '0'],
  // A field without a value.
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
  // No score.
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

/** Tried as they are: scripts may not send them, or are what is tried. */
export const directCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['ping'],
  ['role'],
  // Of no script: that there is none is said to a user who may ask.
  ['evalsha', '0'.repeat(40), '0'],
  ['pubsub|shardnumsub'],
];

/** Only a Cluster is asked these. */
export const clusterCommands: readonly (readonly [name: string, ...words: string[]])[] = [
  ['cluster|info'],
  ['cluster|slots'],
  ['asking'],
];

/** Tried on channels of each kind. */
export const channelCommands = ['ssubscribe', 'sunsubscribe'] as const;
/** Tried by running a script at all. */
export const evalCommand = 'eval';

/** Sent where they are allowed; without them less is known, such as the durability class, and all works. */
export const optionalCommands = ['client|setname', 'config|get', 'readonly', 'readwrite'] as const;

/** As an ACL writes them, without the plus. */
export const neededCommands: readonly string[] = [
  ...[...scriptCommands, ...directCommands, ...clusterCommands].map(([name]) => name),
  ...channelCommands,
  evalCommand,
];
