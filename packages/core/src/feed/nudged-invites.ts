/** The order of invites and their ends in groups that have no feed on this node, where no entries tell it. */
import type { GroupId, UserId } from '@plenum/protocol';
import type { Nudge } from '../ports/pubsub.ts';
import type { Clock } from '../ports/runtime.ts';

/** Nudges of two nodes overtake each other by less than this. */
const overtakenWithinMs = 10_000;

type Place = Pick<Nudge, 'seq' | 'made'>;
interface Nudged extends Place {
  /** When it came, by this node's clock, ms. */
  readonly cameAtMs: number;
}

/** A seq counts within its epoch: another epoch may be that of a new group with the same id. */
function isLater(place: Place, than: Place): boolean {
  const isOneEpoch = place.made?.epoch === than.made?.epoch;
  if (isOneEpoch || place.made === undefined || than.made === undefined) return place.seq > than.seq;
  return place.made.atMs >= than.made.atMs;
}

export class NudgedInvites {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #newest = new Map<UserId, Map<GroupId, Nudged>>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock;
  }

  /** Remembers the nudge. @returns false if a newer one of this user and group came just before */
  isNext({ userId, groupId, seq, made }: Omit<Nudge, 'membership'>): boolean {
    const ofUser = this.#newest.get(userId) ?? new Map<GroupId, Nudged>();
    const cameAtMs = this.#clock.monotonicMs();
    for (const [id, nudged] of ofUser) {
      if (nudged.cameAtMs + overtakenWithinMs <= cameAtMs) ofUser.delete(id);
    }
    const place = made === undefined ? { seq } : { seq, made };
    const known = ofUser.get(groupId);
    if (known !== undefined && !isLater(place, known)) return false;
    this.#newest.set(userId, ofUser.set(groupId, { ...place, cameAtMs }));
    return true;
  }

  forget(userId: UserId): void {
    this.#newest.delete(userId);
  }
}
