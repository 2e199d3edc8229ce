/** Read marks and notification levels on Redis: one hash per group. */
import type {
  NotificationLevels,
  NotificationSetting,
  ReadMarks,
  ReadPosition,
  ReadState,
} from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import { letterOfLevel, levelOf, markRead, readMark, setNotifications } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/**
 * Read marks on Redis. One hash per group holds `<seq> <messages up to it>` per member; the message counts come from
 * the log's entries.
 */
export class RedisReadMarks implements ReadMarks {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys'>) {
    this.#deps = deps;
  }

  async mark(groupId: GroupId, userId: UserId, { seq, epoch, mayFall = false }: ReadPosition) {
    const args = { userId, seq, epoch: epoch ?? '', mayFall: mayFall ? '1' : '0' };
    const reply = await this.#deps.calls.read(markRead, { keys: this.#keys(groupId), args });
    if (reply.type === 'refused') return refusalOf(reply);
    return { type: 'marked', ...reply.details } as const;
  }

  async of(groupId: GroupId, userId: UserId): Promise<ReadState | null> {
    const keys = { ...this.#keys(groupId), mentions: this.#deps.keys.mentions(groupId) };
    const reply = await this.#deps.calls.read(readMark, { keys, args: { userId } });
    if (reply.type === 'none') return null;
    const { level, ...state } = reply.details;
    return { ...state, notifications: level === '' ? null : levelOf(level, reply.nowMs) };
  }

  async among(groupId: GroupId, userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>> {
    if (userIds.length === 0) return new Map();
    const key = this.#deps.keys.reads(groupId);
    const marks = await this.#deps.calls.command((redis) => redis.hmget(key, ...userIds));
    return new Map(
      userIds.flatMap((userId, at): [UserId, number][] => {
        const mark = marks[at];
        return mark ? [[userId, Number(mark.split(' ')[0])]] : [];
      }),
    );
  }

  #keys(groupId: GroupId) {
    const { keys } = this.#deps;
    return {
      group: keys.group(groupId),
      members: keys.members(groupId),
      log: keys.log(groupId),
      reads: keys.reads(groupId),
    };
  }
}

/** Notification levels on Redis: fields of the hash of the read marks, as lua/lib/levels.lua says. */
export class RedisNotificationLevels implements NotificationLevels {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>) {
    this.#deps = deps;
  }

  async set(groupId: GroupId, userId: UserId, { level, untilMs }: NotificationSetting) {
    const { calls, keys } = this.#deps;
    const reply = await calls.read(setNotifications, {
      keys: { group: keys.group(groupId), members: keys.members(groupId), reads: keys.reads(groupId) },
      args: { userId, level: letterOfLevel[level], untilMs: untilMs ?? '' },
    });
    if (reply.type === 'refused') return refusalOf(reply);
    return { type: 'set', setting: reply.details } as const;
  }

  async among(groupId: GroupId, userIds: readonly UserId[]) {
    const found = new Map<UserId, 'mentions' | 'none'>();
    if (userIds.length === 0) return found;
    const { calls, keys, clock } = this.#deps;
    const fields = userIds.map((userId) => `${userId} level`);
    const texts = await calls.command((redis) => redis.hmget(keys.reads(groupId), ...fields));
    if (texts.every((text) => text === null)) return found;
    await calls.learnTime();
    for (const [at, userId] of userIds.entries()) {
      const level = texts[at] ? levelOf(texts[at], clock.nowMs()) : null;
      if (level !== null) found.set(userId, level.level);
    }
    return found;
  }
}
