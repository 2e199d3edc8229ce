import type { Entry } from './entry.ts';

/** Entries that can be the last of a user's range: of another user they end nothing. */
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
 * takes two signs, in either order: the client was told of it, and the last entry shown can be one. So a `membership`
 * push that comes before or long after its entry never ends a range that goes on: at worst the client says a position
 * that the server then refuses by name.
 */
export class OwnRange {
  #isEndTold = false;
  #canBeEnd = false;
  #isDeleted = false;

  get isEnded(): boolean {
    return this.#isDeleted || (this.#isEndTold && this.#canBeEnd);
  }
  /** Another one begins, or the server has said that this one goes on. */
  begin(): void {
    this.#isEndTold = false;
    this.#canBeEnd = false;
    this.#isDeleted = false;
  }

  shown(entry: Entry): void {
    if (this.isEnded) this.begin();
    this.#canBeEnd = endings.has(entry.type);
    this.#isDeleted = entry.type === 'deleted';
  }

  /** The group is off, so that its last entry will not be shown. */
  endUnseen(): void {
    this.#isEndTold = true;
    this.#canBeEnd = true;
  }

  /** A range that has ended stays so: the next one begins with an entry, an attach or an answer. */
  told(isReceiver: boolean): void {
    if (!this.isEnded) this.#isEndTold = !isReceiver;
  }
}
