import type { ReadMarks, ReadPosition, ReadState } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import { markRead, readMark } from '../script-calls/index.ts';
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
    return reply.type === 'none' ? null : reply.details;
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
