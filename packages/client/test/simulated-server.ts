/** A server for one device of the SDK; the test decides when, and in which order, its packets arrive. */
import {
  type Answer,
  type GroupEvent,
  groupIdSchema,
  type PushPayload,
  type ResyncReason,
  type Subscription,
} from '@plenum/protocol';
import type { Credentials, Envelope, Link, LinkListeners, OpenLink } from '../src/connection/link.ts';
import type { KnownPosition } from '../src/groups/effects.ts';
import { SimulatedLogs, type UserRange } from './simulated-logs.ts';

const group_id = groupIdSchema.parse('g');
type Deliver = () => void;
type Give = (answer: Answer<unknown> | null) => void;
interface Asked {
  readonly envelope: Envelope;
  readonly give: Give;
}
/** Entries come in one order, attaches among them; answers and `membership` pushes come at any time. */
export type Channel = 'stream' | 'membership' | 'answers';

export class SimulatedServer {
  readonly logs = new SimulatedLogs();
  readonly #pushesAtAnyTime: boolean;
  #link: { readonly credentials: Credentials; readonly listeners: LinkListeners } | null = null;
  #isGreeted = false;
  #asked: Asked[] = [];
  #channels: Record<Channel, Deliver[]> = { stream: [], membership: [], answers: [] };
  /** Next seq of the device in a range; null: it is not attached. */
  #at: { range: UserRange; nextSeq: number } | null = null;
  readonly #remembered = new Map<string, KnownPosition>();
  /** Ranges of the user that the device's own join has begun. */
  readonly #own = new Set<UserRange>();

  /** @param pushesAtAnyTime false: a `membership` push comes behind its entry. */
  constructor(pushesAtAnyTime: boolean) {
    this.#pushesAtAnyTime = pushesAtAnyTime;
  }

  readonly open: OpenLink = (credentials, listeners): Link => {
    this.#link = { credentials, listeners };
    this.#isGreeted = false;
    return {
      ask: (envelope, _timeoutMs, give) => this.#asked.push({ envelope, give }),
      close: () => this.#drop(),
    };
  };

  get isQuiet(): boolean {
    const { stream, membership, answers } = this.#channels;
    return this.#asked.length + stream.length + membership.length + answers.length === 0;
  }

  accept(): void {
    this.#link?.listeners.opened();
  }
  cut(): void {
    this.#link?.listeners.lost();
  }
  deliver(channel: Channel): void {
    this.#channels[channel].shift()?.();
  }

  /** The server handles the positions of the handshake; requests may be carried out before that. */
  greet(): void {
    if (this.#link === null || this.#isGreeted) return;
    this.#isGreeted = true;
    const claim = this.#link.credentials.positions?.[0];
    const { range } = this.logs;
    if (this.#at !== null) return;
    if (range !== null) this.#tellAttached(this.#attach(range, claim ?? null));
    else if (claim !== undefined) this.#pushResync('not_a_member', null);
  }

  /** The next request is carried out. */
  perform(): void {
    const asked = this.#asked.shift();
    if (asked === undefined) return;
    const { request_type, request_id, args } = asked.envelope;
    const answer = (result: object) => asked.give({ request_id, success: true, result });
    if (request_type === 'join_group') this.#join(asked, answer);
    else if (request_type === 'leave_group') {
      this.end('left');
      this.#later('answers', () => answer({ status: 'left' }));
    } else if (request_type === 'subscribe') this.#subscribe(args, answer);
    else if (request_type === 'history') this.#later('answers', this.#history(asked, answer));
    else this.#later('answers', () => answer({ groups: [] }));
  }

  end(type: 'left' | 'kicked'): void {
    if (this.logs.end(type)) this.#tellMembership('none', type);
  }
  delete(): void {
    const wasMember = this.logs.range !== null;
    this.logs.delete();
    if (wasMember) this.#tellMembership('none', 'deleted');
  }
  /** By another device of the user. */
  joinElsewhere(): void {
    if (this.logs.join() !== null) this.#tellMembership('active', 'joined');
  }

  /** The node gets what was appended. */
  feed(): void {
    for (;;) {
      if (this.#at !== null) this.#send(this.#at);
      const { ranges } = this.logs;
      const next = this.#at === null ? this.logs.range : ranges[ranges.indexOf(this.#at.range) + 1];
      if (next === null || next === undefined || !this.#isGreeted) return;
      if (this.#at !== null && this.#at.range.endSeq === null) return;
      this.#at = { range: next, nextSeq: next.sinceSeq };
      if (!this.#own.has(next)) {
        const { sinceSeq: seq } = next;
        this.#tellAttached(this.#subscription(next, { from: seq, head: seq, isRecovered: false }));
      }
    }
  }

  /** The node missed the end of a log that was created again: it attaches the members and pushes `subscribed`. */
  restart(): void {
    const { range, logs } = this.logs;
    if (this.#at === null || this.#at.range.log === logs.at(-1)) return;
    this.#at = null;
    if (range === null) this.#pushResync('not_a_member', null);
    else if (this.#own.has(range)) this.#at = { range, nextSeq: range.sinceSeq };
    else {
      this.#attach(range, null);
      this.#pushResync('epoch_changed', range);
    }
  }

  #drop(): void {
    this.#link = null;
    this.#at = null;
    this.#channels = { stream: [], membership: [], answers: [] };
    for (const { give } of this.#asked.splice(0)) give(null);
  }
  #later(channel: Channel, deliver: Deliver): void {
    if (this.#link !== null) this.#channels[channel].push(deliver);
  }
  #push<E extends 'subscribed' | 'resync' | 'group_event' | 'membership'>(
    event: E,
    payload: PushPayload<E>,
  ): void {
    const listeners = this.#link?.listeners;
    const channel = event === 'membership' && this.#pushesAtAnyTime ? 'membership' : 'stream';
    this.#later(channel, () => listeners?.pushes[event](payload));
  }
  #tellMembership(status: 'active' | 'none', type: GroupEvent['type']): void {
    if (this.#pushesAtAnyTime || this.#at === null) this.#pushMembership(status, type);
  }
  #pushMembership(status: 'active' | 'none', type: GroupEvent['type']): void {
    this.#push('membership', { group_id, status, roles: status === 'none' ? [] : ['member'], type });
  }
  #tellAttached(at: Subscription): void {
    this.#push('subscribed', { groups: [at] });
  }
  #pushResync(reason: ResyncReason, range: UserRange | null): void {
    const log = range?.log;
    const at = { epoch: log?.epoch ?? null, head_seq: log?.head ?? 0, oldest_seq: log === undefined ? 0 : 1 };
    this.#push('resync', { group_id, reason, ...at });
  }

  #attach(range: UserRange, claim: KnownPosition | null): Subscription {
    const reason = claim === null ? null : this.logs.reasonAgainst(claim, range);
    const isRecovered = claim !== null && reason === null;
    const from = isRecovered ? claim.seq + 1 : range.log.head + 1;
    this.#at = { range, nextSeq: from };
    return {
      ...this.#subscription(range, { from, head: range.log.head, isRecovered }),
      ...(reason === null ? {} : { reason }),
    };
  }
  #subscription(
    { log }: UserRange,
    { from, head, isRecovered }: { from: number; head: number; isRecovered: boolean },
  ): Subscription {
    const epoch = log.entries[head - 1]?.epoch ?? log.epoch;
    return { group_id, recovered: isRecovered, epoch, head_seq: head, from_seq: from };
  }

  #send(at: { readonly range: UserRange; nextSeq: number }): void {
    const { log, endSeq } = at.range;
    for (const last = Math.min(endSeq ?? log.head, log.head); at.nextSeq <= last; at.nextSeq += 1) {
      const entry = log.entries[at.nextSeq - 1];
      if (entry === undefined) return;
      this.#push('group_event', entry);
      if (this.#pushesAtAnyTime) continue;
      if (at.nextSeq === endSeq) this.#pushMembership('none', entry.type);
      if (at.nextSeq === at.range.sinceSeq) this.#pushMembership('active', entry.type);
    }
  }

  #join({ envelope: { request_id }, give }: Asked, answer: (result: object) => void): void {
    const remembered = this.#remembered.get(request_id);
    const joined = remembered ?? this.logs.join();
    if (joined === null) {
      const code = this.logs.current === null ? 'group_not_found' : 'already_member';
      const refusal = { request_id, success: false, error: code, code, can_retry: false } as const;
      this.#later('answers', () => give(refusal));
      return;
    }
    this.#remembered.set(request_id, joined);
    const { range } = this.logs;
    if (remembered === undefined) {
      this.#tellMembership('active', 'joined');
      if (range !== null) this.#own.add(range);
    }
    if (range !== null && this.#at === null) {
      const isOwn =
        range.sinceSeq === joined.seq && range.log.epochs.some(({ epoch }) => epoch === joined.epoch);
      const at = this.#attach(range, { epoch: joined.epoch, seq: isOwn ? joined.seq - 1 : joined.seq });
      if (at.reason !== undefined) this.#tellAttached(at);
    }
    this.#later('answers', () => answer({ status: 'active', ...joined }));
    if (range === null) this.#later('answers', () => this.#pushResync('not_a_member', null));
  }

  #subscribe(args: object, answer: (result: object) => void): void {
    const { range } = this.logs;
    const [claim] = 'groups' in args && Array.isArray(args.groups) ? args.groups : [];
    if (range === null) {
      this.#at = null;
      // The server pauses the device before it answers, so all that was sent to it before comes before the answer.
      this.#later('stream', () => answer({ groups: [{ group_id, code: 'not_a_member', error: '' }] }));
      return;
    }
    const at = this.#attach(
      range,
      typeof claim?.seq === 'number' ? { epoch: claim.epoch, seq: claim.seq } : null,
    );
    this.#later('stream', () => answer({ groups: [at] }));
  }

  #history({ envelope: { request_id, args }, give }: Asked, answer: (result: object) => void): Deliver {
    const { range } = this.logs;
    if (range === null) {
      const code = 'not_a_member' as const;
      return () => give({ request_id, success: false, error: code, code, can_retry: false });
    }
    const { log, sinceSeq } = range;
    const after = 'after' in args && typeof args.after === 'number' ? args.after : null;
    const before = 'before' in args && typeof args.before === 'number' ? args.before : log.head + 1;
    const readable = log.entries.filter(({ seq }) => seq >= sinceSeq);
    const entries =
      after === null
        ? readable.filter(({ seq }) => seq < before).slice(-4)
        : readable.filter(({ seq }) => seq > after).slice(0, 4);
    const page = { entries, epoch: log.epoch, head_seq: log.head, oldest_seq: 1 };
    return () => answer(page);
  }
}
