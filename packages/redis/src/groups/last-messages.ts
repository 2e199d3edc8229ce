/** Finds the last message that a user may read in each of many groups, with one command per 32 groups of a server. */
import { type GroupActivity, PlenumError } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { Keys } from '../keys.ts';
import { readActivity } from '../script-calls/partition-scripts.ts';
import type { ScriptCalls } from '../script-calls/script-calls.ts';

/** @throws PlenumError `unavailable` when a server cannot be reached */
export async function lastMessages(
  calls: ScriptCalls,
  keys: Keys,
  { userId, groupIds }: { readonly userId: UserId; readonly groupIds: readonly GroupId[] },
): Promise<readonly GroupActivity[]> {
  const keysOf = (groupId: GroupId) => [
    keys.group(groupId),
    keys.members(groupId),
    keys.log(groupId),
    keys.present(groupId),
  ];
  const linesOf = async (slice: readonly GroupId[]) =>
    (await calls.readMany(readActivity, { args: [userId], keys: slice.map(keysOf) })).details;
  /** For a group in a slot that moves to another server. */
  const alone = async (groupId: GroupId) => {
    const [line] = await linesOf([groupId]);
    if (line === undefined || line === 'unknown') throw PlenumError.of('unavailable');
    return line;
  };
  const found = await Promise.all(
    calls.slices(groupIds, keys.group).map(async (slice) => {
      const lines = await linesOf(slice);
      return Promise.all(
        slice.map(async (groupId, at) => {
          const line = lines[at] ?? null;
          return { groupId, last: line === 'unknown' ? await alone(groupId) : line };
        }),
      );
    }),
  );
  return found.flat();
}
