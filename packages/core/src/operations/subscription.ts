import { errors, type RequestArgs, type RequestResult } from '@plenum/protocol';
import type { FeedHost } from '../feed/feed-host.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { Caller, OperationDeps } from './operations.ts';

type Result<T extends 'subscribe' | 'unsubscribe'> = Promise<Outcome<RequestResult<T>>>;

const needsDevice = { code: 'invalid_request', error: 'only a connected device can subscribe' } as const;

export class Subscriptions {
  readonly #feeds: FeedHost;

  constructor({ feeds }: Pick<OperationDeps, 'feeds'>) {
    this.#feeds = feeds;
  }

  /**
   * Attaches the calling device. A group that it may not read gets a failure in its place; the others are attached.
   */
  subscribe = async ({ device }: Caller, { groups }: RequestArgs<'subscribe'>): Result<'subscribe'> => {
    if (device === null) return fail(needsDevice);
    const claims = groups.map(({ group_id, epoch, seq }) => ({
      groupId: group_id,
      epoch: epoch ?? null,
      seq: seq ?? null,
    }));
    const outcomes = await this.#feeds.subscribe(device, claims);
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
  };

  unsubscribe = async ({ device }: Caller, { groups }: RequestArgs<'unsubscribe'>): Result<'unsubscribe'> => {
    if (device === null) return fail(needsDevice);
    const groupIds = groups.map(({ group_id }) => group_id);
    await this.#feeds.unsubscribe(device, groupIds);
    return succeed({ groups: groups.map(({ group_id }) => ({ group_id })) });
  };
}
