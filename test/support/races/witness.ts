/** One device in a race: all that it was answered and sent about one group, in order, and what its client must believe. */
import type { HistoryEntry } from '@plenum/protocol';
import { entryOfPush } from '../cluster/log-tap.ts';
import type { AnyAnswer, Device } from '../devices/device.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Received {
  /** The name of a push, or `ack of` and a request type. */
  readonly event: string;
  readonly payload: Fields;
  /** Null: it is no entry of a log. */
  readonly entry: HistoryEntry | null;
}

const ackLimitMs = 15_000;
const endings = ['left', 'kicked', 'banned', 'rejected', 'requested', 'deleted'];

interface Position {
  readonly epoch: string;
  readonly seq: number;
}
/** Of an answer, or of the one group in a push. */
function positionIn(payload: Fields): Position {
  const [group = payload] = Array.isArray(payload['groups']) ? payload['groups'] : [];
  return { epoch: String(group.epoch), seq: Number(group.from_seq ?? group.seq ?? group.head_seq) };
}
/** What a push says of the user's status; null: nothing. */
function statusIn({ event, payload }: Received): string | null {
  if (event === 'resync') return payload['reason'] === 'not_a_member' ? 'none' : null;
  return event === 'membership' ? String(payload['status']) : null;
}

/** It moves no position. */
const isAboutUser = ({ event }: Received): boolean => event === 'membership' || event === 'ack of relay_msg';
const isEntry = (event: string): boolean => event === 'relay_message' || event === 'group_event';
const concerns = (groupId: string, { payload }: Received): boolean => {
  const groups: unknown[] = Array.isArray(payload['groups']) ? payload['groups'] : [];
  return [payload, payload['result'], ...groups].some((part) => Object(part).group_id === groupId);
};

export class Witness {
  readonly device: Device;
  readonly userId: string;
  readonly #timeline: Received[] = [];

  constructor(device: Device, userId: string) {
    this.device = device;
    this.userId = userId;
    device.socket.onAny((event: string, payload: Fields) => this.#note(event, payload));
  }

  /** The answer takes its place among the pushes in the moment in which it comes. */
  ask(request_type: string, args: Fields, request_id: string): Promise<AnyAnswer> {
    return new Promise((resolve, reject) => {
      const envelope = { request_type, args, request_id };
      this.device.socket
        .timeout(ackLimitMs)
        .emit('request', envelope, (error: unknown, answer: AnyAnswer) => {
          if (error !== null) return reject(new Error(`no answer to ${request_type}`));
          if (answer.success) {
            const payload = { ...answer.result, group_id: args['group_id'] };
            this.#note(`ack of ${request_type}`, payload);
          }
          resolve(answer);
        });
    });
  }

  /** Earlier events no longer count. */
  forget(): void {
    this.#timeline.length = 0;
  }

  timelineOf(groupId: string): Received[] {
    return this.#timeline.filter((received) => concerns(groupId, received));
  }

  entriesOf(groupId: string): HistoryEntry[] {
    return this.timelineOf(groupId).flatMap(({ entry }) => (entry === null ? [] : [entry]));
  }

  /** It got a `resync`. */
  isResynced(groupId: string): boolean {
    const isLoss = ({ event, payload }: Received) =>
      event === 'resync' || (event === 'subscribed' && JSON.stringify(payload).includes('"reason"'));
    return this.timelineOf(groupId).some(isLoss);
  }

  /** What its client has wrong, for the present status of its user. */
  misledAbout(groupId: string, status: string): string[] {
    const timeline = this.timelineOf(groupId);
    const isReceiver = status === 'active' || status === 'muted';
    let position: Position | null = null;
    for (const received of timeline) position = this.#positionAfter(position, received);
    const wrong =
      (position !== null) === isReceiver ? [] : [`the user is ${status} and a client is at ${position?.seq}`];
    const last = timeline.map(statusIn).findLast((received) => received !== null) ?? status;
    if (last !== status) wrong.push(`the user is ${status} and the last push has ${last}`);
    timeline.forEach(({ event, payload }, i) => {
      const position = event === 'subscribed' ? positionIn(payload) : null;
      const next =
        timeline.slice(i + 1).find((received) => received.entry !== null || !isAboutUser(received))?.entry ??
        null;
      if (position === null || next === null || next.epoch !== position.epoch) return;
      if (next.seq !== position.seq) wrong.push(`${next.seq} came instead of ${position.seq}`);
    });
    return wrong.map((what) => `${this.userId}: ${what}`);
  }

  #note(event: string, payload: Fields): void {
    this.#timeline.push({ event, payload, entry: isEntry(event) ? entryOfPush(event, payload) : null });
  }

  /**
   * From where on the client expects entries; null: it does not. An end that is older than its position ends nothing. The
   * answer to a leave names no place, so it is the entry `left` that ends.
   */
  #positionAfter(position: Position | null, { event, payload, entry }: Received): Position | null {
    if (event === 'subscribed' || event === 'ack of create_group') return positionIn(payload);
    if (event === 'ack of join_group') return this.#positionAfterJoin(position, payload);
    if (event === 'resync')
      return payload['reason'] === 'not_a_member' ? null : (position ?? positionIn(payload));
    if (entry === null || !('user_id' in entry) || position === null) return position;
    const isEnd = entry.type === 'deleted' || (entry.user_id === this.userId && endings.includes(entry.type));
    const isNews = entry.epoch === position.epoch && entry.seq >= position.seq;
    return isEnd && isNews ? null : position;
  }

  /** Two joins of a device may be answered in any order: the answer to the earlier one is no news behind the later one's. */
  #positionAfterJoin(position: Position | null, payload: Fields): Position | null {
    const joined = positionIn(payload);
    const isOld = position?.epoch === joined.epoch && joined.seq < position.seq;
    return payload['status'] === 'active' && !isOld ? joined : position;
  }

  /** For a reader of a failed test. */
  story(groupId: string): string {
    const lines = this.timelineOf(groupId).map(({ event, payload }) => {
      const { epoch, seq, type, status, from_seq, reason } = {
        ...payload,
        ...Object(payload['result']),
        ...Object(Object(payload['groups'])[0]),
      };
      return `${event} ${JSON.stringify({ type, status, epoch, seq, from_seq, reason })}`;
    });
    return [`${this.userId}:`, ...lines].join('\n    ');
  }
}
