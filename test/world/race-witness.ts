/** One device in a race: all that it was answered and sent about one group, in order, and what its client must believe. */
import type { HistoryEntry } from '@plenum/protocol';
import type { AnyAnswer, Device } from './device.ts';
import { entryOfPush } from './log-tap.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Told {
  /** The name of a push, or `ack of` and a request type. */
  readonly event: string;
  readonly payload: Fields;
  /** Null: it is no entry of a log. */
  readonly entry: HistoryEntry | null;
}

const ackLimitMs = 15_000;
const endings = ['left', 'kicked', 'banned', 'rejected', 'requested', 'deleted'];

const isEntry = (event: string): boolean => event === 'relay_message' || event === 'group_event';
const concerns = (groupId: string, { payload }: Told): boolean => {
  const groups: unknown[] = Array.isArray(payload['groups']) ? payload['groups'] : [];
  return [payload, payload['result'], ...groups].some((part) => Object(part).group_id === groupId);
};

export class Witness {
  readonly device: Device;
  readonly userId: string;
  readonly #timeline: Told[] = [];

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

  /** What was told before is of no interest any more. */
  forget(): void {
    this.#timeline.length = 0;
  }

  timelineOf(groupId: string): Told[] {
    return this.#timeline.filter((told) => concerns(groupId, told));
  }

  entriesOf(groupId: string): HistoryEntry[] {
    return this.timelineOf(groupId).flatMap(({ entry }) => (entry === null ? [] : [entry]));
  }

  /** It was told of a loss. */
  isResynced(groupId: string): boolean {
    return this.timelineOf(groupId).some(({ event }) => event === 'resync');
  }

  /** What its client has a wrong idea of, its user standing to the group as he does. */
  misledAbout(groupId: string, status: string): string[] {
    const timeline = this.timelineOf(groupId);
    const isReceiver = status === 'active' || status === 'muted';
    let belief = false;
    for (const told of timeline) belief = this.#beliefAfter(told) ?? belief;
    const wrong = belief === isReceiver ? [] : [`he is ${status} and a client believes ${belief}`];
    const last = timeline.findLast(({ event }) => event === 'membership')?.payload['status'] ?? status;
    if (last !== status) wrong.push(`he is ${status} and the last push says ${last}`);
    timeline.forEach(({ event, payload }, i) => {
      if (event !== 'subscribed') return;
      const [{ from_seq, epoch }] = Array.isArray(payload['groups']) ? payload['groups'] : [{}];
      const next = timeline.slice(i).find(({ entry }) => entry !== null)?.entry;
      if (next?.epoch === epoch && next?.seq !== from_seq)
        wrong.push(`${next?.seq} came instead of ${from_seq}`);
    });
    return wrong.map((what) => `${this.userId}: ${what}`);
  }

  #note(event: string, payload: Fields): void {
    this.#timeline.push({ event, payload, entry: isEntry(event) ? entryOfPush(event, payload) : null });
  }

  #beliefAfter({ event, payload }: Told): boolean | null {
    switch (event) {
      case 'subscribed':
      case 'ack of create_group':
        return true;
      case 'ack of join_group':
        return payload['status'] === 'active';
      case 'ack of leave_group':
      case 'ack of delete_group':
        return false;
      case 'resync':
        return payload['reason'] !== 'not_a_member';
      case 'membership':
        return ['none', 'pending'].includes(String(payload['status'])) ? false : null;
      case 'group_event': {
        const isAboutHim = payload['user_id'] === this.userId || payload['type'] === 'deleted';
        return isAboutHim && endings.includes(String(payload['type'])) ? false : null;
      }
      default:
        return null;
    }
  }

  /** For a reader of a failed test. */
  story(groupId: string): string {
    const lines = this.timelineOf(groupId).map(({ event, payload }) => {
      const { seq, type, status, from_seq, reason } = {
        ...payload,
        ...Object(payload['result']),
        ...Object(Object(payload['groups'])[0]),
      };
      return `${event} ${JSON.stringify({ type, status, seq, from_seq, reason })}`;
    });
    return [`${this.userId}:`, ...lines].join('\n    ');
  }
}
