/** The port `RebuiltStore` on Redis: writes groups into a prefix that has none. Nodes do not start on it meanwhile. */
import {
  type ArchivedExpiry,
  type Clock,
  clientIdRememberMs,
  type EngineSettings,
  type Logger,
  PARTITION_COUNT,
  partitionOf,
  type Random,
  type RebuildStart,
  type RebuiltStore,
  type RestoredGroup,
  type RestoredSend,
  sleep,
} from '@plenum/core';
import type { GroupId } from '@plenum/protocol';
import { Anomalies } from '../anomalies.ts';
import { checkRedis } from '../boot/boot-check.ts';
import { parseRedisUrl } from '../connections/address.ts';
import { type Connections, openConnections } from '../connections/connections.ts';
import { Keys } from '../keys.ts';
import { restoreGroup } from '../script-calls/index.ts';
import { ScriptCalls } from '../script-calls/script-calls.ts';
import { ServerClock } from '../script-calls/server-clock.ts';
import { isFilling, RebuildMark } from './rebuild-mark.ts';
import * as values from './restored-values.ts';

export interface RebuiltStoreOptions {
  readonly url: string;
  readonly prefix: string;
  readonly random: Random;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: EngineSettings;
}

/** Values per command: bounds the time for which one command holds Redis. */
const valuesPerCommand = 500;

/** @throws Error with one sentence if this Redis cannot be used */
export async function openRebuiltStore(options: RebuiltStoreOptions): Promise<RebuiltStore> {
  const { url, prefix, random, clock, logger } = options;
  const address = parseRedisUrl(url);
  const checked = await checkRedis(address, prefix, { clock, mayBeHalfRebuilt: true });
  const keys = new Keys(prefix, checked.tags);
  const anomalies = new Anomalies({ clock, logger });
  const role = 'client';
  const connections = openConnections({ address: checked.address, role, random, logger, clock, anomalies });
  try {
    await connections.ready();
  } catch (error) {
    await connections.close();
    throw error;
  }
  return new RedisRebuiltStore({ ...options, keys, connections });
}

interface Deps extends RebuiltStoreOptions {
  readonly keys: Keys;
  readonly connections: Connections;
}

class RedisRebuiltStore implements RebuiltStore {
  readonly #deps: Deps;
  readonly #calls: ScriptCalls;
  readonly #clock: ServerClock;
  readonly #mark: RebuildMark;
  /** By node, at the last look. */
  #heartbeats: Readonly<Record<string, string>> = {};

  constructor(deps: Deps) {
    const { connections, clock, settings } = deps;
    this.#deps = deps;
    this.#clock = new ServerClock(clock);
    this.#calls = new ScriptCalls({ redis: connections.command, clock: this.#clock, settings });
    this.#mark = new RebuildMark({ ...deps, calls: this.#calls });
  }

  /** The mark is written before the look at the nodes, so a node that starts now sees it. */
  async begin(): Promise<RebuildStart> {
    const mark = this.#mark;
    const found = await mark.place();
    const running = await this.#runningNodes();
    if (found !== null && !(await mark.takeOver(found)))
      return this.#refused('is being rebuilt by another process: wait until that has ended.');
    // A rebuild that was stopped while it checked has written nothing.
    const isNew = found === null || !isFilling(found);
    const why = await this.#whyNot(isNew, running);
    if (why === null) {
      await mark.confirm();
      return { type: isNew ? 'begun' : 'continued' };
    }
    await (isNew ? mark.remove() : mark.stop());
    return this.#refused(why);
  }

  #refused(why: string): RebuildStart {
    return { type: 'refused', why: `Prefix "${this.#deps.prefix}" ${why}` };
  }

  async #whyNot(isNew: boolean, running: number): Promise<string | null> {
    if (running > 0)
      return `is in use by ${running} running node(s): stop them, rebuild, and start them again.`;
    if (!isNew) return null;
    const groups = await this.#groupCount();
    if (groups === 0) return null;
    return `holds ${groups} group(s): a rebuild fills an empty prefix only. Remove its keys first, or use another PLENUM_PREFIX.`;
  }

  /** A node that runs sends a heartbeat in a third of the lease's life, also to a Redis that was just emptied. */
  async #runningNodes(): Promise<number> {
    const { clock, settings } = this.#deps;
    this.#heartbeats = await this.#readHeartbeats();
    await sleep(clock, settings.leaseTtlMs);
    return this.#nodesSince();
  }

  /** @returns how many nodes have sent a heartbeat since the call before, or since the first look */
  async #nodesSince(): Promise<number> {
    const before = this.#heartbeats;
    this.#heartbeats = await this.#readHeartbeats();
    return Object.entries(this.#heartbeats).filter(([nodeId, beat]) => before[nodeId] !== beat).length;
  }

  #readHeartbeats(): Promise<Readonly<Record<string, string>>> {
    const { keys } = this.#deps;
    return this.#calls.command((redis) => redis.hgetall(keys.nodes()));
  }

  async #groupCount(): Promise<number> {
    const { keys } = this.#deps;
    let sum = 0;
    for (let partition = 0; partition < PARTITION_COUNT; partition += 1)
      sum += await this.#calls.command((redis) => redis.zcard(keys.groupsIn(partition)));
    return sum;
  }

  async has(groupId: GroupId): Promise<boolean> {
    const key = this.#deps.keys.group(groupId);
    const [epoch, deleted] = await this.#calls.command((redis) => redis.hmget(key, 'epoch', 'deleted'));
    return typeof epoch === 'string' && typeof deleted !== 'string';
  }

  async restore(
    group: RestoredGroup,
    { sends, expiries }: Parameters<RebuiltStore['restore']>[1],
  ): Promise<void> {
    const { keys, random } = this.#deps;
    const { groupId } = group;
    this.#expectOwn();
    await this.#calls.learnTime();
    await this.#clear(groupId);
    await Promise.all([
      this.#hset(keys.members(groupId), values.recordsOf(group)),
      this.#zadd(keys.receivers(groupId), values.placesOf(group, false)),
      this.#zadd(keys.pending(groupId), values.placesOf(group, true)),
      this.#zadd(keys.mutes(groupId), values.endsOf(group)),
      this.#zadd(keys.bans(groupId), values.bansOf(group)),
      this.#hset(keys.applications(groupId), values.applicationsOf(group)),
      this.#hset(keys.invites(groupId), values.invitesOf(group)),
      this.#hset(keys.links(groupId), values.linksOf(group)),
      this.#expire(groupId, expiries),
      this.#remember(group, sends),
      this.#index(group),
      this.#awayFrom(group),
    ]);
    await this.#calls.read(restoreGroup, {
      keys: { group: keys.group(groupId), groups: keys.groups(groupId), due: keys.due(groupId) },
      args: {
        groupId,
        epoch: random.token(),
        nextDue: values.nextDueOf(group) ?? '',
        isEmpty: values.isEmptyPublic(group) ? '1' : '0',
        fields: values
          .fieldsOf(group)
          .map(([name, value]) => `${name} ${value}\n`)
          .join(''),
      },
    });
  }

  /** @throws Error if another rebuild has taken over: what it has written must stay */
  #expectOwn(): void {
    if (!this.#mark.isLost) return;
    throw new Error(`Another rebuild of prefix "${this.#deps.prefix}" has taken over: let it end.`);
  }

  /** Removes what an attempt that was stopped has written. */
  async #clear(groupId: GroupId): Promise<void> {
    const { keys } = this.#deps;
    const own = [
      ...[keys.members, keys.receivers, keys.pending, keys.mutes, keys.bans, keys.applications],
      ...[keys.invites, keys.links, keys.log, keys.present, keys.changed, keys.reactors, keys.mentions],
      ...[keys.reads, keys.on, keys.slow, keys.timed],
    ];
    await this.#calls.command((redis) => redis.unlink(...own.map((key) => key(groupId))));
  }

  async #hset(key: string, fields: readonly values.Field[]): Promise<void> {
    for (const some of chunksOf(fields))
      await this.#calls.command((redis) => redis.hset(key, ...some.flat()));
  }

  async #zadd(key: string, scored: readonly values.Scored[]): Promise<void> {
    for (const some of chunksOf(scored)) {
      const words = some.flatMap(([member, score]) => [score, member]);
      await this.#calls.command((redis) => redis.zadd(key, ...words));
    }
  }

  /** The groups of each user: a key per user, in its own slot. */
  async #index({ groupId, members, invites }: RestoredGroup): Promise<void> {
    const { keys, random } = this.#deps;
    const users = [...members.map(({ userId }) => userId), ...invites.keys()];
    for (const some of chunksOf(users)) {
      const entry = `${random.token()}.${this.#clock.nowMs()}`;
      await this.#calls.command((redis) =>
        Promise.all(some.map((userId) => redis.hset(keys.mine(userId), groupId, entry))),
      );
    }
  }

  /** In an ephemeral group a membership ends unless the user comes back in time. */
  async #awayFrom({ groupId, members, settings }: RestoredGroup): Promise<void> {
    if (!settings.ephemeral) return;
    const endsAtMs = this.#clock.nowMs() + this.#deps.settings.absenceMs;
    const away = members
      .filter(({ status }) => status !== 'pending')
      .map(({ userId }): values.Scored => [`${groupId} ${userId}`, endsAtMs]);
    await this.#zadd(this.#deps.keys.away(partitionOf(groupId)), away);
  }

  async #expire(groupId: GroupId, expiries: readonly ArchivedExpiry[]): Promise<void> {
    if (expiries.length === 0) return;
    const { keys } = this.#deps;
    const timed = expiries.map(({ messageId, atMs }): values.Scored => [messageId, atMs]);
    await this.#zadd(keys.timed(groupId), timed);
    const first = expiries.reduce((earliest, { atMs }) => Math.min(earliest, atMs), Number.MAX_SAFE_INTEGER);
    await this.#zadd(keys.due(groupId), [[`$timed:${groupId}`, first]]);
  }

  /** A repeated request gets the answer that the first one got. */
  async #remember({ groupId, members }: RestoredGroup, sends: readonly RestoredSend[]): Promise<void> {
    const { keys } = this.#deps;
    const receivers = members.filter(({ status }) => status !== 'pending').length;
    for (const some of chunksOf(sends)) {
      await this.#calls.command((redis) =>
        Promise.all(
          some.map(({ sender, requestId, payloadHash, epoch, seq, atMs }) => {
            const answer = `${payloadHash} ${epoch} ${seq} ${receivers} ${atMs}`;
            return redis.set(keys.dedupe(groupId, sender, requestId), answer, 'PX', clientIdRememberMs);
          }),
        ),
      );
    }
  }

  /** Nodes find the word of an earlier node, so none of them reports that Redis came up empty. */
  async finish(): Promise<void> {
    const { keys, random } = this.#deps;
    const meta = keys.meta();
    this.#expectOwn();
    const nodes = await this.#nodesSince();
    if (nodes > 0)
      throw new Error(
        `${nodes} node(s) ran on prefix "${this.#deps.prefix}" while it was rebuilt, and may have made groups: end them, remove the keys of the prefix, and rebuild it.`,
      );
    await this.#calls.command((redis) => redis.hsetnx(meta, 'born', random.token()));
    await this.#calls.command((redis) => redis.hdel(meta, 'emptied'));
    await this.#mark.remove();
  }

  async close(): Promise<void> {
    await this.#mark.stop();
    await this.#deps.connections.close();
  }
}

function chunksOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += valuesPerCommand)
    chunks.push(items.slice(at, at + valuesPerCommand));
  return chunks;
}
