import type { GroupEvent, MembershipPush, PushPayload, Subscription } from '@plenum/protocol';
import type { Status } from './connection/lifecycle.ts';
import type { RecoveredNotice, ResyncNotice } from './groups/effects.ts';
import type { MessageEntry } from './groups/entry.ts';

/** What a client tells its application. Shapes are those of the wire. */
export interface ClientEvents {
  /** `message` and `event` together are the group's log: in order of `seq`, each once, without a hole. */
  readonly message: MessageEntry;
  readonly event: GroupEvent;
  /** A change of the user's own membership; `status` is `none` after a removal. */
  readonly membership: MembershipPush;
  /** The server attached this device to a group by itself. */
  readonly subscribed: Subscription;
  /** All that was missed has been shown. */
  readonly recovered: RecoveredNotice;
  /** The sequence is broken: what is missing, and what is to be forgotten. */
  readonly resync: ResyncNotice;
  /** Who came or went; of groups of 500 members or more only `count`. Ask `presence` after a reconnect. */
  readonly presence: PushPayload<'presence_changed'>;
  /** Somebody else types; nothing says that he has stopped. */
  readonly typing: PushPayload<'typing'>;
  /** Another device of the user has read up to here; the highest `read_seq` of an epoch counts. */
  readonly read: PushPayload<'read'>;
  readonly status: Status;
  /** The server is about to cut the connection, and why; the client comes back by itself. */
  readonly closing: PushPayload<'closing'>;
}
