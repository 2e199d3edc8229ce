/** Erasures of users: a hash in the user's slot, and an entry in the list of what is due in the partition. */
import {
  type ArchiveErasure,
  type Erasure,
  type ErasureRun,
  type Erasures,
  erasureKeptMs,
  type MessageErasure,
  type MessageProgress,
} from '@plenum/core';
import { type UserId, userIdSchema } from '@plenum/protocol';
import { dueNames } from '../groups/due-names.ts';
import { beginErasure, finishErasure, noteErasure } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/** `$` is in no id, so a user in the list is never taken for a group. */
const prefix = '$user:';
const dueMax = 100;

export class RedisErasures implements Erasures {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>) {
    this.#deps = deps;
  }

  async begin(userId: UserId, { erasesMessages }: { readonly erasesMessages: boolean }): Promise<Erasure> {
    const args = { userId, withMessages: flag(erasesMessages) };
    const reply = await this.#deps.calls.read(beginErasure, { keys: this.#keysOf(userId), args });
    const [startedAtMs, groupsLeft, ...rest] = reply.details;
    return { status: 'running', startedAtMs, finishedAtMs: null, groupsLeft, messages: messagesOf(rest) };
  }

  async of(userId: UserId): Promise<Erasure | null> {
    const { calls, keys } = this.#deps;
    const [status, started, finished, left, ...rest] = await calls.command((redis) =>
      redis.hmget(
        keys.erasure(userId),
        'status',
        'started',
        'finished',
        'left',
        'messages',
        'archive',
        'place',
      ),
    );
    if (status !== 'running' && status !== 'done') return null;
    const finishedAtMs = status === 'done' ? Number(finished) : null;
    const numbers = { startedAtMs: Number(started), finishedAtMs, groupsLeft: Number(left) };
    return { status, ...numbers, messages: messagesOf(rest) };
  }

  async due(partition: number): Promise<readonly UserId[]> {
    const due = await dueNames(this.#deps, partition, { prefix, limit: dueMax });
    return due.flatMap(({ name }) => userIdSchema.safeParse(name).data ?? []);
  }

  async countLeft(userId: UserId): Promise<void> {
    const { calls, keys } = this.#deps;
    await calls.command((redis) => redis.hincrby(keys.erasure(userId), 'left', 1));
  }

  async note(
    userId: UserId,
    { startedAtMs }: ErasureRun,
    { done, archive, place }: MessageProgress,
  ): Promise<void> {
    const { calls, keys } = this.#deps;
    const args = { started: startedAtMs, done, archive, place };
    await calls.read(noteErasure, { keys: { erasure: keys.erasure(userId) }, args });
  }

  async postpone(userId: UserId, ms: number | null): Promise<void> {
    const { calls, keys, clock } = this.#deps;
    const key = keys.dueOfUser(userId);
    const member = prefix + userId;
    await calls.command((redis) =>
      ms === null ? redis.zrem(key, member) : redis.zadd(key, 'XX', clock.nowMs() + ms, member),
    );
  }

  async finish(
    userId: UserId,
    { startedAtMs, erasesMessages, againMs }: ErasureRun & { readonly againMs: number },
  ): Promise<void> {
    const shared = { userId, started: startedAtMs, againMs, keptMs: erasureKeptMs };
    const args = { ...shared, withMessages: flag(erasesMessages) };
    await this.#deps.calls.read(finishErasure, { keys: this.#keysOf(userId), args });
  }

  #keysOf(userId: UserId) {
    const { keys } = this.#deps;
    return { erasure: keys.erasure(userId), due: keys.dueOfUser(userId) };
  }
}

const flag = (isSet: boolean): '0' | '1' => (isSet ? '1' : '0');

const archiveStates: readonly ArchiveErasure[] = ['none', 'pending', 'done', 'unsupported'];

/** @param words the fields `messages`, `archive` and `place`; empty or null without messages */
function messagesOf([done, archive, place]: readonly (string | null | undefined)[]): MessageErasure | null {
  if (!done) return null;
  const known = archiveStates.find((state) => state === archive) ?? 'pending';
  return { done: Number(done), archive: known, place: place ?? '' };
}
