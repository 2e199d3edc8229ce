/** One group id on the server over deletions, re-creations and failovers, and the ranges of one user in its logs. */
import { type GroupEvent, groupIdSchema, type ResyncReason, userIdSchema } from '@plenum/protocol';
import type { KnownPosition } from '../src/groups/effects.ts';

const group_id = groupIdSchema.parse('g');
const user = userIdSchema.parse('u');
const other = userIdSchema.parse('o');

/** From the entry that made the user a receiver to the one that ended that, both included; null: it has not ended. */
export interface UserRange {
  readonly log: SimulatedLog;
  readonly sinceSeq: number;
  endSeq: number | null;
}

export class SimulatedLog {
  readonly entries: GroupEvent[] = [];
  readonly epochs: { readonly epoch: string; endSeq: number }[];

  constructor(epoch: string) {
    this.epochs = [{ epoch, endSeq: Number.POSITIVE_INFINITY }];
  }

  get head(): number {
    return this.entries.length;
  }
  get epoch(): string {
    return this.epochs.at(-1)?.epoch ?? '';
  }
  get isDeleted(): boolean {
    return this.entries.at(-1)?.type === 'deleted';
  }
  append(type: GroupEvent['type'], user_id = other): number {
    const seq = this.head + 1;
    const timestamp = '2025-01-15T10:30:00.000Z';
    this.entries.push({ group_id, type, user_id, epoch: this.epoch, seq, timestamp });
    return seq;
  }
}

export class SimulatedLogs {
  readonly logs: SimulatedLog[] = [];
  readonly ranges: UserRange[] = [];
  #epochs = 0;

  get current(): SimulatedLog | null {
    const log = this.logs.at(-1);
    return log === undefined || log.isDeleted ? null : log;
  }
  /** The one that has not ended. */
  get range(): UserRange | null {
    const range = this.ranges.at(-1);
    return range === undefined || range.endSeq !== null ? null : range;
  }

  create(): void {
    if (this.current !== null) return;
    this.#epochs += 1;
    const log = new SimulatedLog(`e${this.#epochs}`);
    this.logs.push(log);
    log.append('created');
  }
  delete(): void {
    const { current, range } = this;
    if (current === null) return;
    const seq = current.append('deleted');
    if (range !== null) range.endSeq = seq;
  }
  /** Nothing is lost: the next entry continues the log in another epoch. */
  failOver(): void {
    const epochs = this.current?.epochs;
    const last = epochs?.at(-1);
    if (epochs === undefined || last === undefined) return;
    last.endSeq = this.current?.head ?? 0;
    this.#epochs += 1;
    epochs.push({ epoch: `e${this.#epochs}`, endSeq: Number.POSITIVE_INFINITY });
    this.current?.append('updated');
  }
  /** @returns null: there is no group, or the user is in it. */
  join(): KnownPosition | null {
    const { current, range } = this;
    if (current === null || range !== null) return null;
    const sinceSeq = current.append('joined', user);
    this.ranges.push({ log: current, sinceSeq, endSeq: null });
    return { epoch: current.epoch, seq: sinceSeq };
  }
  end(type: 'left' | 'kicked'): boolean {
    const { current, range } = this;
    if (current === null || range === null) return false;
    range.endSeq = current.append(type, user);
    return true;
  }

  /** Why the log does not continue the position; null: it does. */
  reasonAgainst({ epoch, seq }: KnownPosition, { log, sinceSeq }: UserRange): ResyncReason | null {
    const found = log.epochs.find((known) => known.epoch === epoch);
    if (found === undefined || seq > Math.min(found.endSeq, log.head)) {
      return epoch === log.epoch ? 'ahead' : 'epoch_changed';
    }
    return seq < sinceSeq - 1 ? 'membership' : null;
  }
}
