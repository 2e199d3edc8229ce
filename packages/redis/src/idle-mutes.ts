/** Timed mutes end by themselves: looks once a second for groups in which one is due and nobody has asked since. */
import { type Clock, groupRoom, type Logger, PARTITION_COUNT, runLoop } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import type { RedisStateOptions } from './redis-group-log.ts';
import { ScriptCalls } from './script-calls.ts';
import { settleGroup } from './scripts/index.ts';

const everyMs = 1000;
/** Groups per partition and round; the rest is due in the next one. */
const groupsPerRound = 100;

export interface IdleMutesOptions extends RedisStateOptions {
  readonly loopClock: Clock;
  readonly logger: Logger;
}

const tags = Array.from({ length: PARTITION_COUNT }, (_, partition) => `{p${partition}}`);

export class IdleMutes {
  readonly #options: IdleMutesOptions;
  readonly #calls: ScriptCalls;
  readonly #stopped = new AbortController();

  constructor(options: IdleMutesOptions) {
    this.#options = options;
    this.#calls = new ScriptCalls(options);
  }

  start(): void {
    const { loopClock: clock, logger } = this.#options;
    runLoop('idle mutes', () => this.#settleDue(), { clock, logger, everyMs, signal: this.#stopped.signal });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #settleDue(): Promise<void> {
    const { keys, clock } = this.#options;
    await this.#calls.learnTime();
    const until = clock.nowMs();
    const due = await Promise.all(
      tags.map((tag) =>
        this.#calls.command((redis) =>
          redis.zrangebyscore(keys.dueIn(tag), '-inf', until, 'LIMIT', 0, groupsPerRound),
        ),
      ),
    );
    for (const name of due.flat()) {
      const groupId = groupIdSchema.safeParse(name);
      if (groupId.success) await this.#settle(groupId.data);
    }
  }

  async #settle(groupId: ReturnType<typeof groupIdSchema.parse>): Promise<void> {
    const { keys, random, settings } = this.#options;
    await this.#calls.read(settleGroup, {
      keys: {
        group: keys.group(groupId),
        members: keys.members(groupId),
        receivers: keys.receivers(groupId),
        pending: keys.pending(groupId),
        mutes: keys.mutes(groupId),
        log: keys.log(groupId),
        outbox: keys.outbox(groupId),
        due: keys.due(groupId),
      },
      args: {
        groupId,
        epochOffer: random.token(),
        room: groupRoom(groupId),
        channel: keys.groupChannel(groupId),
        historyMaxEntries: settings.historyMaxEntries,
        historyMaxAgeMs: settings.historyMaxAgeMs,
        isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
      },
    });
  }
}
