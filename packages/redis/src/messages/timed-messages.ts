/** The port `TimedMessages` on Redis. */
import { type MessageTarget, messageId, type TimedMessage, type TimedMessages, targetOf } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import { settleTimed } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/** As lua/lib/timed.lua writes it. */
const prefix = '$timed:';
/** Groups and users that are due for something else are in the same list. */
const namesMax = 1000;
const groupsPerCall = 100;
const messagesPerGroup = 100;

export class RedisTimedMessages implements TimedMessages {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>;

  constructor(deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>) {
    this.#deps = deps;
  }

  async due(partition: number): Promise<readonly TimedMessage[]> {
    const { calls, keys, clock } = this.#deps;
    await calls.learnTime();
    const names = await calls.command((redis) =>
      redis.zrangebyscore(keys.dueIn(partition), '-inf', clock.nowMs(), 'LIMIT', 0, namesMax),
    );
    const groups = names.flatMap((name) => {
      const groupId = name.startsWith(prefix) ? groupIdSchema.safeParse(name.slice(prefix.length)) : null;
      return groupId?.success ? [groupId.data] : [];
    });
    return (await Promise.all(groups.slice(0, groupsPerCall).map((groupId) => this.#dueOf(groupId)))).flat();
  }

  async settle(groupId: GroupId, targets: readonly MessageTarget[]): Promise<void> {
    const { calls, keys } = this.#deps;
    await calls.read(settleTimed, {
      keys: { timed: keys.timed(groupId), due: keys.due(groupId) },
      args: { groupId, messages: targets.map(({ epoch, seq }) => messageId(epoch, seq)).join(' ') },
    });
  }

  async #dueOf(groupId: GroupId): Promise<readonly TimedMessage[]> {
    const { calls, keys, clock } = this.#deps;
    const ids = await calls.command((redis) =>
      redis.zrangebyscore(keys.timed(groupId), '-inf', clock.nowMs(), 'LIMIT', 0, messagesPerGroup),
    );
    // The list names a group whose messages wait for a later time: it is listed by that time now.
    if (ids.length === 0) await this.settle(groupId, []);
    return ids.flatMap((id) => {
      const target = targetOf(id);
      return target === null ? [] : [{ groupId, target }];
    });
  }
}
