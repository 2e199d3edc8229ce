import { errors, type RequestArgs, type RequestResult } from '@plenum/protocol';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Caller, OperationDeps } from './operations.ts';

const needsDevice = { code: 'invalid_request', error: 'only a connected device can subscribe' } as const;

/** Attaches the asking device; a group that it may not read is answered in its place, the others go ahead. */
export async function subscribe(
  { feeds }: OperationDeps,
  { device }: Caller,
  { groups }: RequestArgs<'subscribe'>,
): Promise<Outcome<RequestResult<'subscribe'>>> {
  if (device === null) return fail(needsDevice);
  const claims = groups.map(({ group_id, epoch, seq }) => ({
    groupId: group_id,
    epoch: epoch ?? null,
    seq: seq ?? null,
  }));
  const outcomes = await feeds.subscribe(device, claims);
  return succeed({
    groups: groups.map(({ group_id }, i) => {
      const outcome = outcomes[i];
      if (outcome?.ok) return outcome.result;
      const { code, details } = outcome?.failure ?? ({ code: 'internal' } as const);
      const { reason, banned_until } = details ?? {};
      return {
        group_id,
        code,
        error: errors[code].text,
        ...(reason === undefined ? {} : { reason }),
        ...(banned_until === undefined ? {} : { banned_until }),
      };
    }),
  });
}

export async function unsubscribe(
  { feeds }: OperationDeps,
  { device }: Caller,
  { groups }: RequestArgs<'unsubscribe'>,
): Promise<Outcome<RequestResult<'unsubscribe'>>> {
  if (device === null) return fail(needsDevice);
  await feeds.unsubscribe(
    device,
    groups.map(({ group_id }) => group_id),
  );
  return succeed({ groups: groups.map(({ group_id }) => ({ group_id })) });
}
