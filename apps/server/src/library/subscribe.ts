/** `plenum.subscribe`: attaches a listener to a group, as a device of the service, which receives every entry, or of a user. */
import type { Core, Device, Logger, Random } from '@plenum/core';
import {
  type Actor,
  epochSchema,
  type GroupEvent,
  type GroupId,
  groupIdSchema,
  type MessageEvent,
  type PresentMessage,
  type PushEvent,
  type PushPayload,
  parse,
  type ResyncReason,
  SERVICE,
  type Subscription,
  seqSchema,
  type Tombstone,
  userIdSchema,
} from '@plenum/protocol';
import { z } from 'zod';
import { type LibraryOutcome, refused, shown } from './library-outcome.ts';

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
  /** Entries may be missing: the next entry does not follow the previous one. `not_a_member`: none will come. */
  onResync?(reason: ResyncReason): void;
  /** The user with whose id the listener was attached has another status or other roles in the group. */
  onMembership?(membership: PushPayload<'membership'>): void;
  /** Of other members, to a listener of a user. */
  onTyping?(typing: PushPayload<'typing'>): void;
  onPresence?(change: PushPayload<'presence_changed'>): void;
}

export interface SubscribeOptions {
  /**
   * The user with whose rights the listener receives: what the group's rules show to that user, until it leaves. The user
   * counts as online meanwhile. Default: the service, which needs no membership.
   */
  readonly userId?: string;
  /** The last position that was received: what follows it comes first. Default: only what is appended from now on. */
  readonly after?: { readonly epoch: string; readonly seq: number };
}

export interface LibrarySubscription extends Subscription {
  unsubscribe(): void;
}

export interface SubscribeDeps {
  readonly core: Core;
  readonly random: Random;
  readonly logger: Logger;
}

const argsSchema = z.object({
  group_id: groupIdSchema,
  user_id: userIdSchema.optional(),
  epoch: epochSchema.optional(),
  seq: seqSchema.optional(),
});

/** Attaches the listener. It gets every entry that is appended after the promise has resolved. */
export async function subscribeListener(
  { core, random, logger }: SubscribeDeps,
  {
    groupId,
    listener,
    userId,
    after,
  }: SubscribeOptions & {
    readonly groupId: string;
    readonly listener: GroupListener;
  },
): Promise<LibraryOutcome<LibrarySubscription>> {
  const named = { group_id: groupId, user_id: userId, epoch: after?.epoch, seq: after?.seq };
  const args = parse(argsSchema, named, 'invalid_args');
  if (!args.ok) return refused(args.failure);
  const { group_id, user_id = SERVICE, epoch = null, seq = null } = args.value;
  const device = deviceOf({ listener, id: random.token(), userId: user_id, groupId: group_id }, logger);
  await core.feeds.connect(device, []);
  const claim = { groupId: group_id, epoch, seq };
  const [outcome] = await core.feeds.subscribe(device, [claim]).catch((error: unknown) => {
    core.feeds.disconnect(device);
    throw error;
  });
  if (outcome?.ok) {
    const result = { ...outcome.result, unsubscribe: () => core.feeds.disconnect(device) };
    return { ok: true, result };
  }
  core.feeds.disconnect(device);
  return shown(outcome ?? { ok: false, failure: { code: 'internal' } });
}

/** The pushes that a listener gets; all others concern only sockets. */
const handlers: { readonly [E in PushEvent]?: (listener: GroupListener, payload: PushPayload<E>) => void } = {
  relay_message: (listener, { result }) => listener.onMessage?.(result),
  group_event: (listener, event) => listener.onEvent?.(event),
  message_event: (listener, change) => listener.onChange?.(change),
  ephemeral_message: (listener, message) => listener.onEphemeral?.(message),
  resync: (listener, { reason }) => listener.onResync?.(reason),
  membership: (listener, membership) => listener.onMembership?.(membership),
  typing: (listener, typing) => listener.onTyping?.(typing),
  presence_changed: (listener, change) => listener.onPresence?.(change),
};

interface Listening {
  readonly listener: GroupListener;
  readonly id: string;
  readonly userId: Actor;
  readonly groupId: GroupId;
}

/** True for a push about another group of the device's user. */
const isElsewhere = (payload: object, groupId: GroupId): boolean =>
  'group_id' in payload && payload.group_id !== groupId;

function deviceOf({ listener, id, userId, groupId }: Listening, logger: Logger): Device {
  const failed = (err: unknown) => logger.error({ err }, 'a listener of the library has thrown');
  const contained = (call: () => unknown) => {
    try {
      const returned = call();
      if (returned instanceof Promise) returned.catch(failed);
    } catch (error) {
      failed(error);
    }
  };
  const sinceMs = Date.now();
  return {
    id,
    userId,
    isAuto: false,
    connection: () => ({ transport: 'library', sinceMs, address: null }),
    drained: () => Promise.resolve(),
    push: (event, payload) => {
      if (!isElsewhere(payload, groupId)) contained(() => handlers[event]?.(listener, payload));
    },
  };
}
