/**
 * The entries of one group on one device: a deterministic state machine without clock or I/O. Each event is a method call that
 * returns effects. The application gets rising seqs without gaps, or a notice that lists the missing entries and those that it
 * must forget.
 *
 *   live       seq == last+1 show · <= last drop · > last+1 buffer and fill
 *   filling    reads `history` up to the first buffered entry, and buffers entries that arrive
 *   searching  the log was rolled back: reads `history` backwards to the last entry that was shown and is still in the log
 *   claimed    the handshake contains the position, and the server has not yet answered whether the log continues it. Entries
 *              that arrive before the answer are dropped, because they come again or are read
 *   verifying  the same after a `subscribe`: only its answer is used
 */
import type { ResyncPush, ResyncReason, Subscription } from '@plenum/protocol';
import { arrivalOf, buffer } from './arrival.ts';
import type { Effect, Entry, JoinedAt, KnownPosition, Page } from './effects.ts';
import { LogReading } from './log-reading.ts';
import { Notices } from './notices.ts';
import { ReceivingRange, ShownLog } from './shown-log.ts';

type Phase = 'new' | 'off' | 'detached' | 'claimed' | 'verifying' | 'live' | 'filling' | 'searching';

export class GroupSequence {
  readonly groupId: string;
  /** Entries that arrived after a gap. */
  #buffered: Entry[] = [];
  readonly #range = new ReceivingRange();
  readonly #notices: Notices;
  readonly #reading: LogReading;
  #phase: Phase = 'new';
  #shown = ShownLog.after('', 0);
  /** The seq of this device's own join. Its entry may still arrive, or it came long before: both are allowed. */
  #optionalSeq: number | null = null;
  /** True if something arrived while the answer about the position was awaited: then a refusal may be outdated. */
  #isStirred = false;
  #effects: Effect[] = [];

  /** @param known the position at which an earlier run of the application stopped */
  constructor(groupId: string, known?: KnownPosition) {
    this.groupId = groupId;
    const emit = (effect: Effect) => this.#effects.push(effect);
    this.#notices = new Notices(groupId, emit);
    this.#reading = new LogReading(this.#notices, emit);
    if (known === undefined) return;
    this.#shown = ShownLog.upTo(known.epoch, known.seq);
    this.#phase = 'detached';
  }

  get phase(): Phase {
    return this.#phase;
  }
  /** Null if there is no position yet, or if the membership or the log has ended. */
  get position(): KnownPosition | null {
    return this.#shown.epoch === '' || this.#isEnded ? null : this.#shown.position;
  }
  /** True if the user's range has ended. False while an answer is awaited, because the answer decides. */
  get #isEnded(): boolean {
    return (this.#phase === 'live' || this.#phase === 'off') && this.#range.isEnded;
  }
  get #isReadingLog(): boolean {
    return this.#phase === 'filling' || this.#phase === 'searching';
  }
  /** True if an answer or push is about entries that were already shown. */
  #isPassed(epoch: string, seq: number): boolean {
    return this.#shown.epoch === epoch && seq <= this.#shown.lastSeq;
  }
  /** False if the page of this ticket is no longer needed. */
  isAwaiting(ticket: number): boolean {
    return this.#reading.isAwaiting(ticket);
  }

  /** The position, if there is one, is now sent to the server. */
  asking(by: 'claimed' | 'verifying'): void {
    if (this.position === null) this.forget();
    else this.#enter(by);
  }

  /** The connection is gone. The position is kept, unless the membership has ended. */
  detach(): void {
    if (this.#phase === 'new' || this.#phase === 'off') return;
    this.#reset();
    if (this.#isEnded) this.forget();
    else this.#enter('detached');
  }

  /**
   * The application no longer wants to receive this group. The position is kept.
   * @param shownTo the last entry that the application got, if it decides while entries are being shown
   */
  turnOff(shownTo: KnownPosition | null): void {
    if (shownTo !== null) {
      if (shownTo.seq < this.#shown.lastSeq) this.#range.begin();
      this.#shown = this.#shown.backTo(shownTo);
    }
    this.#buffered = [];
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

  /** @param isAnswer true for an answer to `subscribe`; false if the server attached the device itself, or after a handshake */
  onAttached(at: Subscription, isAnswer?: boolean): readonly Effect[] {
    if (this.#phase === 'off') {
      if (!isAnswer) this.#effects.push({ type: 'unsubscribe' });
    } else if (this.#phase === 'new' || (this.#isEnded && at.reason === undefined)) {
      if (!this.#isPassed(at.epoch, at.from_seq)) this.#begin(at.epoch, at.from_seq - 1);
    } else if (this.#phase !== 'verifying' || isAnswer) this.#onReattached(at);
    else this.#isStirred = true;
    return this.#take();
  }

  /** The answer to this device's own join or create. It may arrive before or long after the entry of the join. */
  onJoined({ epoch, seq: ownSeq, from_seq }: JoinedAt): readonly Effect[] {
    const isUnlisted = from_seq !== undefined;
    const seq = from_seq ?? ownSeq;
    const isKnown = epoch === this.#shown.epoch || epoch === this.#reading.vouched.epoch;
    if (this.#phase === 'new' || this.#isEnded) {
      if (!this.#isPassed(epoch, seq)) {
        this.#begin(epoch, seq - 1);
        if (!isUnlisted) this.#optionalSeq = seq;
      }
    } else if (this.#phase === 'verifying' || this.#phase === 'detached') this.#isStirred = true;
    // The join has attached the device, so the server does not answer the position in the handshake.
    else if (this.#phase === 'off' || this.#phase === 'claimed' || !isKnown) this.#verify();
    // The user was away meanwhile, and no entry shows it.
    else if (isUnlisted && this.#shown.lastSeq < seq - 1) this.#verify();
    return this.#take();
  }

  /** @param isUnlisted no entry shows the change */
  onMembership(isReceiver: boolean, isUnlisted?: boolean): void {
    if (!isReceiver) this.onLeft();
    if (this.#phase !== 'live' && !this.#isReadingLog) return;
    if (isUnlisted && !isReceiver) this.#range.end();
    else this.#range.onMembership(isReceiver);
  }

  /** The user has left. If the group is off, its last entry will not be shown. */
  onLeft(): void {
    if (this.#phase === 'off') this.#range.end();
  }

  onResync(push: ResyncPush): readonly Effect[] {
    const { reason, epoch, head_seq } = push;
    if (this.#phase === 'off' || this.#phase === 'verifying') return [];
    if (reason === 'not_a_member' || epoch === null) this.#refuse();
    else if (this.#phase === 'new') {
      this.#begin(epoch, head_seq);
      this.#notices.brokeOff(reason, this.#shown);
    } else this.#onBroken(reason, epoch, head_seq);
    return this.#take();
  }

  /** The server refused a request: the user may not read this group, at least at the time of the answer. */
  onRefused(): readonly Effect[] {
    if (this.#isStirred || this.#buffered.length > 0) this.#verify();
    else this.#refuse();
    return this.#take();
  }

  onPage(ticket: number, page: Page): readonly Effect[] {
    if (!this.isAwaiting(ticket)) return [];
    const read = this.#reading.onPage(page, this.#shown);
    if (read === 'ask') this.#verify();
    else if (read !== 'wait') {
      this.#shown = read.after;
      for (const entry of read.entries) this.#show(entry);
      this.#goLive();
    }
    return this.#take();
  }

  #receive(entry: Entry): void {
    if (this.#phase === 'live') this.#onLive(entry);
    else if (this.#isReadingLog) buffer(this.#buffered, entry);
    else this.#isStirred = true;
  }

  #onLive(entry: Entry): void {
    const arrival = arrivalOf(entry, {
      shown: this.#shown,
      isEnded: this.#isEnded,
      vouched: this.#reading.vouched,
      optionalSeq: this.#optionalSeq,
    });
    if (arrival === 'ask') this.#verify();
    else if (arrival === 'gap') {
      buffer(this.#buffered, entry);
      this.#reading.fillUpTo(entry.seq - 1, this.#shown);
      this.#goLive();
    } else if (arrival !== 'drop') {
      if (arrival === 'another log') this.#notices.anotherLog(this.#shown, entry);
      if (arrival !== 'show') this.#begin(entry.epoch, entry.seq - 1);
      this.#show(entry);
    }
  }

  #refuse(): void {
    // If the end of the membership was shown, no notice is needed.
    const isNews = this.#phase !== 'new' && this.#phase !== 'off' && !this.#isEnded;
    this.forget();
    if (isNews) this.#notices.brokeOff('not_a_member', null);
  }

  #onReattached(at: Subscription): void {
    const isAboutPosition = this.#phase === 'claimed' || this.#phase === 'verifying';
    if (isAboutPosition && at.reason !== undefined) {
      this.#onBroken(at.reason, at.epoch, at.from_seq - 1);
      return;
    }
    if (!(isAboutPosition && at.recovered) && !this.#shown.isContinuedBy(at)) {
      this.#verify();
      return;
    }
    this.#continue();
    this.#reading.continueWith(at, this.#shown);
    this.#goLive();
  }

  #onBroken(reason: ResyncReason, epoch: string, headSeq: number): void {
    this.#continue();
    this.#reading.recoverFrom(reason, { epoch, seq: headSeq }, this.#shown);
    if (reason === 'epoch_changed' || reason === 'ahead') {
      this.#enter('searching');
      this.#reading.searchBackwards(reason, this.#shown);
    } else this.#goLive();
  }

  /** Reads entries that are still missing. If none are, shows the buffered entries; a gap between them is read next. */
  #goLive(): void {
    if (this.#reading.isBehind(this.#shown)) {
      this.#enter('filling');
      this.#reading.readOn(this.#shown);
      return;
    }
    this.#notices.resync(this.#shown, null);
    this.#enter('live');
    this.#notices.recovered(this.#shown.lastSeq);
    for (const entry of this.#buffered.splice(0)) this.#receive(entry);
  }

  #show(entry: Entry): void {
    this.#shown = this.#shown.and(entry);
    this.#range.shown(entry);
    this.#optionalSeq = null;
    this.#effects.push({ type: 'show', entry });
    this.#notices.recovered(this.#shown.lastSeq);
  }

  /** The server decides how the range continues. Entries that were buffered come again, or are read. */
  #continue(): void {
    this.#range.begin();
    this.#buffered = [];
  }

  #verify(): void {
    this.#continue();
    this.#enter('verifying');
    this.#effects.push({ type: 'verify' });
  }

  /** Enters a phase. Pages that were requested before are no longer needed. */
  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#isStirred = false;
    this.#reading.cancel();
  }

  #begin(epoch: string, seq: number): void {
    this.#reset(epoch);
    this.#shown = ShownLog.after(epoch, seq);
    this.#range.begin();
    this.#enter('live');
    if (epoch === '') return;
    const notice = { group_id: this.groupId, epoch, seq };
    this.#effects.push({ type: 'begin', notice, shownTo: notice });
  }

  /** Cancels running reads and notices, and empties the buffer. */
  #reset(epoch?: string): void {
    this.#reading.reset(epoch);
    this.#optionalSeq = null;
    this.#notices.clear();
    this.#buffered = [];
  }

  #take(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
