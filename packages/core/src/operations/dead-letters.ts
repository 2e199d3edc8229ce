/** Failed deliveries as operators see them: for the service only. */
import { type RequestArgs, type RequestResult, SERVICE } from '@plenum/protocol';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { DeadLetter } from '../ports/dead-letters.ts';
import type { OperationDeps } from './context.ts';
import type { Caller } from './operations.ts';

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
