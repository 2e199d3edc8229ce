/** What operators do: for the service only. It cuts and revokes users, and looks after failed deliveries. */
import { type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { Caller, OperationDeps } from './operations.ts';

type Context = Pick<OperationDeps, 'engine'>;
type Result<T extends 'list_dead_letters' | 'retry_dead_letter' | 'delete_dead_letter'> = Promise<
  Outcome<RequestResult<T>>
>;

export async function listDeadLetters(
  { engine }: Context,
  caller: Caller,
  { cursor, limit }: RequestArgs<'list_dead_letters'>,
): Result<'list_dead_letters'> {
  if (caller.actor !== SERVICE) return fail({ code: 'forbidden' });
  const page = await engine.deadLetters.list({ cursor: cursor ?? null, limit });
  return succeed({ dead_letters: page.rows.map(view), next_cursor: page.nextCursor });
}

export async function retryDeadLetter(
  { engine }: Context,
  caller: Caller,
  args: RequestArgs<'retry_dead_letter'>,
): Result<'retry_dead_letter'> {
  if (caller.actor !== SERVICE) return fail({ code: 'forbidden' });
  const isThere = await engine.deadLetters.retry(args.dead_letter_id);
  return isThere ? succeed({ status: 'retried' }) : fail({ code: 'dead_letter_not_found' });
}

export async function deleteDeadLetter(
  { engine }: Context,
  caller: Caller,
  args: RequestArgs<'delete_dead_letter'>,
): Result<'delete_dead_letter'> {
  if (caller.actor !== SERVICE) return fail({ code: 'forbidden' });
  const isThere = await engine.deadLetters.delete(args.dead_letter_id);
  return isThere ? succeed({ status: 'deleted' }) : fail({ code: 'dead_letter_not_found' });
}

const view = ({ id, kind, groupId, messageId, entry, raw, reason, attempts, diedAtMs }: DeadLetter) => ({
  dead_letter_id: id,
  kind,
  group_id: groupId,
  message_id: messageId,
  entry,
  ...(raw === null ? {} : { raw }),
  reason,
  attempts,
  died_at: isoTime(diedAtMs),
});

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
