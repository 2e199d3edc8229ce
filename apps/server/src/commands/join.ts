import type { Client } from '@plenum/client';
import type { GroupType } from '@plenum/protocol';
import { type ActingOptions, actingUser, withClient } from './acting-user.ts';
import { refusalText, refuse } from './refuse.ts';

export interface JoinOptions extends ActingOptions {
  /** If there is no such group, one of this type is created with the user as its admin. */
  readonly create?: GroupType;
}

/** `plenum join`. A member may run it again. @returns the exit code */
export async function join(groupId: string, options: JoinOptions): Promise<number> {
  const user = await actingUser(options);
  if (user === null) return 1;
  return withClient(user, async (client) => {
    const joined = await joinOrCreate(client, groupId, options.create);
    if (!joined.ok) return refuse(refusalText(joined.failure));
    process.stdout.write(`${joined.status}\n`);
    return 0;
  });
}

async function joinOrCreate(client: Client, groupId: string, groupType: GroupType | undefined) {
  const joining = async () => {
    const outcome = await client.join(groupId, { ensure: true });
    return outcome.ok ? { ok: true as const, status: outcome.result.status } : outcome;
  };
  const joined = await joining();
  if (joined.ok || joined.failure.code !== 'group_not_found' || groupType === undefined) return joined;
  const created = await client.create(groupId, groupType);
  if (created.ok) return { ok: true as const, status: 'created' as const };
  // Another process has created the group meanwhile.
  return created.failure.code === 'already_exists' ? joining() : created;
}
