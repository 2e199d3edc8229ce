/** A device that checks each arrival as a client would. */
import type { GroupEvent, PushPayload, UserId } from '@plenum/protocol';
import type { LogEntry } from '../src/log/entry.ts';
import type { Device } from '../src/ports/devices.ts';

/** Events after which their user is no receiver. */
export const removing: ReadonlySet<string> = new Set(['left', 'kicked', 'rejected']);

/** Checks each arrival against what the device has to expect. */
export class WatchfulDevice implements Device {
  readonly isAuto = true;
  readonly id: string;
  readonly userId: UserId;
  readonly received: LogEntry[] = [];
  /** Entries that it got since it was last sent `resync`: each of them once, and all of them must be in the log at the end. */
  held: LogEntry[] = [];
  readonly complaints: string[] = [];
  /** The `after_seq` of each ephemeral message. */
  readonly heard: number[] = [];
  /** The reason of each loss that it was sent. */
  readonly resyncs: string[] = [];
  nextSeq: number | null = null;

  constructor(id: string, userId: UserId) {
    this.id = id;
    this.userId = userId;
  }

  drained = async (): Promise<void> => {};

  push: Device['push'] = (event, payload) => {
    if (event === 'resync' && 'reason' in payload) this.#lose(payload.reason);
    if (event === 'subscribed' && 'groups' in payload) {
      const [subscription] = payload.groups;
      if (subscription?.reason !== undefined) this.#lose(subscription.reason);
      this.nextSeq = subscription?.from_seq ?? null;
    }
    if (event === 'resync' && 'head_seq' in payload && 'oldest_seq' in payload) {
      this.nextSeq = payload.epoch === null ? null : payload.head_seq + 1;
    }
    if (event === 'membership' && 'unlisted' in payload && payload.status === 'none') this.nextSeq = null;
    if (event === 'ephemeral_message' && 'after_seq' in payload) this.#hear(payload);
  };

  #lose(reason = ''): void {
    this.resyncs.push(reason);
    this.held = [];
  }

  /** The text names those who were receivers when the message was sent. */
  #hear({ message, after_seq }: PushPayload<'ephemeral_message'>): void {
    this.heard.push(after_seq);
    if (!message.split(' ').includes(this.userId)) this.complaints.push(`heard what came after ${after_seq}`);
  }

  /** A subscription was answered. */
  acked(fromSeq: number): void {
    this.held = [];
    this.nextSeq = fromSeq;
  }

  #isEnd({ type, user_id, members = [] }: GroupEvent): boolean {
    const isRemoved = members.some((one) => one.user_id === this.userId && one.status === 'none');
    const isOwn = user_id === this.userId && (removing.has(type) || type === 'requested');
    return isRemoved || isOwn || type === 'deleted';
  }

  take(entry: LogEntry): void {
    this.received.push(entry);
    if (this.held.some(({ epoch, seq }) => epoch === entry.epoch && seq === entry.seq))
      this.complaints.push(`got ${entry.epoch}-${entry.seq} twice`);
    this.held.push(entry);
    if (this.nextSeq !== entry.seq) this.complaints.push(`expected ${this.nextSeq}, got ${entry.seq}`);
    const isEnd = entry.type === 'event' && this.#isEnd(entry.event);
    this.nextSeq = isEnd ? null : entry.seq + 1;
  }
}
