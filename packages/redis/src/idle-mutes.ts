/** Timed mutes end by themselves: looks once a second for groups in which one is due and nobody has asked since. */
import { type Clock, type Logger, PARTITION_COUNT, runLoop } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import type { RedisStateOptions } from './redis-group-log.ts';
import { ScriptCalls } from './script-calls.ts';
import { settleMutes } from './settling.ts';

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
    const looks = await Promise.allSettled(
      tags.map((tag) =>
        this.#calls.command((redis) =>
          redis.zrangebyscore(keys.dueIn(tag), '-inf', until, 'LIMIT', 0, groupsPerRound),
        ),
      ),
    );
    // A shard that is away must not keep the mutes of others from ending; the round fails all the same, afterwards.
    for (const name of looks.flatMap((look) => (look.status === 'fulfilled' ? look.value : []))) {
      const groupId = groupIdSchema.safeParse(name);
      if (!groupId.success) continue;
      await settleMutes(this.#calls, { groupId: groupId.data, userId: null }, this.#options);
    }
    for (const look of looks) if (look.status === 'rejected') throw look.reason;
  }
}
