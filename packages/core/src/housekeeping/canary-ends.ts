/**
 * Ends canary groups and their users at their time, also those whose node has died, and removes what their users left in
 * the index of memberships: a reader removes an entry there only if it is older than ten minutes.
 */
import { hash } from 'node:crypto';
import { type GroupId, SERVICE } from '@plenum/protocol';
import { type CanaryUsersDeps, endCanaryUsers } from '../operations/canary-users.ts';
import type { Canaries } from '../ports/canaries.ts';
import type { Random } from '../ports/runtime.ts';

/** From the end of the group to the look into the index, ms. */
const canaryIndexMs = 60_000;
const rememberMs = 15_000;

export interface CanaryEndsDeps extends CanaryUsersDeps {
  readonly canaries: Canaries;
  readonly random: Random;
}

/** Needs no fence: a group that is deleted twice is deleted once. */
export async function endCanaries(deps: CanaryEndsDeps, partition: number): Promise<void> {
  const due = await deps.canaries.due(partition);
  await Promise.all(due.map((groupId) => end(deps, groupId)));
}

async function end(deps: CanaryEndsDeps, groupId: GroupId): Promise<void> {
  const { canaries, groups, random } = deps;
  // Once more at the last look: a user may have joined another group while its socket was cut.
  await endCanaryUsers(deps, groupId, random.token());
  const payloadHash = hash('sha256', `end ${groupId}`, 'base64url').slice(0, 22);
  const request = { id: random.token(), payloadHash, rememberMs };
  const { type } = await groups.change({ operation: 'delete', groupId, actor: SERVICE, request });
  await canaries.release(groupId);
  if (type === 'done') return canaries.schedule(groupId, canaryIndexMs);
  await canaries.settle(groupId);
}
