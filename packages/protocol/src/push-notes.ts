/** When each push comes: the texts of the reference page about pushes. Nothing loads them at run time. */
import type { PushEvent } from './pushes.ts';

export const pushNotes: Readonly<Record<PushEvent, string>> = {
  relay_message:
    'A message of a group in which the user receives, to all its devices, the sending one included. After a reconnect, those that were missed come first.',
  group_event:
    'An entry that is no message: members come, go and change, settings change, the group is deleted. It has a seq of the same order as messages.',
  message_event:
    'An edit, an append, a take-down, a reaction or a pin. It has a seq of the same order as messages.',
  subscribed:
    'The device is attached to these groups. `recovered: true`: nothing is missing, what was missed follows. Else read `history` up to `from_seq`.',
  membership:
    'The own membership has changed: accepted, invited, muted, kicked … To all devices of the user.',
  members_count:
    'How many members receive, at most once a second, in groups with `membership_events: "counts"`.',
  resync:
    'The log does not continue the position of this device; `reason` says why. Except for `not_a_member` the device is attached from `head_seq + 1` on: read `history` up to `head_seq`.',
  presence_changed:
    'A user came online or went offline. Ephemeral: no seq, never repeated. In groups of 500 members or more only `count`.',
  typing: 'A user types. Ephemeral; not sent to the devices of that user.',
  ephemeral_message:
    'A message that was sent with `ephemeral`: kept nowhere, pushed once. It was sent after the entry `after_seq`.',
  read: 'Another device of the user has read up to here.',
  notifications: 'Another device of the user has changed of which messages the user is notified.',
  drain: 'The node stops. The client is asked to reconnect, and is cut after `within_ms` at most.',
  token_expiring: 'The token ends soon. Send `refresh_token` with a new one, and the socket stays.',
  closing: 'The connection is about to be cut, and why: see [endings](errors.md#closing).',
};
