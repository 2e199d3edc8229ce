/** Pushes the end of a group to the users whose invites have ended with it. */

import type { ChangeDone, GroupCommand } from '../groups/commands.ts';
import type { Nudges } from '../ports/pubsub.ts';

interface Ended extends Pick<ChangeDone, 'uninvited' | 'seq' | 'epoch'> {
  /** When the group ended, or when this node learned of it, by the store's clock, ms. */
  readonly atMs: number;
}

/** An invited user may have devices on nodes without a feed of the group, which learn nothing of its end. */
export function nudgeUninvited(
  { nudges }: { readonly nudges: Pick<Nudges, 'send'> },
  { groupId, operation }: Pick<GroupCommand, 'groupId'> & Partial<Pick<GroupCommand, 'operation'>>,
  { uninvited = [], seq, epoch, atMs }: Ended,
): void {
  // A leave that ends the group is one entry, the end the next one.
  const endSeq = operation === 'leave' ? seq + 1 : seq;
  for (const userId of uninvited) {
    const membership = { group_id: groupId, status: 'none' as const, roles: [], type: 'deleted' as const };
    nudges.send({ userId, groupId, seq: endSeq, made: { epoch, atMs }, membership });
  }
}
