/** Takes a user out of a group in the name of the service. */
import { hash } from 'node:crypto';
import { SERVICE, type UserId } from '@plenum/protocol';
import { nudgeUninvited } from '../feed/uninvited.ts';
import type { GroupCommand } from '../groups/commands.ts';
import type { Membership } from '../groups/records.ts';
import type { GroupStore } from '../ports/group-store.ts';
import type { Nudges } from '../ports/pubsub.ts';
import { emitChanged } from '../telemetry/events.ts';

const rememberMs = 15_000;

export interface TakeOutDeps {
  readonly groups: Pick<GroupStore, 'change'>;
  readonly nudges: Pick<Nudges, 'send'>;
  /** The engine's clock, ms. */
  readonly nowMs: () => number;
}

/**
 * An invited user is in the group's list too: its invite ends.
 * @param requestId a new one for each user @returns true if the user was in the group, and left it
 */
export async function takeOut(
  deps: TakeOutDeps,
  userId: UserId,
  {
    membership: { groupId, member },
    requestId,
  }: { readonly membership: Membership; readonly requestId: string },
): Promise<boolean> {
  const payloadHash = hash('sha256', `take out ${groupId} ${userId}`, 'base64url').slice(0, 22);
  const request = { id: requestId, payloadHash, rememberMs };
  const shared = { groupId, actor: SERVICE, request, userId } as const;
  const command: GroupCommand =
    member === null ? { operation: 'decline_invite', ...shared } : { operation: 'leave', ...shared };
  const outcome = await deps.groups.change(command);
  emitChanged(command, outcome);
  if (outcome.type !== 'done') return false;
  nudgeUninvited(deps, command, { ...outcome, atMs: deps.nowMs() });
  return member !== null;
}
