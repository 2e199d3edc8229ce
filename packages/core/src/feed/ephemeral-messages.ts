/** Pushes an ephemeral message to the devices of this node that are live when it comes, in its place among the entries. */
import type { FanOut } from '../ports/devices.ts';
import type { EphemeralMessage } from '../ports/presence.ts';
import type { Feed } from './feed.ts';

/**
 * The message was sent after the entry `after_seq`. Where the feed has not applied that entry, a membership may have ended that
 * this node still serves: then no device here gets the message. The same holds if a user became a receiver after that entry.
 * Example: bob is kicked by entry 7, and this node misses that entry. Messages with `after_seq` 7 are dropped here until the
 * gap is read. Joins and leaves that are no entries count by their version.
 */
export function pushEphemeral(
  push: EphemeralMessage,
  { feed, fanOut }: { readonly feed: Feed; readonly fanOut: FanOut },
): void {
  const { group_id, epoch, after_seq } = push.payload;
  const version = push.membersVersion === undefined ? {} : { membersVersion: push.membersVersion };
  if (!feed.hasReceiversOf({ epoch, seq: after_seq, ...version })) return;
  const { live } = feed.attachments;
  const devices = [...live];
  fanOut.whenWritten(group_id, () => {
    const left = devices.filter((device) => live.has(device));
    if (left.length > 0) fanOut.deliverVolatile(group_id, left, [push]);
  });
}
