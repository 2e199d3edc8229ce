/**
 * Entries that an adapter was offered before their turn, to find out whether it works at all. Forgotten with the owner, whose
 * successor may offer them once more.
 */
import type { ArchiveEntry } from '../log/history-entry.ts';
import type { Delivered } from './target.ts';

export class TakenAhead {
  /** By message id: true, or the page of members that comes next. */
  readonly #done = new Map<string, true | string>();

  note({ message_id: id }: ArchiveEntry, delivered: Delivered): void {
    // One that was refused is offered again in its turn, and then counts as refused.
    if (delivered.type === 'taken') {
      if (!delivered.refused.has(id)) this.#done.set(id, true);
    } else if (delivered.membersCursor !== null) this.#done.set(id, delivered.membersCursor);
  }

  isTaken({ message_id: id }: ArchiveEntry): boolean {
    return this.#done.get(id) === true;
  }

  /** The next page of the entry; null: not known. */
  pageOf({ message_id: id }: ArchiveEntry): string | null {
    const done = this.#done.get(id);
    return typeof done === 'string' ? done : null;
  }

  forget({ message_id: id }: ArchiveEntry): void {
    this.#done.delete(id);
  }
}
