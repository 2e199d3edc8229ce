import { type Actor, type Failure, type GroupId, SERVICE } from '@plenum/protocol';
import { PlenumError } from '../outcome/errors.ts';
import type { GuardedAction } from '../ports/adapters.ts';
import type { AuthGuard } from './guards.ts';

/** Who wants to do what to which group. */
export interface Attempt {
  readonly actor: Actor;
  readonly groupId: GroupId;
  readonly action: GuardedAction;
}

/** @returns why not, null if the user may. Without an adapter every user may, and the service may in any case. */
export async function authorize(auth: AuthGuard | null, attempt: Attempt): Promise<Failure | null> {
  const { actor, groupId, action } = attempt;
  return auth === null || actor === SERVICE ? null : auth.authorize(actor, groupId, action);
}

/** For callers that retry until there is an answer. @throws PlenumError when there is none. */
export async function isDenied(auth: AuthGuard | null, attempt: Attempt): Promise<boolean> {
  const failure = await authorize(auth, attempt);
  if (failure?.code === 'unavailable') throw new PlenumError(failure);
  return failure !== null;
}
