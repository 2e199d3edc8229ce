/** Puts what the store knows into entries that an archive was asked for. It is asked after the archive has answered. */
import type { GroupId, HistoryEntry, UserId } from '@plenum/protocol';
import { shownAt } from '../log/expiry.ts';
import { shownMessageIn, withKnownState } from '../log/known-state.ts';
import { targetOf } from '../log/message-commands.ts';
import type { Engine } from '../ports/engine.ts';

interface Archived {
  readonly groupId: GroupId;
  readonly entries: readonly HistoryEntry[];
  /** For `me` of reactions; null: without `me`. */
  readonly reader: UserId | null;
}

/**
 * @returns the entries as they are now. So a text that was taken down before this call is not among them, whatever the
 * archive has got by then, and whenever the entries were read
 */
export async function presentArchived(
  { messageChanges, wallMs }: Pick<Engine, 'messageChanges' | 'wallMs'>,
  { groupId, entries, reader }: Archived,
): Promise<readonly HistoryEntry[]> {
  const ids = new Set(entries.map(shownMessageIn).filter((id) => id !== null));
  const targets = [...ids].map(targetOf).filter((target) => target !== null);
  if (targets.length === 0) return entries;
  const states = await messageChanges.states(groupId, targets, reader);
  return entries.map((entry) => {
    const state = states.get(shownMessageIn(entry) ?? '');
    return shownAt(state === undefined ? entry : withKnownState(entry, state), wallMs());
  });
}
