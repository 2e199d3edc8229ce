/** The port `TimedMessages` on Redis. */
import { messageId, type TimedMessage, type TimedMessages, targetOf } from '@plenum/core';
import { type GroupId, groupIdSchema } from '@plenum/protocol';
import { dueNames } from '../groups/due-names.ts';
import { settleTimed } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';

/** As lua/lib/timed.lua writes it. */
const prefix = '$timed:';
const groupsPerCall = 100;
const messagesPerGroup = 100;
const openPerGroup = 1000;
const openPrefix = '~';

export class RedisTimedMessages implements TimedMessages {
  readonly #deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>;
  /** The score in the list of each group that was looked at and is not settled yet. */
  readonly #seen = new Map<GroupId, string>();

  constructor(deps: Pick<StateDeps, 'calls' | 'keys' | 'clock'>) {
    this.#deps = deps;
  }

  async due(partition: number): Promise<readonly TimedMessage[]> {
    const due = await dueNames(this.#deps, partition, { prefix, limit: groupsPerCall });
    const looked = due.flatMap(({ name, score }) => {
      const groupId = groupIdSchema.safeParse(name);
      return groupId.success ? [{ groupId: groupId.data, score }] : [];
    });
    for (const { groupId, score } of looked) this.#seen.set(groupId, score);
    return (await Promise.all(looked.map(({ groupId }) => this.#dueOf(groupId)))).flat();
  }

  async settle(groupId: GroupId, messages: readonly TimedMessage[]): Promise<void> {
    const { calls, keys } = this.#deps;
    const seen = this.#seen.get(groupId) ?? '';
    this.#seen.delete(groupId);
    await calls.read(settleTimed, {
      keys: { timed: keys.timed(groupId), due: keys.due(groupId) },
      args: { groupId, messages: messages.map(nameOf).join(' '), seen },
    });
  }

  async #dueOf(groupId: GroupId): Promise<readonly TimedMessage[]> {
    const { calls, keys, clock } = this.#deps;
    const key = keys.timed(groupId);
    const [due, all] = await Promise.all([
      calls.command((redis) => redis.zrangebyscore(key, '-inf', clock.nowMs(), 'LIMIT', 0, messagesPerGroup)),
      // The members of a group change together with what is listed, so each open message is looked at.
      calls.command((redis) => redis.zrangebyscore(key, '-inf', '+inf', 'LIMIT', 0, openPerGroup)),
    ]);
    const names = new Set([...due, ...all.filter((name) => name.startsWith(openPrefix))]);
    const messages = [...names].flatMap((name) => messageNamed(groupId, name));
    // The list names a group whose messages wait for a later time: it is listed by that time now.
    if (messages.length === 0) await this.settle(groupId, []);
    return messages;
  }
}

const nameOf = ({ target, kind }: TimedMessage): string =>
  (kind === 'open' ? openPrefix : '') + messageId(target.epoch, target.seq);

function messageNamed(groupId: GroupId, name: string): readonly TimedMessage[] {
  const isOpen = name.startsWith(openPrefix);
  const target = targetOf(isOpen ? name.slice(openPrefix.length) : name);
  return target === null ? [] : [{ groupId, target, kind: isOpen ? 'open' : 'expiry' }];
}
