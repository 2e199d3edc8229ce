/** A member over the SDK that keeps sending, and whose sends and entries the checker judges. */

import { setTimeout as pause } from 'node:timers/promises';
import type { HistoryEntry } from '@plenum/protocol';
import type { Delivery, Send } from '@plenum/testkit';
import { SdkUser } from '../support/devices/sdk-user.ts';

export class SdkMember implements AsyncDisposable {
  readonly sends: Send[] = [];
  readonly userId: string;
  readonly #groupId: string;
  readonly #user: SdkUser;
  readonly #entries: HistoryEntry[] = [];
  /** How many entries it had at each `resync`. */
  readonly #resyncs: number[] = [];
  #isOver = false;
  #sending: Promise<void> = Promise.resolve();

  private constructor(userId: string, groupId: string, user: SdkUser) {
    this.userId = userId;
    this.#groupId = groupId;
    this.#user = user;
    const take = (entry: HistoryEntry) => void (entry.group_id === groupId && this.#entries.push(entry));
    user.client.on('message', take);
    user.client.on('event', take);
    user.client.on('change', take);
    user.client.on('resync', ({ group_id }) => {
      if (group_id === groupId) this.#resyncs.push(this.#entries.length);
    });
  }

  /** @param isFirst it makes the group; others join it */
  static async enter(url: string, userId: string, groupId: string, isFirst: boolean): Promise<SdkMember> {
    const user = await SdkUser.connect(userId, { url });
    const member = new SdkMember(userId, groupId, user);
    const { client } = user;
    const entered = await (isFirst ? client.create(groupId, 'public') : client.join(groupId));
    if (!entered.ok) throw new Error(`${userId} cannot enter ${groupId}: ${JSON.stringify(entered.failure)}`);
    return member;
  }

  /** Until {@link end}: one message after the other, each until it is answered for good. */
  keepSending(everyMs: number): void {
    const loop = async () => {
      for (let i = 0; !this.#isOver; i += 1) {
        await this.#send(`${this.userId} ${i}`);
        await pause(everyMs);
      }
    };
    this.#sending = loop();
  }

  get acks(): number {
    return this.sends.filter(({ answer }) => answer.type === 'ack').length;
  }

  get delivery(): Delivery {
    const { userId } = this;
    return {
      device: `the SDK of ${userId}`,
      userId,
      groupId: this.#groupId,
      presence: 'throughout',
      entries: this.#entries,
      resyncs: this.#resyncs,
    };
  }

  /** Resolves when nothing that it sent waits for an answer. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    this.#user[Symbol.dispose]();
    await this.#sending;
  }

  async #send(message: string): Promise<void> {
    const sentMs = performance.now();
    const outcome = await this.#user.client.send(this.#groupId, message, { requestId: message });
    const answer: Send['answer'] = outcome.ok
      ? { type: 'ack', ...placeIn(outcome.result) }
      : // An attempt before the last one may have had no answer.
        outcome.failure.can_retry || outcome.failure.code === 'timeout'
        ? { type: 'unknown' }
        : { type: 'refused', code: outcome.failure.code };
    const times = { sentMs, answeredMs: performance.now() };
    this.sends.push({
      groupId: this.#groupId,
      userId: this.userId,
      requestId: message,
      message,
      answer,
      times,
    });
  }
}

const placeIn = ({ epoch, seq, message_id }: { epoch: string; seq: number; message_id: string }) => ({
  epoch,
  seq,
  messageId: message_id,
});
