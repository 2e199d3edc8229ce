import { type GroupEvent, type MemberStatus, SERVICE } from '@plenum/protocol';

/** An event as it concerns its user alone. */
export interface UserEvent extends GroupEvent {
  /** The status of a user that the service has added; absent: the type of the event decides. */
  readonly becomes?: MemberStatus;
  /** The event is no entry: it comes behind the entry `seq`. */
  readonly isUnlisted?: true;
}

/** The first seq that a user receives whom the event makes a receiver. */
export const firstSeqOf = ({ seq, isUnlisted }: UserEvent): number => (isUnlisted ? seq + 1 : seq);

const single = { none: 'kicked', pending: 'requested', active: 'joined', muted: 'joined' } as const;

/**
 * What an entry means for each of its users, as if each had an entry of its own. Example: `members_changed` with a new
 * member and a removed one is a `joined` and a `kicked` of the same seq, both by the service.
 */
export function userEventsOf(event: GroupEvent): readonly UserEvent[] {
  if (event.type !== 'members_changed') return [event];
  const { members = [], ...shared } = event;
  return members.map(({ user_id, status, roles }) => ({
    ...shared,
    type: single[status],
    user_id,
    actor_id: SERVICE,
    ...(roles === undefined ? {} : { roles }),
    ...(status === 'none' ? {} : { becomes: status }),
  }));
}
