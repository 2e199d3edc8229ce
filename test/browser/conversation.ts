/** A public group whose members sit before pages: every send and every entry is known, and in the end the checker judges. */
import { checkHistory, type Delivery, eventually, type Send } from '@plenum/testkit';
import { expect } from 'vitest';
import { storedLog } from '../support/cluster/stored-log.ts';
import type { PageUser } from './page-user.ts';

const patient = { timeoutMs: 20_000, everyMs: 100 };

export class Conversation {
  readonly groupId: string;
  readonly #url: string;
  readonly #devices: { readonly user: PageUser; readonly presence: Delivery['presence'] }[] = [];
  readonly #sends: Send[] = [];

  private constructor(url: string, groupId: string) {
    this.#url = url;
    this.groupId = groupId;
  }

  /** @param url of any node. @param users the first one makes the group, the others join. */
  static async among(url: string, groupId: string, users: readonly PageUser[]): Promise<Conversation> {
    const conversation = new Conversation(url, groupId);
    for (const [i, user] of users.entries()) {
      await (i === 0 ? user.create(groupId) : user.join(groupId));
      conversation.#devices.push({ user, presence: 'throughout' });
    }
    return conversation;
  }

  /** Another page of a member: from now on it is given everything. */
  watchedBy(user: PageUser): void {
    this.#devices.push({ user, presence: 'partly' });
  }

  /** Acknowledged when it resolves. */
  async say(user: PageUser, ...messages: readonly string[]): Promise<void> {
    for (const message of messages) {
      const send = await user.send(this.groupId, message);
      this.#sends.push(send);
      expect(send.answer).toMatchObject({ type: 'ack' });
    }
  }

  /** Every page has shown the last message. */
  async untilShown(message: string): Promise<void> {
    await eventually(async () => {
      for (const { user } of this.#devices) {
        expect((await user.textsIn(this.groupId)).at(-1), user.userId).toBe(message);
      }
    }, patient);
  }

  /** Everything arrives, every invariant holds, and no device needed a `resync`. @returns the texts of the log. */
  async expectComplete(): Promise<string[]> {
    const last = this.#sends.at(-1);
    if (last !== undefined) await this.untilShown(last.message);
    const log = await storedLog(this.#url, this.groupId);
    const deliveries: Delivery[] = [];
    for (const [i, { user, presence }] of this.#devices.entries()) {
      const entries = await user.entriesOf(this.groupId);
      const device = `page ${i} of ${user.userId}`;
      deliveries.push({ device, userId: user.userId, groupId: this.groupId, presence, entries });
      expect(await user.read(({ resyncs }) => resyncs)).toEqual([]);
    }
    expect(checkHistory({ logs: [log], sends: this.#sends, deliveries })).toEqual([]);
    return log.entries.flatMap((entry) => (entry.type === 'message' ? [entry.message ?? ''] : []));
  }
}
