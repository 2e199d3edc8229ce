/**
 * One group as one device sees it: a deterministic state machine without clock or I/O. Events are method calls, each
 * returns what is to be done. Whatever arrives, the application is shown strictly increasing seqs without a hole, or is
 * told which are missing and which it has to forget.
 *
 *   live       seq == last+1 show · <= last drop · > last+1 hold and fill
 *   filling    `history` is read up to the first held entry; what arrives is held
 *   searching  `history` is read backwards for where a rolled back log still agrees with what was shown
 *   claimed    the handshake holds the position, and the server has yet to say whether it continues: what arrives before
 *              that comes again after it, or is read
 *   verifying  the same, asked by `subscribe`: nothing but its answer counts
 */
import type { ResyncPush, ResyncReason, Subscription } from '@plenum/protocol';
import { arrivalOf } from './arrival.ts';
import { divergenceIn, type Search } from './divergence.ts';
import type { Effect, Page } from './effects.ts';
import type { Entry, KnownPosition } from './entry.ts';
import { fillingBy } from './filling.ts';
import { HeldEntries } from './held-entries.ts';
import { Notices } from './notices.ts';
import { OwnRange } from './own-range.ts';
import { ShownLog } from './shown-log.ts';

type Phase = 'new' | 'off' | 'detached' | 'claimed' | 'verifying' | 'live' | 'filling' | 'searching';

export class GroupSequence {
  readonly groupId: string;
  readonly #held = new HeldEntries();
  readonly #notices: Notices;
  #phase: Phase = 'new';
  #shown = ShownLog.nothing;
  /** Epoch of the log when the server last said that what was shown is a part of it. */
  #vouchedEpoch = '';
  /** Head of the log at that time. */
  #vouchedTo = 0;
  /** Entries up to here have to be read from `history`. */
  #readTo = 0;
  readonly #range = new OwnRange();
  /** The answer to a join does not say whether its own entry comes as an event or came long before. */
  #optionalSeq: number | null = null;
  #search: Search = { reason: 'epoch_changed', before: 0, pagesRead: 0 };
  /** Something came while an answer about the position was awaited: a refusal may be older than that. */
  #isStirred = false;
  #ticket = 0;
  #effects: Effect[] = [];

  /** @param known where an earlier run of the application has stopped. */
  constructor(groupId: string, known?: KnownPosition) {
    this.groupId = groupId;
    this.#notices = new Notices(groupId, (effect) => this.#effects.push(effect));
    if (known === undefined) return;
    this.#shown = ShownLog.upTo(known.epoch, known.seq);
    this.#phase = 'detached';
  }

  get phase(): Phase {
    return this.#phase;
  }
  /** Null: there is none yet, or the membership or the log has ended. */
  get position(): KnownPosition | null {
    const { epoch, lastSeq: seq } = this.#shown;
    return epoch === '' || this.#isEnded ? null : { epoch, seq };
  }
  /** What comes after the end of the user's range begins a new one. Where an answer is awaited, that decides. */
  get #isEnded(): boolean {
    return (this.#phase === 'live' || this.#phase === 'off') && this.#range.isEnded;
  }
  get #isReadingLog(): boolean {
    return this.#phase === 'filling' || this.#phase === 'searching';
  }
  /** The answer or push speaks of what was shown before the user's range ended. */
  #isPassed(epoch: string, seq: number): boolean {
    return this.#shown.epoch === epoch && seq <= this.#shown.lastSeq;
  }
  /** False: the page of this ticket is of no use any more. */
  isReading(ticket: number): boolean {
    return ticket === this.#ticket;
  }

  /** The position, if there is one, is on its way to the server. */
  asking(by: 'claimed' | 'verifying'): void {
    if (this.position === null) this.forget();
    else this.#enter(by);
  }

  /** The connection is gone; the position is kept unless the membership ended. */
  detach(): void {
    if (this.#phase === 'new' || this.#phase === 'off') return;
    const isEnded = this.#isEnded;
    this.#reset();
    if (isEnded) this.forget();
    else this.#enter('detached');
  }

  /**
   * The application does not want this group; its position is kept.
   * @param shownTo where that is, if it says so before all that was to be shown has been.
   */
  turnOff(shownTo: KnownPosition | null): void {
    if (shownTo !== null && shownTo.seq < this.#shown.lastSeq) this.#range.begin();
    if (shownTo !== null) this.#shown = this.#shown.backTo(shownTo);
    this.#held.clear();
    this.#enter('off');
  }

  forget(): void {
    this.#begin('', 0);
    this.#enter('new');
  }

  onEntry(entry: Entry): readonly Effect[] {
    if (this.#phase === 'new') {
      this.#begin(entry.epoch, entry.seq - 1);
      this.#show(entry);
    } else this.#receive(entry);
    return this.#take();
  }

  /** @param isAnswer to `subscribe`; else the server attached this device by itself, or answers a handshake. */
  onAttached(at: Subscription, isAnswer = false): readonly Effect[] {
    if (this.#phase === 'off') {
      if (!isAnswer) this.#effects.push({ do: 'unsubscribe' });
    } else if (this.#phase === 'new' || (this.#isEnded && at.reason === undefined)) {
      if (!this.#isPassed(at.epoch, at.from_seq)) this.#begin(at.epoch, at.from_seq - 1);
    } else if (this.#phase !== 'verifying' || isAnswer) this.#onReattached(at);
    else this.#isStirred = true;
    return this.#take();
  }

  /** The answer to this device's own join or create, as a receiver: it may come before or long after what it speaks of. */
  onJoined({ epoch, seq }: KnownPosition): readonly Effect[] {
    const isKnown = epoch === this.#shown.epoch || epoch === this.#vouchedEpoch;
    if (this.#phase === 'new' || this.#isEnded) {
      if (!this.#isPassed(epoch, seq)) {
        this.#begin(epoch, seq - 1);
        this.#optionalSeq = seq;
      }
    } else if (this.#phase === 'verifying' || this.#phase === 'detached') this.#isStirred = true;
    // Once this has attached the device, the claim of its handshake is not answered.
    else if (this.#phase === 'off' || this.#phase === 'claimed' || !isKnown) this.#verify();
    return this.#take();
  }

  onMembership(isReceiver: boolean): void {
    if (!isReceiver) this.onLeft();
    if (this.#phase === 'live' || this.#isReadingLog) this.#range.told(isReceiver);
  }

  /** The end of a group that is off is not shown. */
  onLeft(): void {
    if (this.#phase === 'off') this.#range.endUnseen();
  }

  onResync(push: ResyncPush): readonly Effect[] {
    const { reason, epoch, head_seq } = push;
    if (this.#phase === 'off' || this.#phase === 'verifying') return [];
    if (reason === 'not_a_member' || epoch === null) this.#refuse();
    else if (this.#phase === 'new') {
      this.#begin(epoch, head_seq);
      this.#notices.broke(reason);
      this.#notices.resync(this.#shown, null);
    } else this.#onBroken(reason, epoch, head_seq);
    return this.#take();
  }

  /** A request was answered: the user may not read this group (any more), or could not when that was looked up. */
  onRefused(): readonly Effect[] {
    if (this.#isStirred || this.#held.isAny) this.#verify();
    else this.#refuse();
    return this.#take();
  }

  onPage(ticket: number, page: Page): readonly Effect[] {
    if (ticket !== this.#ticket) return [];
    if (this.#phase === 'searching') this.#onSearched(page);
    else if (this.#phase === 'filling') this.#onFilled(page);
    return this.#take();
  }

  #receive(entry: Entry): void {
    if (this.#phase === 'live') this.#onLive(entry);
    else if (this.#isReadingLog) this.#held.add(entry);
    else this.#isStirred = true;
  }

  #onLive(entry: Entry): void {
    const arrival = arrivalOf(entry, {
      shown: this.#shown,
      isEnded: this.#isEnded,
      vouched: { epoch: this.#vouchedEpoch, seq: this.#vouchedTo },
      optionalSeq: this.#optionalSeq,
    });
    if (arrival === 'ask') this.#verify();
    else if (arrival === 'hole') {
      this.#held.add(entry);
      this.#readUpTo(entry.seq - 1);
    } else if (arrival !== 'drop') {
      if (arrival === 'another log') this.#tellOfAnotherLog(entry);
      if (arrival !== 'show') this.#begin(entry.epoch, entry.seq - 1);
      this.#show(entry);
    }
  }

  /** The last entries of the log before were not shown, and cannot be had. */
  #tellOfAnotherLog({ epoch, seq }: Entry): void {
    this.#notices.broke('epoch_changed', this.#shown.from(this.#shown.firstSeq));
    this.#notices.resync(ShownLog.after(epoch, seq - 1), null);
  }

  #readUpTo(seq: number): void {
    this.#notices.recovering(this.#shown.lastSeq + 1, seq);
    this.#readTo = seq;
    this.#settle();
  }

  #refuse(): void {
    const isIdle = this.#phase === 'new' || this.#phase === 'off';
    // A user that was shown the end of its membership has nothing more to learn.
    const isComplete = this.#isEnded;
    this.forget();
    if (!isIdle && !isComplete) this.#notices.broke('not_a_member');
    this.#notices.resync(null, null);
  }

  #onReattached(at: Subscription): void {
    const { epoch, lastSeq } = this.#shown;
    const isAboutPosition = this.#phase === 'claimed' || this.#phase === 'verifying';
    if (isAboutPosition && at.reason !== undefined) {
      this.#onBroken(at.reason, at.epoch, at.from_seq - 1);
      return;
    }
    const isUnbroken = at.epoch === epoch && at.from_seq <= lastSeq + 1 && lastSeq <= at.head_seq;
    if (!(isAboutPosition && at.recovered) && !isUnbroken) {
      this.#verify();
      return;
    }
    this.#range.begin();
    this.#vouchedEpoch = at.epoch;
    this.#vouchedTo = at.head_seq;
    this.#readTo = at.from_seq - 1;
    this.#held.clear();
    this.#notices.clear();
    this.#notices.recovering(lastSeq + 1, at.head_seq);
    this.#settle();
  }

  #onBroken(reason: ResyncReason, epoch: string, headSeq: number): void {
    this.#vouchedEpoch = epoch;
    this.#vouchedTo = headSeq;
    this.#range.begin();
    this.#readTo = headSeq;
    this.#notices.broke(reason);
    this.#notices.recovering(this.#shown.lastSeq + 1, headSeq);
    this.#held.clear();
    if (reason === 'epoch_changed' || reason === 'ahead') {
      this.#enter('searching');
      this.#search = { reason, before: Math.min(this.#shown.lastSeq, headSeq) + 1, pagesRead: 0 };
      this.#read({ before: this.#search.before });
    } else this.#settle();
  }

  #onSearched(page: Page): void {
    const found = divergenceIn(this.#shown, page, this.#search);
    if ('before' in found) {
      this.#search = found;
      this.#read({ before: found.before });
      return;
    }
    const { resumeAfter, revoked, missing } = found;
    this.#shown =
      missing === null ? this.#shown.cutTo(resumeAfter, page.epoch) : ShownLog.after(page.epoch, resumeAfter);
    this.#notices.broke(this.#search.reason, revoked);
    this.#notices.recovering(resumeAfter + 1, this.#readTo);
    this.#notices.resync(this.#shown, missing);
    this.#settle();
  }

  #onFilled(page: Page): void {
    const filling = fillingBy(page, this.#shown, { readTo: this.#readTo, vouchedEpoch: this.#vouchedEpoch });
    if (filling === null) {
      this.#verify();
      return;
    }
    const { nextSeq, missing, entries } = filling;
    if (missing !== null) {
      this.#shown = this.#shown.skippedTo(page.epoch, missing.to);
      this.#notices.recovering(nextSeq, this.#readTo);
    }
    this.#notices.resync(this.#shown, missing);
    for (const entry of entries) this.#show(entry);
    this.#settle();
  }

  /** Reads on, or goes live with what is held; a hole in that is read in turn. */
  #settle(): void {
    if (this.#shown.lastSeq < this.#readTo) {
      this.#enter('filling');
      this.#read({ after: this.#shown.lastSeq });
      return;
    }
    this.#notices.resync(this.#shown, null);
    this.#enter('live');
    this.#notices.recovered(this.#shown.lastSeq);
    for (const entry of this.#held.takeAll()) this.#receive(entry);
  }

  #show(entry: Entry): void {
    this.#shown = this.#shown.and(entry);
    this.#range.shown(entry);
    this.#optionalSeq = null;
    this.#effects.push({ do: 'show', entry });
    this.#notices.recovered(this.#shown.lastSeq);
  }

  #verify(): void {
    this.#range.begin();
    this.#held.clear();
    this.#enter('verifying');
    this.#effects.push({ do: 'verify' });
  }

  #read(where: { readonly after: number } | { readonly before: number }): void {
    this.#ticket += 1;
    this.#effects.push({ do: 'read', page: { ticket: this.#ticket, ...where } });
  }

  /** Pages that were asked for before are of no use any more. */
  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#isStirred = false;
    this.#ticket += 1;
  }

  #begin(epoch: string, seq: number): void {
    this.#reset();
    this.#shown = ShownLog.after(epoch, seq);
    this.#vouchedEpoch = epoch;
    this.#range.begin();
    this.#enter('live');
  }

  /** Forgets what was under way. */
  #reset(): void {
    this.#readTo = 0;
    this.#vouchedTo = 0;
    this.#optionalSeq = null;
    this.#notices.clear();
    this.#held.clear();
  }

  #take(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
