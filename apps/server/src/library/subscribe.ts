/** `plenum.subscribe`: a listener of the library as a device of the service, which receives every entry of a group. */
import { type Core, type Device, fail, type Logger, type Outcome, type Random, succeed } from '@plenum/core';
import {
  type GroupEvent,
  groupIdSchema,
  type PushEvent,
  type PushPayload,
  parse,
  type RelayedMessage,
  type ResyncReason,
  SERVICE,
  type Subscription,
} from '@plenum/protocol';
import { z } from 'zod';

/**
 * Called one at a time, in the order of the log. What it throws is logged and stops nothing, and so is what a promise that
 * it returns rejects with; that promise is not awaited.
 */
export interface GroupListener {
  onMessage?(message: RelayedMessage): void;
  onEvent?(event: GroupEvent): void;
  /** Continuity is broken: what comes next does not follow what came before. */
  onResync?(reason: ResyncReason): void;
}

export interface LibrarySubscription extends Subscription {
  unsubscribe(): void;
}

export interface SubscribeDeps {
  readonly core: Core;
  readonly random: Random;
  readonly logger: Logger;
}

const argsSchema = z.object({ group_id: groupIdSchema });

/** From now on: what is sent after the promise has resolved is never missed. */
export async function subscribeListener(
  { core, random, logger }: SubscribeDeps,
  groupId: string,
  listener: GroupListener,
): Promise<Outcome<LibrarySubscription>> {
  const group = parse(argsSchema, { group_id: groupId }, 'invalid_args');
  if (!group.ok) return fail(group.failure);
  const device = deviceOf(listener, random.token(), logger);
  await core.feeds.connect(device, []);
  const claim = { groupId: group.value.group_id, epoch: null, seq: null };
  const [outcome] = await core.feeds.subscribe(device, [claim]).catch((error: unknown) => {
    core.feeds.disconnect(device);
    throw error;
  });
  if (outcome?.ok) return succeed({ ...outcome.result, unsubscribe: () => core.feeds.disconnect(device) });
  core.feeds.disconnect(device);
  return outcome ?? fail({ code: 'internal' });
}

/** Pushes that a listener hears of; the others concern a user's devices. */
const handlers: { readonly [E in PushEvent]?: (listener: GroupListener, payload: PushPayload<E>) => void } = {
  relay_message: (listener, { result }) => listener.onMessage?.(result),
  group_event: (listener, event) => listener.onEvent?.(event),
  resync: (listener, { reason }) => listener.onResync?.(reason),
};

function deviceOf(listener: GroupListener, id: string, logger: Logger): Device {
  const failed = (err: unknown) => logger.error({ err }, 'a listener of the library has thrown');
  const contained = (call: () => unknown) => {
    try {
      const returned = call();
      if (returned instanceof Promise) returned.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  return {
    id,
    userId: SERVICE,
    isAuto: false,
    drained: () => Promise.resolve(),
    push: (event, payload) => contained(() => handlers[event]?.(listener, payload)),
  };
}
