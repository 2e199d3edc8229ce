/** The server and the application around one sequence under test; the test chooses every step. */
import {
  groupIdSchema,
  type ResyncPush,
  type ResyncReason,
  type Subscription,
  userIdSchema,
} from '@plenum/protocol';
import type { Effect, Entry, KnownPosition, Page, PageRead, ResyncNotice } from '../src/groups/effects.ts';
import { GroupSequence } from '../src/groups/group-sequence.ts';

const pageSize = 4;
const tooFarEntries = 12;
const groupId = groupIdSchema.parse('g');

export const entryAt = (epoch: string, seq: number): Entry => ({
  type: 'joined',
  group_id: groupId,
  user_id: userIdSchema.parse('u'),
  epoch,
  seq,
  timestamp: '2025-01-15T10:30:00.000Z',
});

type Packet =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'attached'; readonly at: Subscription; readonly isAnswer: boolean }
  | { readonly kind: 'resync'; readonly push: ResyncPush };

export class SimulatedGroup {
  readonly sequence = new GroupSequence(groupId);
  readonly resyncs: ResyncNotice[] = [];
  /** Index = seq - 1. */
  readonly #log: Entry[] = [];
  readonly #past: { readonly epoch: string; readonly endSeq: number }[] = [];
  readonly #onEffect: (effect: Effect) => void;
  readonly #readAnew: (entry: Entry) => Entry;
  readonly #view = new Map<number, string>();
  readonly #missing = new Set<number>();
  #epochs = 1;
  #oldestSeq = 1;
  /** Last seq that was sent to the device; null: it is not attached. */
  #sentSeq: number | null = null;
  #inFlight: Packet[] = [];
  #reads: PageRead[] = [];
  #verifies = 0;
  #nextSeq: number | null = null;
  #firstSeq = 0;

  /** @param onEffect gets what the application would. @param readAnew an entry as a reader of the log gets it now */
  constructor(
    onEffect: (effect: Effect) => void = () => undefined,
    readAnew: (entry: Entry) => Entry = (entry) => entry,
  ) {
    this.#onEffect = onEffect;
    this.#readAnew = readAnew;
  }

  get epoch(): string {
    return `e${this.#epochs}`;
  }
  get head(): number {
    return this.#log.length;
  }
  /** What the log still has. */
  get kept(): readonly Entry[] {
    return this.#log.slice(this.#oldestSeq - 1);
  }
  get isConnected(): boolean {
    return this.#sentSeq !== null;
  }
  get isQuiet(): boolean {
    return this.#inFlight.length + this.#reads.length + this.#verifies === 0;
  }

  append(entry = entryAt(this.epoch, this.head + 1)): void {
    this.#log.push(entry);
  }
  /** The feed of the node gets what was appended. */
  feed(): void {
    this.#send();
  }
  trim(count: number): void {
    this.#oldestSeq = Math.min(this.#oldestSeq + count, this.head + 1);
  }
  /** A failover that lost the last `count` entries. */
  rollBack(count: number): void {
    const lost = Math.min(count, this.head);
    this.#past.push({ epoch: this.epoch, endSeq: this.head - lost });
    this.#log.length -= lost;
    for (const past of this.#past) {
      if (past.endSeq > this.head) Object.assign(past, { endSeq: this.head });
    }
    this.#oldestSeq = Math.min(this.#oldestSeq, this.head + 1);
    this.#epochs += 1;
    if (this.#sentSeq === null || this.#sentSeq <= this.head) return;
    this.#sentSeq = this.head;
    this.#inFlight.push({ kind: 'resync', push: this.#resync('epoch_changed') });
  }
  disconnect(): void {
    this.#sentSeq = null;
    this.#inFlight = [];
    this.#verifies = 0;
    this.sequence.detach();
  }
  connect(): void {
    if (this.isConnected) return;
    const { position } = this.sequence;
    this.sequence.asking('claimed');
    this.#attach(position, false);
  }
  /** The server attaches the device without regard to its position. */
  attachFromNow(): void {
    if (this.isConnected) this.#attach(null, false);
  }
  /** The next packet arrives; an entry may be lost or duplicated instead. */
  arrive(fate: 'once' | 'twice' | 'never' = 'once'): void {
    const packet = this.#inFlight.shift();
    if (packet === undefined) return;
    if (packet.kind === 'attached') this.#perform(this.sequence.onAttached(packet.at, packet.isAnswer));
    else if (packet.kind === 'resync') this.#perform(this.sequence.onResync(packet.push));
    else if (fate !== 'never') {
      this.#perform(this.sequence.onEntry(packet.entry));
      if (fate === 'twice') this.#perform(this.sequence.onEntry(packet.entry));
    }
  }
  answerRead(): void {
    const read = this.#reads.shift();
    if (read !== undefined) this.#perform(this.sequence.onPage(read.ticket, this.page(read)));
  }
  answerVerify(): void {
    if (this.#verifies === 0) return;
    this.#verifies -= 1;
    this.#attach(this.sequence.position, true);
  }

  /** Compares what the application holds with the log. */
  disagreements(): string[] {
    const wrong: string[] = [];
    for (let seq = this.#firstSeq; seq <= this.head && this.#firstSeq > 0; seq += 1) {
      const shown = this.#view.get(seq);
      if (shown !== this.#log[seq - 1]?.epoch && !this.#missing.has(seq)) wrong.push(`${seq}: ${shown}`);
    }
    for (const seq of this.#view.keys()) if (seq > this.head) wrong.push(`${seq} is not in the log`);
    return wrong;
  }

  #attach(position: KnownPosition | null, isAnswer: boolean): void {
    const reason = position === null ? null : this.#reasonAgainst(position);
    const isRecovered = position !== null && reason === null;
    this.#sentSeq = isRecovered ? position.seq : this.head;
    const at = {
      group_id: groupId,
      recovered: isRecovered,
      epoch: this.epoch,
      head_seq: this.head,
      from_seq: this.#sentSeq + 1,
      ...(reason === null ? {} : { reason }),
    };
    this.#inFlight.push({ kind: 'attached', at, isAnswer });
  }

  #reasonAgainst({ epoch, seq }: KnownPosition): ResyncReason | null {
    const isCurrent = epoch === this.epoch;
    const endSeq = isCurrent ? this.head : (this.#past.find((past) => past.epoch === epoch)?.endSeq ?? -1);
    if (seq > endSeq) return isCurrent ? 'ahead' : 'epoch_changed';
    if (seq < this.#oldestSeq - 1) return 'too_old';
    return this.head - seq > tooFarEntries ? 'too_far' : null;
  }

  #send(): void {
    if (this.#sentSeq === null) return;
    for (let seq = this.#sentSeq + 1; seq <= this.head; seq += 1) {
      const entry = this.#at(seq);
      // Live, an entry comes as it was written; what is caught up on comes as it is now.
      this.#inFlight.push({ kind: 'entry', entry: seq % 2 === 0 ? entry : this.#readAnew(entry) });
    }
    this.#sentSeq = this.head;
  }

  #resync(reason: ResyncReason): ResyncPush {
    return {
      group_id: groupId,
      reason,
      epoch: this.epoch,
      head_seq: this.head,
      oldest_seq: this.#oldestSeq,
    };
  }

  #at(seq: number): Entry {
    const entry = this.#log[seq - 1];
    if (entry === undefined) throw new Error(`there is no entry ${seq}`);
    return entry;
  }

  page({ after, before = this.head + 1 }: Omit<PageRead, 'ticket'>): Page {
    const first = after === undefined ? Math.max(1, before - pageSize) : after + 1;
    const last = after === undefined ? before - 1 : after + pageSize;
    const entries: Entry[] = [];
    for (let seq = Math.max(first, this.#oldestSeq); seq <= Math.min(last, this.head); seq += 1) {
      entries.push(this.#readAnew(this.#at(seq)));
    }
    // As XRANGE does, a page after a trimmed position begins with the oldest entry that is left.
    if (after !== undefined && entries.length === 0 && this.#oldestSeq > last) {
      return this.page({ after: this.#oldestSeq - 1 });
    }
    return { entries, epoch: this.epoch, head_seq: this.head, oldest_seq: this.#oldestSeq };
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      this.#onEffect(effect);
      if (effect.type === 'show') this.#show(effect.entry);
      else if (effect.type === 'resync') this.#onNotice(effect.notice);
      else if (effect.type === 'read') this.#reads.push(effect.page);
      else if (effect.type === 'verify') this.#verifies += 1;
    }
  }

  #show({ epoch, seq }: Entry): void {
    if (this.#nextSeq !== null && seq !== this.#nextSeq)
      throw new Error(`${seq} instead of ${this.#nextSeq}`);
    if (this.#firstSeq === 0) this.#firstSeq = seq;
    this.#nextSeq = seq + 1;
    this.#view.set(seq, epoch);
    this.#missing.delete(seq);
  }

  #onNotice(notice: ResyncNotice): void {
    this.resyncs.push(notice);
    const { from_seq, missing, revoked } = notice;
    if (from_seq === null || this.#firstSeq === 0) return;
    for (let seq = revoked?.from ?? 1; seq <= (revoked?.to ?? 0); seq += 1) this.#view.delete(seq);
    for (let seq = missing?.from ?? 1; seq <= (missing?.to ?? 0); seq += 1) this.#missing.add(seq);
    this.#nextSeq = from_seq;
    this.#firstSeq = Math.min(this.#firstSeq, from_seq);
  }
}
