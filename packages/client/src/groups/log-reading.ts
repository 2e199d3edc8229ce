/**
 * Reads the pages of `history` that close a gap. After a rollback it first reads backwards to the last shown entry that is
 * still in the log; then it reads forwards to the seq that the server has named. Example: 1 to 10 were shown and a failover
 * lost 9 and 10. The page below 11 shows that 8 is still in the log: so 9 and 10 are revoked, and the log is read from 9 on.
 */
import type { ResyncReason, Subscription } from '@plenum/protocol';
import type { Effect, Entry, KnownPosition, Page } from './effects.ts';
import { divergenceIn, fillingBy, type Search } from './history-page.ts';
import type { Notices } from './notices.ts';
import { ShownLog } from './shown-log.ts';

/**
 * The result of a page: show these entries; `after` is the shown log before them. `wait`: another page is read.
 * `ask`: the server must decide whether the page continues the shown log.
 */
export type ReadResult = ReadEntries | 'wait' | 'ask';
interface ReadEntries {
  readonly after: ShownLog;
  readonly entries: readonly Entry[];
}

type Where = { readonly after: number } | { readonly before: number };

export class LogReading {
  readonly #notices: Notices;
  readonly #emit: (effect: Effect) => void;
  /** Entries up to this seq must be read. */
  #readTo = 0;
  #vouched: KnownPosition = { epoch: '', seq: 0 };
  /** Null while pages are read forwards. */
  #search: Search | null = null;
  #ticket = 0;

  constructor(notices: Notices, emit: (effect: Effect) => void) {
    this.#notices = notices;
    this.#emit = emit;
  }

  /** Epoch and head of the log when the server last confirmed that it contains the shown entries. */
  get vouched(): KnownPosition {
    return this.#vouched;
  }

  /** False if the page of this ticket is no longer needed. */
  isAwaiting(ticket: number): boolean {
    return ticket === this.#ticket;
  }

  cancel(): void {
    this.#ticket += 1;
  }

  reset(epoch = this.#vouched.epoch): void {
    this.#readTo = 0;
    this.#vouched = { epoch, seq: 0 };
  }

  /** The server continues the shown log. Entries from `from_seq` on come live. */
  continueWith(at: Subscription, shown: ShownLog): void {
    this.#vouched = { epoch: at.epoch, seq: at.head_seq };
    this.#notices.clear();
    this.#notices.recovering(shown.lastSeq + 1, at.head_seq);
    this.#readTo = at.from_seq - 1;
  }

  /** The server cannot continue the shown log. Entries after `head` come live. */
  recoverFrom(reason: ResyncReason, head: KnownPosition, shown: ShownLog): void {
    this.#vouched = head;
    this.#notices.broke(reason);
    this.fillUpTo(head.seq, shown);
  }

  fillUpTo(seq: number, shown: ShownLog): void {
    this.#notices.recovering(shown.lastSeq + 1, seq);
    this.#readTo = seq;
  }

  isBehind(shown: ShownLog): boolean {
    return shown.lastSeq < this.#readTo;
  }

  readOn(shown: ShownLog): void {
    this.#search = null;
    this.#read({ after: shown.lastSeq });
  }

  searchBackwards(reason: ResyncReason, shown: ShownLog): void {
    const before = Math.min(shown.lastSeq, this.#readTo) + 1;
    this.#searchOn({ reason, before, pagesRead: 0 });
  }

  onPage(page: Page, shown: ShownLog): ReadResult {
    return this.#search === null ? this.#filled(page, shown) : this.#searched(page, shown, this.#search);
  }

  #searched(page: Page, shown: ShownLog, search: Search): ReadResult {
    const found = divergenceIn(shown, page, search);
    if ('before' in found) {
      this.#searchOn(found);
      return 'wait';
    }
    const { resumeAfter, revoked, missing } = found;
    const after =
      missing === null ? shown.cutTo(resumeAfter, page.epoch) : ShownLog.after(page.epoch, resumeAfter);
    this.#notices.broke(search.reason, revoked);
    this.#notices.recovering(resumeAfter + 1, this.#readTo);
    this.#notices.resync(after, missing);
    return { after, entries: [] };
  }

  #filled(page: Page, shown: ShownLog): ReadResult {
    const filling = fillingBy(page, shown, { readTo: this.#readTo, vouchedEpoch: this.#vouched.epoch });
    if (filling === null) return 'ask';
    const { nextSeq, missing, entries } = filling;
    const after = missing === null ? shown : shown.skippedTo(page.epoch, missing.to);
    if (missing !== null) this.#notices.recovering(nextSeq, this.#readTo);
    this.#notices.resync(after, missing);
    return { after, entries };
  }

  #searchOn(search: Search): void {
    this.#search = search;
    this.#read({ before: search.before });
  }

  #read(where: Where): void {
    this.#ticket += 1;
    this.#emit({ type: 'read', page: { ticket: this.#ticket, ...where } });
  }
}
