/** Ends public groups that no user has joined again. */
import type { EmptyGroups, EndedGroup } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { groupArgValues, groupKeyValues, stateKeyValues } from '../script-calls/group-header.ts';
import { endEmptyGroup } from '../script-calls/index.ts';
import type { StateDeps } from '../script-calls/script-calls.ts';
import { dueNames } from './due-names.ts';

/** As lua/lib/commit.lua writes it. */
const prefix = '$empty:';
const groupsPerCall = 100;

export class RedisEmptyGroups implements EmptyGroups {
  readonly #deps: StateDeps;

  constructor(deps: StateDeps) {
    this.#deps = deps;
  }

  async endEmpty(partition: number): Promise<readonly EndedGroup[]> {
    const { calls, keys, settings } = this.#deps;
    const due = await dueNames(this.#deps, partition, { prefix, limit: groupsPerCall });
    const ended: EndedGroup[] = [];
    for (const { name } of due) {
      const { data: groupId } = groupIdSchema.safeParse(name);
      if (groupId === undefined) continue;
      const reply = await calls.read(endEmptyGroup, {
        keys: {
          ...groupKeyValues(groupId, keys),
          ...stateKeyValues(groupId, keys),
          groups: keys.groups(groupId),
          on: keys.on(groupId),
          reads: keys.reads(groupId),
          links: keys.links(groupId),
        },
        args: {
          ...groupArgValues(groupId, this.#deps),
          ttlMs: settings.emptyGroupTtlMs === 0 ? '' : settings.emptyGroupTtlMs,
        },
      });
      if (reply.type === 'ended') ended.push({ groupId, atMs: reply.nowMs, ...reply.details });
    }
    return ended;
  }
}
