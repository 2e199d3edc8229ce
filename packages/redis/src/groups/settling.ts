import type { GroupId, UserId } from '@plenum/protocol';
import { type GroupDeps, groupArgValues, groupKeyValues } from '../scripts/group-header.ts';
import { settleGroup } from '../scripts/index.ts';
import type { ScriptCalls } from '../scripts/script-calls.ts';

/**
 * Ends mutes whose time has come, at most 50, that of `userId` always: one atomic step that may be repeated at will.
 * @throws PlenumError `unavailable` when Redis is away
 */
export async function settleMutes(
  calls: ScriptCalls,
  { groupId, userId }: { readonly groupId: GroupId; readonly userId: UserId | null },
  context: GroupDeps,
): Promise<void> {
  await calls.read(settleGroup, {
    keys: groupKeyValues(groupId, context.keys),
    args: { ...groupArgValues(groupId, context), userId: userId ?? '' },
  });
}
