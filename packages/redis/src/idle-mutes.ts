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
    const due = await Promise.all(
      tags.map((tag) =>
        this.#calls.command((redis) =>
          redis.zrangebyscore(keys.dueIn(tag), '-inf', until, 'LIMIT', 0, groupsPerRound),
        ),
      ),
    );
    for (const name of due.flat()) {
      const groupId = groupIdSchema.safeParse(name);
      if (!groupId.success) continue;
      await settleMutes(this.#calls, { groupId: groupId.data, userId: null }, this.#options);
    }
  }
}
