import { type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { OperationDeps } from './context.ts';
import type { Caller } from './operations.ts';

/** Cuts what is connected at this moment, on every node. */
export async function disconnectUser(
  { engine }: OperationDeps,
  { actor }: Caller,
  { user_id: userId }: RequestArgs<'disconnect_user'>,
): Promise<Outcome<RequestResult<'disconnect_user'>>> {
  if (actor !== SERVICE) return fail({ code: 'forbidden' });
  engine.nudges.cut({ userId, code: 'disconnected' });
  return succeed({ status: 'disconnected' });
}

/** Stored first: a device that connects meanwhile either finds it stored or is there to be cut. */
export async function revokeUser(
  { engine }: OperationDeps,
  { actor }: Caller,
  { user_id: userId }: RequestArgs<'revoke_user'>,
): Promise<Outcome<RequestResult<'revoke_user'>>> {
  if (actor !== SERVICE) return fail({ code: 'forbidden' });
  const revokedAtMs = await engine.revocations.revoke(userId);
  engine.nudges.cut({ userId, code: 'revoked' });
  return succeed({ status: 'revoked', revoked_at: isoTime(revokedAtMs) });
}
