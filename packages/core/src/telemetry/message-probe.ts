/** Notes what happens on this node to the messages of a traced group. Costs one check of a flag while nothing is traced. */
import type { GroupId, TraceStage } from '@plenum/protocol';
import type { ArchiveEntry, LogEntry } from '../log/entry.ts';
import type { DeliveryKind } from '../ports/adapters.ts';
import type { Recipients } from '../ports/devices.ts';
import type { StageSeen } from '../ports/node-channel.ts';
import type { Clock } from '../ports/runtime.ts';

/** Traces of one node at a time; the others are not begun. */
const tracesMax = 20;
/** Stages that one trace keeps. */
const stagesMax = 1000;

interface SeenOfSeq extends StageSeen {
  readonly seq: number;
}

interface OpenTrace {
  readonly groupId: GroupId;
  readonly seen: SeenOfSeq[];
  readonly cancelEnd: () => void;
}

export interface MessageProbeDeps {
  readonly clock: Clock;
  /** The clock of the store as this node estimates it, whole ms. */
  readonly wallMs: () => number;
}

/** How an adapter answered. */
export interface OfferOutcome {
  readonly type: 'taken' | 'partly' | 'failed' | 'held';
  /** Entries that it refused, by message id. */
  readonly refused?: ReadonlyMap<string, string>;
  readonly tookMs: number;
}

type Seen = Omit<StageSeen, 'wallMs'>;

export class MessageProbe {
  readonly #deps: MessageProbeDeps;
  readonly #traces = new Map<string, OpenTrace>();
  /** What the monotonic clock lacks of the store's, read when the latest trace began. */
  #offsetMs = 0;
  /** True while a message is traced. Callers check it before they call. */
  isArmed = false;

  constructor(deps: MessageProbeDeps) {
    this.#deps = deps;
  }

  /** The clock of the store, with fractions of ms. Right while a trace is open. */
  nowMs(): number {
    return this.#deps.clock.monotonicMs() + this.#offsetMs;
  }

  /** @returns false: too many messages are traced at this moment */
  begin(traceId: string, groupId: GroupId, forMs: number): boolean {
    if (this.#traces.size >= tracesMax || this.#traces.has(traceId)) return false;
    const { clock, wallMs } = this.#deps;
    // Half a millisecond, because `wallMs` is rounded down.
    this.#offsetMs = wallMs() + 0.5 - clock.monotonicMs();
    const cancelEnd = clock.after(forMs, () => this.end(traceId, 0));
    this.#traces.set(traceId, { groupId, seen: [], cancelEnd });
    this.isArmed = true;
    return true;
  }

  /** Ends a trace. @returns what was seen of the message with this seq */
  end(traceId: string, seq: number): readonly StageSeen[] {
    const trace = this.#traces.get(traceId);
    if (trace === undefined) return [];
    trace.cancelEnd();
    this.#traces.delete(traceId);
    this.isArmed = this.#traces.size > 0;
    return trace.seen.filter((seen) => seen.seq === seq).map(({ seq: _, ...seen }) => seen);
  }

  stop(): void {
    for (const traceId of [...this.#traces.keys()]) this.end(traceId, 0);
  }

  /** Entries were handed to devices. @param whenWritten calls when they are written to the sockets */
  handedOver(
    groupId: GroupId,
    { entries, to }: { readonly entries: readonly LogEntry[]; readonly to: Recipients },
    whenWritten: (act: () => void) => void,
  ): void {
    if (!this.#isTraced(groupId)) return;
    const count = 'size' in to ? to.size : to.length;
    const seqs = entries.filter(({ type }) => type === 'message').map(({ seq }) => seq);
    this.#note(groupId, seqs, { stage: 'feed', count });
    whenWritten(() => this.#note(groupId, seqs, { stage: 'devices', count }));
  }

  /** An adapter was called with entries. */
  offered(
    kind: DeliveryKind,
    entries: readonly ArchiveEntry[],
    { type, refused, tookMs }: OfferOutcome,
  ): void {
    for (const { group_id: groupId, seq, message_id } of entries) {
      if (!this.#isTraced(groupId)) continue;
      const detail = refused?.has(message_id) === true ? 'refused' : type;
      this.#note(groupId, [seq], { stage: kind, tookMs, detail });
    }
  }

  #isTraced(groupId: GroupId): boolean {
    for (const trace of this.#traces.values()) if (trace.groupId === groupId) return true;
    return false;
  }

  #note(groupId: GroupId, seqs: readonly number[], seen: Seen): void {
    const wallMs = this.nowMs();
    for (const trace of this.#traces.values()) {
      if (trace.groupId !== groupId) continue;
      for (const seq of seqs) {
        if (trace.seen.length >= stagesMax) break;
        const count = seen.count ?? attemptsBefore(trace.seen, seq, seen.stage) + 1;
        trace.seen.push({ ...seen, seq, wallMs, count });
      }
    }
  }
}

const attemptsBefore = (seen: readonly SeenOfSeq[], seq: number, stage: TraceStage): number =>
  seen.filter((one) => one.seq === seq && one.stage === stage).length;
