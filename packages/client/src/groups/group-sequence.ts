/**
 * One group as one device sees it: a deterministic state machine without clock or I/O. Events are method calls, each
 * returns effects. Whatever arrives, the application gets strictly increasing seqs without a gap, or learns which are missing
 * and which it has to forget.
 *
 *   live       seq == last+1 show · <= last drop · > last+1 buffer and fill
 *   filling    reads `history` up to the first buffered entry; buffers what arrives
 *   searching  reads `history` backwards to where a log that was rolled back still agrees with what was shown
 *   claimed    the handshake carries the position, and the server has not yet said whether the log continues it: what arrives
 *              before that comes again after it, or is read
 *   verifying  the same, asked by `subscribe`: only its answer counts
 */
import type { ResyncPush, ResyncReason, Subscription } from '@plenum/protocol';
import { arrivalOf, BufferedEntries } from './arrival.ts';
import type { Effect, Entry, KnownPosition, Page } from './effects.ts';
import { LogReading } from './log-reading.ts';
import { Notices } from './notices.ts';
import { ReceivingRange, ShownLog } from './shown-log.ts';

type Phase = 'new' | 'off' | 'detached' | 'claimed' | 'verifying' | 'live' | 'filling' | 'searching';

export class GroupSequence {
  readonly groupId: string;
  readonly #buffer = new BufferedEntries();
  readonly #range = new ReceivingRange();
  readonly #notices: Notices;
  readonly #reading: LogReading;
  #phase: Phase = 'new';
  #shown = ShownLog.nothing;
  /** The answer to a join does not say whether its own entry comes as an event or came long before. */
  #optionalSeq: number | null = null;
  /** Something came while the answer about the position was awaited: a refusal may be older than that. */
  #isStirred = false;
  #effects: Effect[] = [];

  /** @param known where an earlier run of the application stopped. */
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
  /** Null: there is none yet, or the membership or the log has ended. */
  get position(): KnownPosition | null {
    const { epoch, lastSeq: seq } = this.#shown;
    return epoch === '' || this.#isEnded ? null : { epoch, seq };
  }
  /** An entry after the end of the user's range begins a new one. While an answer is awaited, the answer decides. */
  get #isEnded(): boolean {
    return (this.#phase === 'live' || this.#phase === 'off') && this.#range.isEnded;
  }
  get #isReadingLog(): boolean {
    return this.#phase === 'filling' || this.#phase === 'searching';
  }
  /** The answer or push is about entries that were shown before the user's range ended. */
  #isPassed(epoch: string, seq: number): boolean {
    return this.#shown.epoch === epoch && seq <= this.#shown.lastSeq;
  }
  /** False: the page of this ticket is no longer needed. */
  isAwaiting(ticket: number): boolean {
    return this.#reading.isAwaiting(ticket);
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
   * @param shownTo the last entry that it was shown, if it decides before all entries have been shown.
   */
  turnOff(shownTo: KnownPosition | null): void {
    if (shownTo !== null && shownTo.seq < this.#shown.lastSeq) this.#range.begin();
    if (shownTo !== null) this.#shown = this.#shown.backTo(shownTo);
    this.#buffer.clear();
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

  /** @param isAnswer to `subscribe`; otherwise the server attached this device by itself, or answers a handshake. */
  onAttached(at: Subscription, isAnswer = false): readonly Effect[] {
    if (this.#phase === 'off') {
      if (!isAnswer) this.#effects.push({ type: 'unsubscribe' });
    } else if (this.#phase === 'new' || (this.#isEnded && at.reason === undefined)) {
      if (!this.#isPassed(at.epoch, at.from_seq)) this.#begin(at.epoch, at.from_seq - 1);
    } else if (this.#phase !== 'verifying' || isAnswer) this.#onReattached(at);
    else this.#isStirred = true;
    return this.#take();
  }

  /** The answer to this device's own join or create, as a receiver: it may come before or long after the entry it names. */
  onJoined({ epoch, seq }: KnownPosition): readonly Effect[] {
    const isKnown = epoch === this.#shown.epoch || epoch === this.#reading.vouched.epoch;
    if (this.#phase === 'new' || this.#isEnded) {
      if (!this.#isPassed(epoch, seq)) {
        this.#begin(epoch, seq - 1);
        this.#optionalSeq = seq;
      }
    } else if (this.#phase === 'verifying' || this.#phase === 'detached') this.#isStirred = true;
    // The join has attached the device, so the server does not answer the claim of the handshake.
    else if (this.#phase === 'off' || this.#phase === 'claimed' || !isKnown) this.#verify();
    return this.#take();
  }

  onMembership(isReceiver: boolean): void {
    if (!isReceiver) this.onLeft();
    if (this.#phase === 'live' || this.#isReadingLog) this.#range.onMembership(isReceiver);
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

  /** A request was answered: the user may not read this group, or could not when the server looked it up. */
  onRefused(): readonly Effect[] {
    if (this.#isStirred || this.#buffer.isAny) this.#verify();
    else this.#refuse();
    return this.#take();
  }

  onPage(ticket: number, page: Page): readonly Effect[] {
    if (!this.isAwaiting(ticket) || !this.#isReadingLog) return [];
    const read = this.#reading.onPage(page, this.#shown);
    if (read.type === 'ask') this.#verify();
    else if (read.type === 'show') {
      this.#shown = read.after;
      for (const entry of read.entries) this.#show(entry);
      this.#goLive();
    }
    return this.#take();
  }

  #receive(entry: Entry): void {
    if (this.#phase === 'live') this.#onLive(entry);
    else if (this.#isReadingLog) this.#buffer.add(entry);
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
      this.#buffer.add(entry);
      this.#reading.fillUpTo(entry.seq - 1, this.#shown);
      this.#goLive();
    } else if (arrival !== 'drop') {
      if (arrival === 'another log') this.#notices.anotherLog(this.#shown, entry);
      if (arrival !== 'show') this.#begin(entry.epoch, entry.seq - 1);
      this.#show(entry);
    }
  }

  #refuse(): void {
    const isIdle = this.#phase === 'new' || this.#phase === 'off';
    // A user that was shown the end of its membership needs no notice.
    const isComplete = this.#isEnded;
    this.forget();
    if (!isIdle && !isComplete) this.#notices.broke('not_a_member');
    this.#notices.resync(null, null);
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
    this.#range.begin();
    this.#buffer.clear();
    this.#reading.continueWith(at, this.#shown);
    this.#goLive();
  }

  #onBroken(reason: ResyncReason, epoch: string, headSeq: number): void {
    this.#range.begin();
    this.#buffer.clear();
    this.#reading.recoverFrom(reason, { epoch, seq: headSeq }, this.#shown);
    if (reason === 'epoch_changed' || reason === 'ahead') {
      this.#enter('searching');
      this.#reading.searchBackwards(reason, this.#shown);
    } else this.#goLive();
  }

  /** Reads what is still missing, or goes live with what was buffered; a gap in that is read in turn. */
  #goLive(): void {
    if (this.#reading.isBehind(this.#shown)) {
      this.#enter('filling');
      this.#reading.readOn(this.#shown);
      return;
    }
    this.#notices.resync(this.#shown, null);
    this.#enter('live');
    this.#notices.recovered(this.#shown.lastSeq);
    for (const entry of this.#buffer.takeAll()) this.#receive(entry);
  }

  #show(entry: Entry): void {
    this.#shown = this.#shown.and(entry);
    this.#range.shown(entry);
    this.#optionalSeq = null;
    this.#effects.push({ type: 'show', entry });
    this.#notices.recovered(this.#shown.lastSeq);
  }

  #verify(): void {
    this.#range.begin();
    this.#buffer.clear();
    this.#enter('verifying');
    this.#effects.push({ type: 'verify' });
  }

  /** Pages that were asked for before are no longer needed. */
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
  }

  /** Ends what was in progress. */
  #reset(epoch?: string): void {
    this.#reading.reset(epoch);
    this.#optionalSeq = null;
    this.#notices.clear();
    this.#buffer.clear();
  }

  #take(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
