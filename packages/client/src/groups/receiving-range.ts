import type { Entry } from './entry.ts';

/** Entries that can be the last of a user's range; those of another user end nothing. */
const endings: ReadonlySet<Entry['type']> = new Set([
  'left',
  'kicked',
  'banned',
  'rejected',
  'requested',
  'deleted',
]);

/**
 * Whether the user's range of the log has ended with what was shown. A `deleted` entry ends it by itself. Any other end
 * takes two signs, in either order: a `membership` push, and a last shown entry that can be an end. So a push that comes
 * before or long after its entry never ends a range that continues; at worst the client sends a position that the server
 * refuses. Example: the user is kicked at seq 7 and joins again at 9. The late push about the kick arrives after 9 was
 * shown: 9 is no end, so the range continues.
 */
export class ReceivingRange {
  #isEndAnnounced = false;
  #canBeEnd = false;
  #isDeleted = false;

  get isEnded(): boolean {
    return this.#isDeleted || (this.#isEndAnnounced && this.#canBeEnd);
  }
  /** Another range begins, or the server continues this one. */
  begin(): void {
    this.#isEndAnnounced = false;
    this.#canBeEnd = false;
    this.#isDeleted = false;
  }

  shown(entry: Entry): void {
    if (this.isEnded) this.begin();
    this.#canBeEnd = endings.has(entry.type);
    this.#isDeleted = entry.type === 'deleted';
  }

  /** The group is off, so its last entry will not be shown. */
  endUnseen(): void {
    this.#isEndAnnounced = true;
    this.#canBeEnd = true;
  }

  /** A range that has ended stays so: the next one begins with an entry, an attach or an answer. */
  onMembership(isReceiver: boolean): void {
    if (!this.isEnded) this.#isEndAnnounced = !isReceiver;
  }
}
