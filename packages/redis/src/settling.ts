import { groupRoom, type Random } from '@plenum/core';
import type { GroupId, UserId } from '@plenum/protocol';
import type { StateSettings } from './delivery-kinds.ts';
import type { Keys } from './keys.ts';
import type { ScriptCalls } from './script-calls.ts';
import { settleGroup } from './scripts/index.ts';

interface SettleContext {
  readonly keys: Keys;
  readonly random: Random;
  readonly settings: StateSettings;
}

/**
 * Ends mutes whose time has come, at most 50, that of `userId` always: one atomic step that may be repeated at will.
 * @throws PlenumError `unavailable` when Redis is away
 */
export async function settleMutes(
  calls: ScriptCalls,
  { groupId, userId }: { readonly groupId: GroupId; readonly userId: UserId | null },
  { keys, random, settings }: SettleContext,
): Promise<void> {
  await calls.read(settleGroup, {
    keys: {
      group: keys.group(groupId),
      members: keys.members(groupId),
      receivers: keys.receivers(groupId),
      pending: keys.pending(groupId),
      mutes: keys.mutes(groupId),
      log: keys.log(groupId),
      outbox: keys.outbox(groupId),
      due: keys.due(groupId),
    },
    args: {
      groupId,
      epochOffer: random.token(),
      room: groupRoom(groupId),
      channel: keys.groupChannel(groupId),
      historyMaxEntries: settings.historyMaxEntries,
      historyMaxAgeMs: settings.historyMaxAgeMs,
      isOutboxWritten: settings.isOutboxWritten ? '1' : '0',
      userId: userId ?? '',
    },
  });
}
