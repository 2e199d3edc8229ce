/** Timed mutes end by themselves: the owner of a partition looks for groups in which one is due and nobody has asked since. */
import { type Clock, type Lease, type Logger, type PartitionWork, runLoop } from '@plenum/core';
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

/**
 * One loop looks into all partitions that are held, so that a second of an idle cluster costs one look at each of them.
 * Without a fence: whoever settles a group ends mutes whose time has come, and sends of members do the same.
 */
export class IdleMutes implements PartitionWork {
  readonly name = 'idle mutes';
  readonly #options: IdleMutesOptions;
  readonly #calls: ScriptCalls;
  readonly #partitions = new Set<number>();
  readonly #stopped = new AbortController();
  #round: Promise<void> = Promise.resolve();

  constructor(options: IdleMutesOptions) {
    this.#options = options;
    this.#calls = new ScriptCalls(options);
  }

  start(): void {
    const { loopClock: clock, logger } = this.#options;
    const round = () => {
      const settling = this.#settleDue();
      // What failed is the loop's business; an owner only waits for the end.
      this.#round = settling.catch(() => undefined);
      return settling;
    };
    runLoop(this.name, round, { clock, logger, everyMs, signal: this.#stopped.signal });
  }

  stop(): void {
    this.#stopped.abort();
  }

  async run({ partition }: Lease, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#partitions.add(partition);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    this.#partitions.delete(partition);
    await this.#round;
  }

  async #settleDue(): Promise<void> {
    const { keys, clock } = this.#options;
    if (this.#partitions.size === 0) return;
    await this.#calls.learnTime();
    const until = clock.nowMs();
    const looks = await Promise.allSettled(
      [...this.#partitions].map((partition) =>
        this.#calls.command((redis) =>
          redis.zrangebyscore(keys.dueIn(partition), '-inf', until, 'LIMIT', 0, groupsPerRound),
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
