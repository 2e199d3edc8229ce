/**
 * Presence on Redis: a hash of the online users per group, and a set of the users that each node hosts per partition.
 */
import {
  type EndedGroup,
  type HostedUser,
  type OnlineUsers,
  type Presence,
  type PresenceChange,
  type PresenceHousekeeping,
  partitionOf,
  type Refused,
} from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId, userIdSchema } from '@plenum/protocol';
import { z } from 'zod';
import { countIn } from '../script-calls/count-in.ts';
import { groupArgValues, groupKeyValues, stateKeyValues } from '../script-calls/group-header.ts';
import { changePresence, endAbsence, publishTyping, readPresence } from '../script-calls/index.ts';
import { refusalOf } from '../script-calls/refusals.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';

/** Absences that one call ends; the next call ends more. */
const absencesPerRound = 100;
/** Entries of a node's set that one command returns. */
const scanCount = 1000;

/** Parses `<group> <user>`; an id contains no space. */
const holdingSchema = z
  .string()
  .transform((text) => text.split(' '))
  .pipe(z.tuple([groupIdSchema, userIdSchema]))
  .transform(([groupId, userId]): HostedUser => ({ groupId, userId }));

export class RedisPresence implements Presence, PresenceHousekeeping {
  readonly #deps: StateDeps;
  readonly #calls: ScriptCalls;

  constructor(deps: StateDeps) {
    this.#deps = deps;
    this.#calls = deps.calls;
  }

  async change({ groupId, nodeId, came, went }: PresenceChange): Promise<void> {
    const { keys, settings } = this.#deps;
    const partition = partitionOf(groupId);
    await this.#calls.read(changePresence, {
      keys: {
        group: keys.group(groupId),
        members: keys.members(groupId),
        on: keys.on(groupId),
        held: keys.held(partition, nodeId),
        holders: keys.holders(partition),
        away: keys.away(partition),
      },
      args: {
        groupId,
        nodeId,
        came: came.join(' '),
        went: went.join(' '),
        absenceMs: settings.absenceMs,
        room: keys.tags.groupRoom(groupId),
        channel: keys.groupChannel(groupId),
      },
    });
  }

  async online(groupId: GroupId, limit: number): Promise<OnlineUsers> {
    const { keys } = this.#deps;
    return (await this.#calls.read(readPresence, { keys: { on: keys.on(groupId) }, args: { limit } }))
      .details;
  }

  async onlineAmong(groupId: GroupId, userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    if (userIds.length === 0) return new Set();
    const key = this.#deps.keys.on(groupId);
    const nodes = await this.#calls.command((redis) => redis.hmget(key, ...userIds));
    return new Set(userIds.filter((_, at) => typeof nodes[at] === 'string'));
  }

  async typing(groupId: GroupId, userId: UserId): Promise<Refused | null> {
    const { keys } = this.#deps;
    const reply = await this.#calls.read(publishTyping, {
      keys: { group: keys.group(groupId), members: keys.members(groupId) },
      args: { groupId, userId, room: keys.tags.groupRoom(groupId), channel: keys.groupChannel(groupId) },
    });
    return reply.type === 'refused' ? refusalOf(reply) : null;
  }

  countHosted(nodeId: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const { keys } = this.#deps;
    return countIn(this.#calls, {
      type: 'set',
      partitions,
      keyOf: (partition) => keys.held(partition, nodeId),
    });
  }

  async hosted(nodeId: string, partition: number): Promise<readonly HostedUser[]> {
    const key = this.#deps.keys.held(partition, nodeId);
    const found = new Set<string>();
    let cursor = '0';
    do {
      const at = cursor;
      const [next, some] = await this.#calls.command((redis) => redis.sscan(key, at, 'COUNT', scanCount));
      for (const text of some) found.add(text);
      cursor = next;
    } while (cursor !== '0');
    return [...found].map((text) => holdingSchema.parse(text));
  }

  hostingNodes(partition: number): Promise<readonly string[]> {
    const key = this.#deps.keys.holders(partition);
    return this.#calls.command((redis) => redis.smembers(key));
  }

  async endAbsences(partition: number): Promise<readonly EndedGroup[]> {
    await this.#calls.learnTime();
    const key = this.#deps.keys.away(partition);
    const until = this.#deps.clock.nowMs();
    const due = await this.#calls.command((redis) =>
      redis.zrangebyscore(key, '-inf', until, 'LIMIT', 0, absencesPerRound),
    );
    const ended: EndedGroup[] = [];
    for (const text of due) {
      const group = await this.#endAbsence(holdingSchema.parse(text));
      if (group !== null) ended.push(group);
    }
    return ended;
  }

  /** @returns the group if it has ended with the membership */
  async #endAbsence({ groupId, userId }: HostedUser): Promise<EndedGroup | null> {
    const { keys, settings } = this.#deps;
    const reply = await this.#calls.read(endAbsence, {
      keys: {
        ...groupKeyValues(groupId, keys),
        groups: keys.groups(groupId),
        on: keys.on(groupId),
        reads: keys.reads(groupId),
        away: keys.away(partitionOf(groupId)),
        ...stateKeyValues(groupId, keys),
        links: keys.links(groupId),
      },
      args: { ...groupArgValues(groupId, this.#deps), userId, absenceMs: settings.absenceMs },
    });
    return reply.type === 'ended' ? { groupId, atMs: reply.nowMs, ...reply.details } : null;
  }
}
