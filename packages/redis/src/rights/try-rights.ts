/**
 * Tests the rights of the Redis user by using them: runs every command in a script, and subscribes and publishes under
 * the prefix.
 */
import type { Redis } from 'ioredis';
import {
  CHANNEL,
  channelCommands,
  clusterCommands,
  directCommands,
  evalCommand,
  KEY,
  scriptCommands,
} from './needed-commands.ts';
import { isReply, type Lack, lackIn } from './refusal.ts';

export interface Trial {
  /** A client of one server that nothing else uses during the trial. A command fails if there is no connection. */
  readonly redis: Redis;
  readonly prefix: string;
  /** A hash tag of a slot that this server serves. */
  readonly tag: string;
  readonly isCluster: boolean;
}

const luaWord = (word: string): string =>
  word === KEY ? 'KEYS[1]' : word === CHANNEL ? 'ARGV[1]' : `'${word}'`;

/** A Lua script that returns each refused command with the reason. */
const trialScript = [
  // The trial also works when the memory of Redis is full.
  '#!lua flags=allow-oom',
  'local refused = {}',
  'local function try(name, ...)',
  '  local reply = redis.pcall(...)',
  "  if type(reply) ~= 'table' or not reply.err then return end",
  '  refused[#refused + 1] = name',
  '  refused[#refused + 1] = reply.err',
  'end',
  ...scriptCommands.map(([name, ...words]) => `try('${name}', ${[name, ...words].map(luaWord).join(', ')})`),
  'return refused',
].join('\n');

/** @returns the missing rights. Throws or ignores other errors, for example of a server that is away */
export async function tryRights(trial: Trial): Promise<readonly Lack[]> {
  const lacks = [
    ...(await tryKeys(trial)),
    ...(await tryScript(trial)),
    ...(await tryDirectly(trial)),
    ...(await tryChannels(trial)),
  ];
  return lacks.filter((lack, at) => lacks.findIndex((other) => isSame(lack, other)) === at);
}

const isSame = (one: Lack, other: Lack): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Redis checks rights before slots. */
const keysOf = ({ prefix, tag }: Trial): readonly string[] => [
  `${prefix}:meta`,
  `${prefix}:nodes`,
  `${prefix}:agreed:rights`,
  `${prefix}:${tag}:rights`,
];

const channelsOf = ({ prefix, tag }: Trial): readonly string[] => [
  `${prefix}#/#${tag}:$rights#`,
  `${prefix}#node#rights#`,
  `${prefix}#canary#${tag}rights#`,
];

async function tryKeys(trial: Trial): Promise<readonly Lack[]> {
  const tried = keysOf(trial).map((key) =>
    refusalOf(trial.redis.call('eval', 'return 1', 1, key), evalCommand),
  );
  return known(await Promise.all(tried));
}

async function tryScript(trial: Trial): Promise<readonly Lack[]> {
  const { redis, prefix, tag } = trial;
  const [channel = ''] = channelsOf(trial);
  let reply: unknown;
  try {
    reply = await redis.call('eval', trialScript, 1, `${prefix}:${tag}:rights`, channel);
  } catch (error) {
    if (!isReply(error)) throw error;
    return known([lackIn(error.message, evalCommand)]);
  }
  const words = Array.isArray(reply) ? reply.map(String) : [];
  return known(words.map((name, at) => (at % 2 === 0 ? lackIn(words[at + 1] ?? '', name) : null)));
}

async function tryDirectly({ redis, isCluster }: Trial): Promise<readonly Lack[]> {
  const tried = [...(isCluster ? clusterCommands : []), ...directCommands].map(([name, ...words]) => {
    const [command = '', ...subcommand] = name.split('|');
    return refusalOf(redis.call(command, ...subcommand, ...words), name);
  });
  return known(await Promise.all(tried));
}

async function tryChannels(trial: Trial): Promise<readonly Lack[]> {
  const { redis } = trial;
  const [subscribe, unsubscribe] = channelCommands;
  const lacks: (Lack | null)[] = [];
  for (const channel of channelsOf(trial)) {
    lacks.push(await refusalOf(redis.ssubscribe(channel), subscribe));
    lacks.push(await refusalOf(redis.sunsubscribe(channel), unsubscribe));
  }
  return known(lacks);
}

/** @returns null if the user has the right, even if the command fails. @throws an error that is no reply of Redis */
async function refusalOf(sent: Promise<unknown>, command: string): Promise<Lack | null> {
  try {
    await sent;
    return null;
  } catch (error) {
    if (isReply(error)) return lackIn(error.message, command);
    throw error;
  }
}

const known = (lacks: readonly (Lack | null)[]): readonly Lack[] => lacks.filter((lack) => lack !== null);
