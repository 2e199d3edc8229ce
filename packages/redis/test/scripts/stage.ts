/** The state half of the engine on a Redis of its own, standalone and as a one-shard cluster, and ways to look at it. */
import {
  type Clock,
  defaultEngineSettings,
  type GroupCommand,
  type LogEntry,
  numberedTags,
  type Random,
  systemClock,
} from '@plenum/core';
import { type GroupId, groupIdSchema, userIdSchema } from '@plenum/protocol';
import {
  createCommand,
  eventually,
  freshPrefix,
  joinCommand,
  messageDraft,
  type RedisServer,
  seededRandom,
  startOneShardCluster,
  startRedis,
} from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { RedisDueMutes } from '../../src/groups/due-mutes.ts';
import { RedisGroupStore } from '../../src/groups/group-store.ts';
import { Keys } from '../../src/keys.ts';
import { RedisGroupLog } from '../../src/log/group-log.ts';
import { type DecodedEntry, entryDecoder } from '../../src/log/wire.ts';
import { RedisMessageChanges } from '../../src/messages/message-changes.ts';
import type { StateSettings } from '../../src/script-calls/group-header.ts';
import { ScriptCalls } from '../../src/script-calls/script-calls.ts';
import { ServerClock } from '../../src/script-calls/server-clock.ts';

export const groupId: GroupId = groupIdSchema.parse('room:one');
export const user = (name: string) => userIdSchema.parse(name);

/** Tests of scripts change a group more often than a user may. */
const unhurried = { changeRatePerSec: 1e6, changeRateBurst: 1e6 };

export interface StageOptions {
  /** Default: no outbox is written. */
  readonly settings?: Partial<StateSettings>;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Default: a fresh one. */
  readonly prefix?: string;
  /** What a take-down waits for if a copy of the message waited. Default: nothing. */
  readonly untilCallsHaveBegun?: () => Promise<void>;
}

export class Stage {
  readonly url: string;
  readonly redis: Redis;
  readonly keys: Keys;
  readonly clock: ServerClock;
  readonly calls: ScriptCalls;
  readonly groups: RedisGroupStore;
  readonly log: RedisGroupLog;
  readonly messages: RedisMessageChanges;
  readonly dueMutes: RedisDueMutes;
  readonly #subscribers: Redis[] = [];

  constructor(url: string, options: StageOptions = {}) {
    const { settings, clock = systemClock, random = seededRandom(), prefix = freshPrefix() } = options;
    this.url = url;
    this.keys = new Keys(prefix);
    this.redis = new Redis(url);
    this.clock = new ServerClock(clock);
    const stateSettings = {
      ...defaultEngineSettings,
      ...unhurried,
      isOutboxWritten: false,
      isQueueCounted: false,
      ...settings,
    };
    this.calls = new ScriptCalls({ redis: this.redis, clock: this.clock, settings: stateSettings });
    const { calls, keys } = this;
    const state = { calls, keys, random, clock: this.clock, settings: stateSettings };
    this.groups = new RedisGroupStore(state);
    this.dueMutes = new RedisDueMutes(state);
    this.log = new RedisGroupLog({ ...state, readCalls: calls });
    this.messages = new RedisMessageChanges({
      ...state,
      readCalls: calls,
      untilCallsHaveBegun: options.untilCallsHaveBegun ?? (async () => undefined),
    });
  }

  /** A change that a test takes for granted. */
  async do(command: GroupCommand) {
    const outcome = await this.groups.change(command);
    if (outcome.type === 'refused') throw new Error(`${command.operation}: ${outcome.failure.code}`);
    return outcome;
  }

  create(groupType: 'public' | 'private' | 'strict_private' = 'public') {
    return this.do(createCommand({ groupId, actor: 'owner', groupType }));
  }

  /** Members who came in this order, whatever the type of the group. */
  async admit(...names: readonly string[]): Promise<void> {
    for (const userId of names) {
      await this.do(joinCommand({ groupId, userId, actor: '$service', admit: true }));
    }
  }

  async send(sender: string, message = 'hello') {
    const outcome = await this.log.append(messageDraft({ groupId, sender, message }));
    if (outcome.type === 'refused') throw new Error(`send: ${outcome.failure.code}`);
    return outcome;
  }

  async entries(): Promise<readonly LogEntry[]> {
    return (await this.log.after(groupId, 0, 1000))?.entries ?? [];
  }

  /** The latest entries as they were stored, oldest first. */
  async wires(count: number): Promise<readonly string[]> {
    return (await this.entries()).slice(-count).map((entry) => entry.wire.toString());
  }

  async member(name: string) {
    return (await this.groups.position(groupId, user(name)))?.member ?? null;
  }

  /** What all later scripts publish to the group, in order. */
  async listen(): Promise<Heard> {
    const subscriber = this.redis.duplicate();
    this.#subscribers.push(subscriber);
    const heard = new Heard();
    subscriber.on('smessageBuffer', (_: Buffer, payload: Buffer) => heard.payloads.push(payload));
    await subscriber.ssubscribe(this.keys.groupChannel(groupId));
    return heard;
  }

  /** What all later scripts publish to the groups. */
  async listenTo(groupIds: readonly GroupId[]): Promise<{ of(groupId: GroupId): readonly string[] }> {
    const subscriber = this.redis.duplicate();
    this.#subscribers.push(subscriber);
    const heard: { readonly channel: string; readonly payload: string }[] = [];
    subscriber.on('smessage', (channel: string, payload: string) => heard.push({ channel, payload }));
    for (const id of groupIds) await subscriber.ssubscribe(this.keys.groupChannel(id));
    return {
      of: (id) =>
        heard.flatMap(({ channel, payload }) => (channel === this.keys.groupChannel(id) ? [payload] : [])),
    };
  }

  /** Moves the ends of all timed mutes of a group into the past. */
  async makeDue(id: GroupId): Promise<void> {
    for (const [name, record] of Object.entries(await this.redis.hgetall(this.keys.members(id)))) {
      if (!/^m .* \d+$/.test(record)) continue;
      await this.redis.hset(this.keys.members(id), name, record.replace(/\d+$/, '1'));
      await this.redis.zadd(this.keys.mutes(id), 1, name);
    }
    await this.redis.hset(this.keys.group(id), 'next_due', '1');
  }

  /** Names of the keys of this prefix, without prefix and tag; without the buckets of changes, which last a millisecond here. */
  async keyNames(): Promise<readonly string[]> {
    const names = await this.redis.keys(`${this.keys.prefix}:*`);
    return names
      .map((name) => name.slice(name.indexOf('}:') + 2))
      .filter((name) => !name.startsWith('changes:'))
      .sort();
  }

  /** Another history of replication, as after a failover. */
  async forgetHistory(): Promise<void> {
    await this.redis.hset(this.keys.group(groupId), 'hist', 'f'.repeat(40));
  }

  close(): void {
    for (const client of [this.redis, ...this.#subscribers]) client.disconnect();
  }
}

export class Heard {
  readonly payloads: Buffer[] = [];

  async decoded(count: number): Promise<readonly DecodedEntry[]> {
    await eventually(() => {
      if (this.payloads.length < count) throw new Error(`heard ${this.payloads.length} of ${count}`);
    });
    return this.payloads.map((payload) => {
      const decoded = entryDecoder(groupId, numberedTags.groupRoom(groupId))(payload);
      if (decoded === null) throw new Error(`not an entry: ${payload.toString()}`);
      return decoded;
    });
  }
}

const servers = { standalone: () => startRedis(), 'one-shard cluster': startOneShardCluster };

/** Runs the tests on a standalone Redis and on a cluster, which refuses any key or channel of another slot. */
export function onEveryRedis(tests: (open: (options?: StageOptions) => Stage) => void): void {
  describe.each(Object.entries(servers))('on a %s', (_, start) => {
    let server: RedisServer;
    const stages: Stage[] = [];
    beforeAll(async () => {
      server = await start();
    });
    afterEach(() => {
      for (const stage of stages.splice(0)) stage.close();
    });
    afterAll(() => server.stop());
    tests((options) => {
      const stage = new Stage(server.url, options);
      stages.push(stage);
      return stage;
    });
  });
}
