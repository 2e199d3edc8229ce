/** `plenum.subscribe`: attaches a listener to a group as a device of the service, which receives every entry. */
import { type Core, type Device, fail, type Logger, type Outcome, type Random, succeed } from '@plenum/core';
import {
  type GroupEvent,
  groupIdSchema,
  type MessageEvent,
  type PresentMessage,
  type PushEvent,
  type PushPayload,
  parse,
  type ResyncReason,
  SERVICE,
  type Subscription,
  type Tombstone,
} from '@plenum/protocol';
import { z } from 'zod';

/**
 * Its methods are called one after the other, in the order of the log. An error that a method throws, or with which its promise
 * rejects, is logged and stops nothing. The promise is not awaited.
 */
export interface GroupListener {
  /** Live, a message as it was sent; after a gap, in its present state, which may be a tombstone without a text. */
  onMessage?(message: PresentMessage | Tombstone): void;
  onEvent?(event: GroupEvent): void;
  /** A message was edited, taken down, reacted to or pinned. */
  onChange?(change: MessageEvent): void;
  /** A message that was sent with `ephemeral`: it is in no log. */
  onEphemeral?(message: PushPayload<'ephemeral_message'>): void;
  /** Entries may be missing: the next entry does not follow the previous one. */
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

/** Attaches the listener. It gets every entry that is appended after the promise has resolved. */
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

/** The pushes that a listener gets; all others concern only a user's devices. */
const handlers: { readonly [E in PushEvent]?: (listener: GroupListener, payload: PushPayload<E>) => void } = {
  relay_message: (listener, { result }) => listener.onMessage?.(result),
  group_event: (listener, event) => listener.onEvent?.(event),
  message_event: (listener, change) => listener.onChange?.(change),
  ephemeral_message: (listener, message) => listener.onEphemeral?.(message),
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
