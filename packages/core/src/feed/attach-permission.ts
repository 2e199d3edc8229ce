import { type Failure, type GroupId, SERVICE, type UserId } from '@plenum/protocol';
import { authorize, isDenied } from '../adapters/authorize.ts';
import type { AuthGuard } from '../adapters/guards.ts';
import { bannedFailure } from '../groups/records.ts';
import type { Device } from '../ports/fan-out.ts';
import type { GroupStore } from '../ports/group-store.ts';

/** Asked whenever a device is to be attached, but for the attach that follows from its user's own join. */
export class AttachPermission {
  readonly #auth: AuthGuard | null;
  readonly #groups: Pick<GroupStore, 'position'>;

  constructor(auth: AuthGuard | null, groups: Pick<GroupStore, 'position'>) {
    this.#auth = auth;
    this.#groups = groups;
  }

  /** @throws PlenumError when there is no answer */
  isDenied(actor: UserId, groupId: GroupId): Promise<boolean> {
    return isDenied(this.#auth, { actor, groupId, action: 'subscribe' });
  }

  /** Why a group may not be asked for. Where it is not hosted here, a stranger's request opens no feed. */
  async refusal({ userId }: Device, groupId: GroupId, isHosted: () => boolean): Promise<Failure | null> {
    const denied = await authorize(this.#auth, { actor: userId, groupId, action: 'subscribe' });
    if (denied !== null || isHosted()) return denied;
    const position = await this.#groups.position(groupId, userId === SERVICE ? null : userId);
    if (position === null || position.head.isDeleted) return { code: 'group_not_found' };
    if (userId === SERVICE) return null;
    if (position.isBanned) return bannedFailure(position.bannedUntilMs);
    return position.member === null ? { code: 'not_a_member' } : null;
  }
}
