/** A group with messages, commands on them, and a look at everything that Redis holds. */
import { createHash } from 'node:crypto';
import { type MessageCommand, type MessageOutcome, messageOf, targetOf } from '@plenum/core';
import { type Actor, reactionKey, SERVICE, userIdSchema } from '@plenum/protocol';
import type { Redis } from 'ioredis';
import { groupId, type Stage } from '../scripts/stage.ts';

let made = 0;

/** What the test gives of a command. */
interface Given {
  readonly actor?: string;
  readonly requestId?: string;
  /** Of an edit. */
  readonly message?: string;
  readonly metadata?: string;
  readonly mentions?: readonly string[];
  /** Of a reaction. */
  readonly reaction?: string;
  /** Of a take-down. */
  readonly reason?: string;
}

const actorOf = (name: string): Actor => (name === SERVICE ? SERVICE : userIdSchema.parse(name));

function messageCommand(
  operation: MessageCommand['operation'],
  messageId: string,
  given: Given = {},
): MessageCommand {
  made += 1;
  const target = targetOf(messageId);
  if (target === null) throw new Error(`no message id: ${messageId}`);
  const payloadHash = createHash('sha256')
    .update(JSON.stringify([operation, messageId, given]))
    .digest('hex');
  const request = { id: given.requestId ?? `change-${made}`, payloadHash, rememberMs: 600_000 };
  const base = { groupId, request, target };
  const actor = actorOf(given.actor ?? 'owner');
  switch (operation) {
    case 'edit': {
      const mentions = given.mentions?.map((name) => userIdSchema.parse(name)) ?? null;
      const { message = 'edited', metadata = null } = given;
      const author = userIdSchema.parse(actor);
      return { ...base, operation, actor: author, message, metadata, mentions, isRateLimited: false };
    }
    case 'take_down':
      return { ...base, operation, actor, reason: given.reason ?? null };
    case 'react':
    case 'unreact': {
      const { reaction = '👍' } = given;
      const user = userIdSchema.parse(actor);
      return { ...base, operation, actor: user, reaction, reactionKey: reactionKey(reaction) };
    }
    case 'append':
      return { ...base, operation, actor, text: given.message ?? ' more', isDone: false, also: [] };
    default:
      return { ...base, operation, actor };
  }
}

export const run = (
  stage: Stage,
  operation: MessageCommand['operation'],
  messageId: string,
  given: Given = {},
): Promise<MessageOutcome> => stage.messages.change(messageCommand(operation, messageId, given));

/** A change that a test takes for granted. */
export async function must(
  stage: Stage,
  operation: MessageCommand['operation'],
  messageId: string,
  given: Given = {},
) {
  const outcome = await run(stage, operation, messageId, given);
  if (outcome.type === 'refused') throw new Error(`${operation}: ${outcome.failure.code}`);
  return outcome;
}

export const refusalIn = (outcome: MessageOutcome) =>
  outcome.type === 'refused' ? outcome.failure.code : outcome.type;

/** The entries of the log as they are read now. */
export async function read(stage: Stage, reader: string | null = null, afterSeq = 0) {
  const user = reader === null ? null : userIdSchema.parse(reader);
  const range = await stage.log.after(groupId, afterSeq, 200, user);
  return (range?.entries ?? []).map((entry) => JSON.parse(entry.wire.toString()));
}

/** The message as it is read now. */
export async function get(stage: Stage, messageId: string, reader: string | null = null) {
  const target = targetOf(messageId);
  if (target === null) throw new Error(`no message id: ${messageId}`);
  const user = reader === null ? null : userIdSchema.parse(reader);
  const found = await stage.messages.get(groupId, target, user);
  return found?.entry ? messageOf(found.entry).result : null;
}

const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  zset: (redis, key) => redis.zrange(key, 0, '-1'),
  set: (redis, key) => redis.smembers(key),
  list: (redis, key) => redis.lrange(key, 0, -1),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
};

/** Every key of Redis, read by the command of its type, as text. */
export async function everyValue(redis: Redis, match = '*'): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  let cursor = '0';
  do {
    const [next, keys]: [string, string[]] = await redis.scan(cursor, 'MATCH', match, 'COUNT', 1000);
    cursor = next;
    for (const key of keys) {
      const type = await redis.type(key);
      const value = await readers[type]?.(redis, key);
      // A key may expire between two commands.
      values.set(key, JSON.stringify(value) ?? '');
    }
  } while (cursor !== '0');
  return values;
}

/** A group with two members and a message of one of them. @returns its id */
export async function withMessage(stage: Stage, text = 'hello') {
  await stage.create();
  await stage.admit('alice', 'bob');
  return (await stage.send('alice', text)).messageId;
}
