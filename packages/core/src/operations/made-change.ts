/** What every operation that changes a group shares: the change itself, and the nudge to the devices of its user. */
import type { Actor, GroupId, MembershipPush, UserId } from '@plenum/protocol';
import { nudgeUninvited } from '../feed/uninvited.ts';
import type { ChangeDone, GroupCommand } from '../groups/commands.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import { emitChanged } from '../telemetry/events.ts';
import { guardedChange } from './guarded-change.ts';
import type { OperationDeps } from './operations.ts';

export async function makeChange(
  { engine, auth, moderation }: OperationDeps,
  command: GroupCommand,
): Promise<Outcome<ChangeDone>> {
  const outcome = await guardedChange({ groups: engine.groups, auth, moderation }, command);
  emitChanged(command, outcome);
  if (outcome.type !== 'done') return fail(outcome.failure);
  nudgeUninvited(engine, command, { ...outcome, atMs: engine.wallMs() });
  return succeed(outcome);
}

interface Made {
  readonly groupId: GroupId;
  readonly userId: UserId;
  readonly done: ChangeDone;
  readonly type: MembershipPush['type'];
  readonly actor: Actor;
  readonly reason?: string | undefined;
}

/** Sends the change to every device of the user, once: a repeated request sends no second nudge. */
export function nudgeDevices({ engine }: OperationDeps, change: Made): void {
  const { groupId, userId, done, type, actor, reason } = change;
  if (done.isDuplicate) return;
  const status: MembershipPush['status'] = type === 'invited' ? 'invited' : done.status;
  const actorId = actor === userId ? {} : { actor_id: actor };
  const why = reason === undefined ? {} : { reason };
  const unlisted = done.fromSeq === undefined ? {} : { unlisted: true as const };
  const membership = {
    group_id: groupId,
    status,
    roles: [...done.roles],
    type,
    ...actorId,
    ...why,
    ...unlisted,
  };
  const { seq, epoch } = done;
  const made = { epoch, atMs: engine.wallMs() };
  engine.nudges.send({ userId, groupId, seq, made, membership });
}

export const needsUser = (field: string) =>
  ({
    code: 'invalid_args',
    error: `${field} is required: the service itself is no member of groups`,
    details: { field },
  }) as const;
