/** Ends due mutes and bans in groups that get no request. */
import type { DueMutes } from '@plenum/core';
import { type GroupId, groupIdSchema, type UserId } from '@plenum/protocol';
import {
  type GroupDeps,
  groupArgValues,
  groupKeyValues,
  stateKeyValues,
} from '../script-calls/group-header.ts';
import { endDueMutes } from '../script-calls/index.ts';
import type { ScriptCalls, StateDeps } from '../script-calls/script-calls.ts';
import { dueNames } from './due-names.ts';

/** Groups per call. */
const groupsPerCall = 100;

export class RedisDueMutes implements DueMutes {
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  async endDueMutes(partition: number): Promise<void> {
    const due = await dueNames(this.#deps, partition, { prefix: '', limit: groupsPerCall });
    for (const { name } of due) {
      const groupId = groupIdSchema.safeParse(name);
      if (groupId.success) {
        await endDueMutesOf(this.#deps.calls, { groupId: groupId.data, userId: null }, this.#deps);
      }
    }
  }
}

/**
 * Ends at most 50 due mutes and 50 due bans of one group, and in addition those of `userId`. Atomic; repeating it is
 * harmless.
 * @throws PlenumError `unavailable` when Redis is away
 */
export async function endDueMutesOf(
  calls: ScriptCalls,
  { groupId, userId }: { readonly groupId: GroupId; readonly userId: UserId | null },
  deps: GroupDeps,
): Promise<void> {
  await calls.read(endDueMutes, {
    keys: { ...groupKeyValues(groupId, deps.keys), ...stateKeyValues(groupId, deps.keys) },
    args: { ...groupArgValues(groupId, deps), userId: userId ?? '' },
  });
}
