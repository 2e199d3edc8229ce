/**
 * One group as one device sees it: a deterministic state machine without clock or I/O. Events are method calls, each
 * returns what is to be done. Whatever arrives, the application is shown strictly increasing seqs without a hole, or is
 * told which are missing and which it has to forget.
 *
 *   live       seq == last+1 show · <= last drop · > last+1 hold and fill
 *   filling    `history` is read up to the first held entry; what arrives is held
 *   searching  `history` is read backwards for where a rolled back log still agrees with what was shown
 *   claimed    the handshake holds the position, the server has yet to say whether it continues; what arrives is held
 *   verifying  the same, asked by `subscribe`
 */
import type { ResyncPush, ResyncReason, Subscription } from '@plenum/protocol';
import { divergenceIn } from './divergence.ts';
import type { Effect, Page } from './effects.ts';
import { type Entry, isFirstOfLog, type SeqRange } from './entry.ts';
import { EpochRuns } from './epoch-runs.ts';
import { HeldEntries } from './held-entries.ts';

type Phase = 'new' | 'off' | 'detached' | 'claimed' | 'verifying' | 'live' | 'filling' | 'searching';

export interface KnownPosition {
  readonly epoch: string;
  readonly seq: number;
}

export class GroupSequence {
  readonly groupId: string;
  readonly #held = new HeldEntries();
  #phase: Phase = 'new';
  /** Of the last entry shown, or where showing begins. */
  #epoch = '';
  #lastSeq = 0;
  #shown = new EpochRuns('', 1);
  /** Epoch of the log itself, as far as the server has said. */
  #logEpoch = '';
  /** Entries up to here have to be read from `history`. */
  #readTo = 0;
  /** The user receives nothing (any more): what comes after the end of his range begins a new one. */
  #isEnded = false;
  /** The answer to a join does not say whether its own entry comes as an event or came long before. */
  #optionalSeq: number | null = null;
  #untold: { readonly reason: ResyncReason; readonly revoked: SeqRange | null } | null = null;
  #recovering: { readonly fromSeq: number; readonly headSeq: number } | null = null;
  #search = { before: 0, pagesRead: 0 };
  #ticket = 0;
  #effects: Effect[] = [];

  /** @param known where an earlier run of the application has stopped. */
  constructor(groupId: string, known?: KnownPosition) {
    this.groupId = groupId;
    if (known === undefined) return;
    this.#begin(known.epoch, known.seq);
    // What the earlier run was shown is not known here: after a rollback the search goes back as far as it has to.
    this.#shown = new EpochRuns(known.epoch, 1);
    this.#enter('detached');
  }

  get phase(): Phase {
    return this.#phase;
  }
  /** Null: there is none yet, or the membership has ended. */
  get position(): KnownPosition | null {
    return this.#phase === 'new' || this.#isEnded ? null : { epoch: this.#epoch, seq: this.#lastSeq };
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
    this.#begin(this.#epoch, this.#lastSeq, { isContinued: true });
    if (this.#isEnded) this.forget();
    else this.#enter('detached');
  }

  /** The application does not want this group; its position is kept. */
  turnOff(): void {
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
    } else if (this.#phase === 'live') this.#onLive(entry);
    else if (this.#phase !== 'off') this.#held.add(entry);
    return this.#take();
  }

  /** @param isAnswer to `subscribe`; else the server attached this device by itself, or answers a handshake. */
  onAttached(at: Subscription, isAnswer = false): readonly Effect[] {
    if (this.#phase === 'off') {
      if (!isAnswer) this.#effects.push({ do: 'unsubscribe' });
    } else if (this.#phase === 'new' || (this.#isEnded && at.reason === undefined)) {
      this.#begin(at.epoch, at.from_seq - 1);
    } else if (this.#phase !== 'verifying' || isAnswer) this.#onReattached(at);
    return this.#take();
  }

  /** The answer to this device's own join or create, as a receiver. */
  onJoined({ epoch, seq }: KnownPosition): readonly Effect[] {
    const isShown = this.#epoch === epoch && this.#lastSeq >= seq;
    if (this.#isEnded && isShown) this.#isEnded = false;
    else if (this.#phase === 'new' || this.#phase === 'off' || this.#isEnded) {
      this.#begin(epoch, seq - 1);
      this.#optionalSeq = seq;
    }
    return this.#take();
  }

  onMembership(isReceiver: boolean): void {
    if (this.#phase !== 'new') this.#isEnded = !isReceiver;
  }

  onResync(push: ResyncPush): readonly Effect[] {
    const { reason, epoch, head_seq: headSeq } = push;
    if (this.#phase === 'off') return [];
    if (reason === 'not_a_member' || epoch === null) return this.onRefused();
    if (this.#phase === 'new') this.#begin(epoch, headSeq);
    else this.#onBroken(reason, epoch, headSeq);
    return this.#take();
  }

  /** The user may not read this group (any more). */
  onRefused(): readonly Effect[] {
    const isIdle = this.#phase === 'new' || this.#phase === 'off';
    // Whoever was told of the end of his membership and shown all of it has nothing more to learn.
    const isComplete = this.#isEnded && this.#phase === 'live';
    this.forget();
    if (isIdle || isComplete) return [];
    this.#untold = { reason: 'not_a_member', revoked: null };
    this.#tellResync({ fromSeq: null, missing: null });
    return this.#take();
  }

  onPage(ticket: number, page: Page): readonly Effect[] {
    if (ticket !== this.#ticket) return [];
    if (page.epoch !== this.#logEpoch) this.#verify();
    else if (this.#phase === 'searching') this.#onSearched(page);
    else if (this.#phase === 'filling') this.#onFilled(page);
    return this.#take();
  }

  #onLive(entry: Entry): void {
    if (isFirstOfLog(entry) && entry.epoch !== this.#epoch) this.#begin(entry.epoch, 0);
    const nextSeq = this.#lastSeq + 1;
    if (entry.seq < nextSeq) return;
    const isInOrder = entry.seq === nextSeq || (entry.seq === nextSeq + 1 && this.#optionalSeq === nextSeq);
    if (isInOrder) {
      this.#show(entry);
    } else if (this.#isEnded) {
      this.#begin(entry.epoch, entry.seq - 1);
      this.#show(entry);
    } else {
      this.#held.add(entry);
      this.#recovering = { fromSeq: nextSeq, headSeq: entry.seq - 1 };
      this.#readTo = entry.seq - 1;
      if (entry.epoch === this.#logEpoch) this.#settle();
      else this.#verify();
    }
  }

  #onReattached(at: Subscription): void {
    if (at.reason !== undefined) {
      this.#onBroken(at.reason, at.epoch, at.from_seq - 1);
      return;
    }
    const isUnbroken =
      at.epoch === this.#epoch && at.from_seq <= this.#lastSeq + 1 && this.#lastSeq <= at.head_seq;
    if (!at.recovered && !isUnbroken) {
      // Attached without regard to the position.
      this.#verify();
      return;
    }
    this.#isEnded = false;
    this.#logEpoch = at.epoch;
    this.#readTo = at.from_seq - 1;
    this.#untold = null;
    this.#recovering = { fromSeq: this.#lastSeq + 1, headSeq: at.head_seq };
    this.#held.keepAfter(this.#lastSeq, at.epoch);
    this.#enter('live');
    this.#showHeld();
    // From `from_seq` on the server sends everything again: what is left here are doubles.
    this.#held.clear();
    this.#settle();
  }

  #onBroken(reason: ResyncReason, epoch: string, headSeq: number): void {
    this.#isEnded = false;
    this.#logEpoch = epoch;
    this.#readTo = headSeq;
    this.#untold = { reason, revoked: null };
    this.#recovering = { fromSeq: this.#lastSeq + 1, headSeq };
    this.#held.keepAfter(headSeq, epoch);
    if (reason === 'epoch_changed' || reason === 'ahead') {
      this.#enter('searching');
      this.#search = { before: Math.min(this.#lastSeq, headSeq) + 1, pagesRead: 0 };
      this.#read({ before: this.#search.before });
    } else this.#settle();
  }

  #onSearched(page: Page): void {
    this.#search.pagesRead += 1;
    const divergence = divergenceIn(page, this.#shown, this.#search);
    if (divergence.found === 'not yet') {
      this.#search.before = divergence.before;
      this.#read({ before: divergence.before });
      return;
    }
    const { goneFrom, resumeAfter } = divergence;
    const revoked = goneFrom > this.#lastSeq ? null : { from: goneFrom, to: this.#lastSeq };
    const missing = goneFrom > resumeAfter ? null : { from: goneFrom, to: resumeAfter };
    const shownEpoch = goneFrom > resumeAfter ? this.#shown.epochAt(resumeAfter) : null;
    this.#lastSeq = resumeAfter;
    this.#epoch = shownEpoch ?? this.#logEpoch;
    if (shownEpoch === null) this.#shown = new EpochRuns(this.#logEpoch, resumeAfter + 1);
    else this.#shown.cutAfter(resumeAfter);
    this.#recovering = { fromSeq: resumeAfter + 1, headSeq: this.#readTo };
    this.#untold = { reason: this.#untold?.reason ?? 'epoch_changed', revoked };
    this.#tellResync({ fromSeq: resumeAfter + 1, missing });
    this.#settle();
  }

  #onFilled(page: Page): void {
    const lastSeq = this.#lastSeq;
    const fresh = page.entries.filter(({ seq }) => seq > lastSeq);
    if (fresh.length === 0 && page.head_seq < this.#readTo) {
      this.#verify();
      return;
    }
    const nextSeq = fresh[0]?.seq ?? this.#readTo + 1;
    if (nextSeq > lastSeq + 1) {
      this.#untold ??= { reason: 'too_old', revoked: null };
      this.#tellResync({ fromSeq: nextSeq, missing: { from: lastSeq + 1, to: nextSeq - 1 } });
      this.#lastSeq = nextSeq - 1;
      this.#epoch = this.#logEpoch;
      this.#recovering = { fromSeq: nextSeq, headSeq: this.#readTo };
    } else this.#tellResync({ fromSeq: nextSeq, missing: null });
    for (const entry of fresh) if (entry.seq === this.#lastSeq + 1) this.#show(entry);
    this.#settle();
  }

  /** Reads on, or goes live with what is held; a hole in that is read in turn. */
  #settle(): void {
    if (this.#lastSeq >= this.#readTo) {
      this.#tellResync({ fromSeq: this.#lastSeq + 1, missing: null });
      this.#enter('live');
      this.#showHeld();
      this.#tellRecovered();
      this.#readTo = this.#held.highestSeq;
      if (this.#lastSeq >= this.#readTo) {
        this.#held.clear();
        return;
      }
      this.#recovering = { fromSeq: this.#lastSeq + 1, headSeq: this.#readTo };
    }
    this.#enter('filling');
    this.#read({ after: this.#lastSeq });
  }

  #showHeld(): void {
    for (;;) {
      const next = this.#held.take(this.#lastSeq + 1);
      if (next === null) return;
      this.#show(next);
    }
  }

  #show(entry: Entry): void {
    if (this.#phase === 'live' && entry.epoch !== this.#epoch) this.#logEpoch = entry.epoch;
    this.#epoch = entry.epoch;
    this.#lastSeq = entry.seq;
    this.#shown.note(entry.epoch, entry.seq);
    this.#optionalSeq = null;
    this.#effects.push({ do: 'show', entry });
    this.#tellRecovered();
  }

  #verify(): void {
    this.#enter('verifying');
    this.#effects.push({ do: 'verify' });
  }

  #read(where: { readonly after: number } | { readonly before: number }): void {
    this.#ticket += 1;
    this.#effects.push({ do: 'read', page: { ticket: this.#ticket, ...where } });
  }

  #tellResync({ fromSeq, missing }: { fromSeq: number | null; missing: SeqRange | null }): void {
    if (this.#untold === null) return;
    const { reason, revoked } = this.#untold;
    this.#untold = null;
    const notice = { group_id: this.groupId, reason, from_seq: fromSeq, missing, revoked };
    this.#effects.push({ do: 'tell resync', notice });
  }

  #tellRecovered(): void {
    if (this.#recovering === null || this.#lastSeq < this.#recovering.headSeq) return;
    const { fromSeq, headSeq } = this.#recovering;
    this.#recovering = null;
    const notice = { group_id: this.groupId, from_seq: fromSeq, head_seq: headSeq };
    this.#effects.push({ do: 'tell recovered', notice });
  }

  /** Pages that were asked for before are of no use any more. */
  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#ticket += 1;
  }

  #begin(epoch: string, seq: number, { isContinued = false } = {}): void {
    this.#epoch = epoch;
    this.#lastSeq = seq;
    if (!isContinued) {
      this.#logEpoch = epoch;
      this.#shown = new EpochRuns(epoch, seq + 1);
      this.#isEnded = false;
    }
    this.#readTo = 0;
    this.#optionalSeq = null;
    this.#untold = null;
    this.#recovering = null;
    this.#held.clear();
    this.#enter('live');
  }

  #take(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
