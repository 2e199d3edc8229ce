import type { GroupEvent, MembershipPush, PushPayload, Subscription } from '@plenum/protocol';
import type { Status } from './connection/lifecycle.ts';
import type { RecoveredNotice, ResyncNotice } from './groups/effects.ts';
import type { MessageEntry } from './groups/entry.ts';

/** The events of a client, in the shapes of the wire. */
export interface ClientEvents {
  /** `message` and `event` together are the group's log: in order of `seq`, each once, without a gap. */
  readonly message: MessageEntry;
  readonly event: GroupEvent;
  /** A change of the user's own membership; `status` is `none` after a removal. */
  readonly membership: MembershipPush;
  /** The server attached this device to a group by itself. */
  readonly subscribed: Subscription;
  /** All missed entries have been shown. */
  readonly recovered: RecoveredNotice;
  /** The sequence is broken: which entries are missing, and which to forget. */
  readonly resync: ResyncNotice;
  /** A user came online or went offline; groups of 500 members or more send `count` only. Call `presence` after a reconnect. */
  readonly presence: PushPayload<'presence_changed'>;
  /** Another user types; no event follows when the user stops. */
  readonly typing: PushPayload<'typing'>;
  /** Another device of the user has read up to here; the highest `read_seq` of an epoch counts. */
  readonly read: PushPayload<'read'>;
  readonly status: Status;
  /** The server is about to cut the connection for this reason; the client reconnects by itself. */
  readonly closing: PushPayload<'closing'>;
}
