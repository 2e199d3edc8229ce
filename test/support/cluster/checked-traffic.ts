/**
 * Traffic on a cluster that a test breaks: every send, every ack with its time, and everything that any device was given
 * goes into one history, and the checker judges it against the logs.
 */
import {
  type ChangeAttempt,
  checkHistory,
  type Delivery,
  type EpochLog,
  eventually,
  type LeaseEvent,
  nextChange,
  type RunHistory,
  type Send,
  type ServedAdapter,
  withoutAnnouncedLoss,
} from '@plenum/testkit';
import { expect } from 'vitest';
import type { AnyAnswer, DeviceOptions } from '../devices/device.ts';
import { Follower } from '../devices/follower.ts';
import { storedLog } from './stored-log.ts';

/** Everything is normal again this soon after the last fault. */
const normalAgain = { timeoutMs: 45_000, everyMs: 200 };
const retryMs = 20;
/** Sockets that are opened at a time. */
const openedAtOnce = 50;
const violationsShown = 5;
/** How often a change is a pin: the first member is the admin, who pins; others are refused. */
const pins = 0.2;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export interface SendPace {
  /** Between an ack and the next message, ms. Default 20. */
  readonly everyMs?: number;
  /** Each message is at least this long. */
  readonly bytes?: number;
}

/** What the adapters were given, of groups with these logs. */
export type LookAtAdapters = (logs: readonly EpochLog[]) => Promise<readonly ServedAdapter[]>;

export interface CheckedTrafficOptions {
  /** Default: not recorded. */
  readonly served?: LookAtAdapters;
  /** Of the whole cluster, in the order of Redis. Default: not recorded. */
  readonly leases?: () => readonly LeaseEvent[];
  /** Default: signed with the secret of the tests. */
  readonly tokenOf?: (userId: string) => Promise<string>;
  /** How its devices connect. */
  readonly device?: DeviceOptions;
  /** What other devices have sent and got in its groups, at the end of the run. */
  readonly besides?: () => Pick<RunHistory, 'sends' | 'deliveries'>;
}

export class CheckedTraffic implements AsyncDisposable {
  readonly #url: string;
  readonly #options: CheckedTrafficOptions;
  readonly #followers: Follower[] = [];
  readonly #groupIds: string[] = [];
  readonly #sends: Send[] = [];
  readonly #changes: ChangeAttempt[] = [];
  readonly #sending: Promise<void>[] = [];
  /** By group, who sends to it. */
  readonly #speakers = new Map<string, readonly string[]>();
  #acks = 0;
  #isOver = false;
  /** No one waits for acks: the test has ended, perhaps by a failure. */
  #isAbandoned = false;

  /** @param url of any node, or of a proxy before them. */
  constructor(url: string, options: CheckedTrafficOptions = {}) {
    this.#url = url;
    this.#options = options;
  }

  /** Messages that were acknowledged. */
  get acks(): number {
    return this.#acks;
  }
  /** Changes of messages that were answered with success. */
  get changes(): number {
    return this.#changes.filter(({ answer }) => answer.type === 'ack').length;
  }
  /** Every attempt to send that was not acknowledged. */
  get failures(): readonly Send[] {
    return this.#sends.filter(({ answer }) => answer.type !== 'ack');
  }

  /** Every attempt to send to the group, in the order of the answers. */
  sendsTo(groupId: string): readonly Send[] {
    return this.#sends.filter((send) => send.groupId === groupId);
  }

  /** A connected device of the user. @param url default: the proxy before the nodes. */
  async follower(userId: string, url = this.#url, presence?: Delivery['presence']): Promise<Follower> {
    const { device, tokenOf } = this.#options;
    const token = await tokenOf?.(userId);
    const follower = await Follower.connect(userId, url, { device, token, presence });
    this.#followers.push(follower);
    return follower;
  }

  /** The log of this group is judged too; `besides` says who is in it. */
  includes(groupId: string): void {
    this.#groupIds.push(groupId);
  }

  /** Every device loses its connection now, and comes back by itself. */
  cutAll(): void {
    for (const { device } of this.#followers) device.socket.io.engine?.close();
  }

  /** One member per name, all in a public group that the first one has made. */
  async group(
    groupId: string,
    userIds: readonly string[],
    urls: readonly string[] = [],
  ): Promise<Follower[]> {
    const members: Follower[] = [];
    this.#groupIds.push(groupId);
    for (let i = 0; i < userIds.length; i += openedAtOnce) {
      const names = userIds.slice(i, i + openedAtOnce);
      const some = await Promise.all(
        names.map((name, k) => this.follower(name, urls[(i + k) % urls.length])),
      );
      if (i === 0) await some[0]?.enter(groupId, 'create_group', { group_type: 'public' });
      await Promise.all(some.slice(i === 0 ? 1 : 0).map((one) => one.enter(groupId, 'join_group')));
      members.push(...some);
    }
    return members;
  }

  /** Each of them sends one message after the other, each until it is acknowledged, until the end of the test. */
  keepSending(
    speakers: readonly Follower[],
    groupId: string,
    { everyMs = 20, bytes = 0 }: SendPace = {},
  ): void {
    const before = this.#speakers.get(groupId) ?? [];
    this.#speakers.set(groupId, [...before, ...speakers.map(({ userId }) => userId)]);
    for (const speaker of speakers) {
      const loop = async () => {
        for (let i = 0; !this.#isOver; i += 1) {
          const isMember = await this.sendUntilAcked(
            speaker,
            groupId,
            `${speaker.userId} ${i} `.padEnd(bytes, '.'),
          );
          if (!isMember) return;
          await pause(everyMs);
        }
      };
      this.#sending.push(loop());
    }
  }

  /** Each of them changes messages of the group, one after the other, until the end of the test. */
  keepChanging(actors: readonly Follower[], groupId: string, { everyMs = 40 }: SendPace = {}): void {
    for (const actor of actors) {
      const loop = async () => {
        for (let i = 0; !this.#isOver; i += 1) {
          await this.#changeUntilAnswered(actor, groupId, `change ${i} of ${actor.userId}`);
          await pause(everyMs);
        }
      };
      this.#sending.push(loop());
    }
  }

  async #changeUntilAnswered(actor: Follower, groupId: string, requestId: string): Promise<void> {
    const { userId } = actor;
    const change = nextChange({ userId, groupId, entries: actor.entriesOf(groupId), pins });
    if (change === null) return;
    const { operation, targetSeq, request, args } = change;
    while (!this.#isAbandoned) {
      const sentMs = performance.now();
      const answered = await actor.device.request(request, args, requestId).catch(() => null);
      const times = { sentMs, answeredMs: performance.now() };
      const answer = changed(answered);
      this.#changes.push({ groupId, userId, requestId, operation, targetSeq, answer, times });
      if (answered !== null && (answered.success || !answered.can_retry)) return;
      await pause(retryMs);
    }
  }

  /**
   * Sends until it is acknowledged, always under the same request id.
   * @returns false when it was refused for good, or the traffic was ended before its verdict
   */
  async sendUntilAcked(speaker: Follower, groupId: string, message: string): Promise<boolean> {
    const requestId = message.slice(0, 100).trim();
    for (;;) {
      const sentMs = performance.now();
      const answer = await speaker.device.send(groupId, message, requestId).catch(() => null);
      const times = { sentMs, answeredMs: performance.now() };
      this.#sends.push({
        groupId,
        userId: speaker.userId,
        requestId,
        message,
        answer: recorded(answer),
        times,
      });
      if (answer?.success === true) {
        this.#acks += 1;
        return true;
      }
      if (this.#isAbandoned || (answer !== null && !answer.can_retry)) return false;
      await pause(Math.max(retryMs, answer?.retry_after_ms ?? 0));
    }
  }

  /** Resolves when this many more messages were acknowledged, the first of them, and each after another, in time. */
  async until(more: number): Promise<void> {
    const wanted = this.#acks + more;
    while (this.#acks < wanted) {
      const before = this.#acks;
      await eventually(() => expect(this.#acks).toBeGreaterThan(before), { ...normalAgain, everyMs: 20 });
    }
  }

  /** As above, and each of these groups has so many more. Default: all groups. */
  async untilEach(more: number, groupIds: readonly string[] = this.#groupIds): Promise<void> {
    const countOf = (groupId: string) =>
      this.#sends.filter((send) => send.groupId === groupId && send.answer.type === 'ack').length;
    const wanted = new Map(groupIds.map((groupId) => [groupId, countOf(groupId) + more]));
    await eventually(() => {
      for (const [groupId, least] of wanted) expect(countOf(groupId)).toBeGreaterThanOrEqual(least);
    }, normalAgain);
  }

  /** Resolves when each device has got a message that each speaker of its groups has sent after this call, in time. */
  async untilHeard(): Promise<void> {
    const heard = this.#followers.flatMap((follower) =>
      follower.groupIds.map((groupId) => ({ follower, groupId, had: follower.entriesOf(groupId).length })),
    );
    await eventually(() => {
      for (const { follower, groupId, had } of heard) {
        const later = follower.entriesOf(groupId).slice(had);
        const senders = later.flatMap((entry) => (entry.type === 'message' ? [entry.from_user_id] : []));
        const silent = new Set(this.#speakers.get(groupId));
        for (const sender of senders) silent.delete(sender);
        expect(silent).toEqual(new Set());
      }
    }, normalAgain);
  }

  /** Ends all sending, and lets everything arrive. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#sending);
    await this.#quiet();
  }

  /**
   * Ends all sending, lets everything arrive, and demands every invariant.
   * @param patience with what is still under way
   * @param judged what the checker gets of the history
   */
  async expectSound(
    patience = normalAgain,
    judged = (history: RunHistory): RunHistory => history,
  ): Promise<void> {
    await this.end();
    await eventually(async () => {
      const violations = checkHistory(judged(await this.history()));
      const shown = violations.slice(0, violationsShown).map(({ invariant, what }) => `${invariant} ${what}`);
      if (violations.length > 0) throw new Error(`${violations.length} violations:\n${shown.join('\n')}`);
    }, patience);
  }

  /** As above on a Redis that replicates behind its acks: what a failover has lost counts as lost if it was announced. */
  expectNoSilentLoss(): Promise<void> {
    return this.expectSound(normalAgain, withoutAnnouncedLoss);
  }

  /** As `expectSound`, and no device needed a `resync`. */
  async expectComplete(): Promise<void> {
    await this.expectSound();
    for (const follower of this.#followers) {
      for (const groupId of follower.groupIds) expect(follower.resyncsOf(groupId)).toBe(0);
      for (const resumption of follower.resumptions) expect(resumption.answer).toBe('recovered');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#isAbandoned = true;
    for (const { device } of this.#followers) device.socket.disconnect();
    await Promise.all(this.#sending);
  }

  /** Nothing has arrived for a while: only then it is worth while to check everything. */
  async #quiet(): Promise<void> {
    let last = -1;
    await eventually(() => {
      const before = last;
      last = this.#deliveries().reduce((total, { entries }) => total + entries.length, 0);
      expect(last).toBe(before);
    }, normalAgain);
  }

  #deliveries(): Delivery[] {
    return this.#followers.flatMap((follower) =>
      follower.groupIds.map((groupId) => follower.deliveryOf(groupId)),
    );
  }

  /** What the checker judges, with the logs as they are now. */
  async history(): Promise<RunHistory> {
    const logs = await Promise.all(this.#groupIds.map((groupId) => storedLog(this.#url, groupId)));
    const { served, leases, besides } = this.#options;
    const { sends = [], deliveries = [] } = besides?.() ?? {};
    return {
      logs,
      ...(served === undefined ? {} : { served: await served(logs) }),
      ...(leases === undefined ? {} : { leases: leases() }),
      sends: [...this.#sends, ...sends],
      changes: this.#changes,
      readings: logs,
      deliveries: [...this.#deliveries(), ...deliveries],
      resumptions: this.#followers.flatMap(({ resumptions }) => resumptions),
    };
  }
}

function changed(answer: AnyAnswer | null): ChangeAttempt['answer'] {
  if (answer === null || (!answer.success && answer.code === 'timeout')) return { type: 'unknown' };
  if (!answer.success) return { type: 'refused', code: answer.code };
  return { type: 'ack', epoch: String(answer.result['epoch']), seq: Number(answer.result['seq']) };
}

function recorded(answer: AnyAnswer | null): Send['answer'] {
  if (answer === null || (!answer.success && answer.code === 'timeout')) return { type: 'unknown' };
  if (!answer.success) return { type: 'refused', code: answer.code };
  const { epoch, seq, message_id } = answer.result;
  return { type: 'ack', epoch: String(epoch), seq: Number(seq), messageId: String(message_id) };
}
