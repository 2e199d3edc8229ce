import type { GroupId, UserId } from '@plenum/protocol';
import { type GroupContext, groupArgValues, groupKeyValues } from './group-values.ts';
import type { ScriptCalls } from './script-calls.ts';
import { settleGroup } from './scripts/index.ts';

/**
 * Ends mutes whose time has come, at most 50, that of `userId` always: one atomic step that may be repeated at will.
 * @throws PlenumError `unavailable` when Redis is away
 */
export async function settleMutes(
  calls: ScriptCalls,
  { groupId, userId }: { readonly groupId: GroupId; readonly userId: UserId | null },
  context: GroupContext,
): Promise<void> {
  await calls.read(settleGroup, {
    keys: groupKeyValues(groupId, context.keys),
    args: { ...groupArgValues(groupId, context), userId: userId ?? '' },
  });
}
