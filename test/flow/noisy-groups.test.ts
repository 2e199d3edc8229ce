/** Groups of one partition at a notifier that one of them keeps busy: what is too much for it is that group's own loss. */
import { partitionOf } from '@plenum/core';
import { deadLetterSchema, groupIdSchema } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { WebhookReceiver } from '../support/adapters/webhook-receiver.ts';
import { ServedNode } from '../support/cluster/served-node.ts';
import { type EngineName, engines } from '../support/cluster/service.ts';
import { adminToken, httpRequest } from '../support/wire/http.ts';

const patience = { timeoutMs: 60_000, everyMs: 50 };
const noisy = 'noisy';
const lettersMax = 5;
const backlogMax = 20;

/** Another group of the same partition. */
const quiet =
  Array.from({ length: 5000 }, (_, at) => `quiet-${at}`).find(
    (id) => partitionOf(groupIdSchema.parse(id)) === partitionOf(groupIdSchema.parse(noisy)),
  ) ?? '';

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${word} ${at + 1}`);

class TwoGroups implements AsyncDisposable {
  readonly receiver: WebhookReceiver;
  readonly #node: ServedNode;

  private constructor(receiver: WebhookReceiver, node: ServedNode) {
    this.receiver = receiver;
    this.#node = node;
  }

  static async start(engine: EngineName): Promise<TwoGroups> {
    const receiver = await WebhookReceiver.start();
    const node = await ServedNode.start(engine, {
      ...receiver.environment,
      PLENUM_DEAD_LETTERS_MAX: String(lettersMax),
      PLENUM_NOTIFIER_BACKLOG_MAX: String(backlogMax),
      PLENUM_DELIVERY_MAX_RETRIES: '1',
      PLENUM_RATE_PER_SEC: '100000',
      PLENUM_RATE_BURST: '100000',
    });
    const groups = new TwoGroups(receiver, node);
    for (const group_id of [noisy, quiet]) {
      await groups.#ask('POST', '/v1/groups', { group_id, group_type: 'public', creator_id: 'ann' });
      await groups.#ask('PUT', `/v1/groups/${group_id}/members/bob`);
    }
    return groups;
  }

  async send(groupId: string, ...texts: readonly string[]): Promise<void> {
    const path = `/v1/groups/${groupId}/messages`;
    for (const message of texts) await this.#ask('POST', path, { from_user_id: 'ann', message });
  }

  /** Texts of the group's dead letters, the oldest first. */
  async lettersOf(groupId: string): Promise<readonly string[]> {
    const body = await this.#ask('GET', '/v1/dead-letters?limit=100');
    return deadLetterSchema
      .array()
      .parse(body['dead_letters'])
      .filter(({ group_id }) => group_id === groupId)
      .map(({ entry }) => (entry?.type === 'message' ? (entry.message ?? '') : ''));
  }

  /** Dead letters that were dropped, by the metrics of the node. */
  async lost(): Promise<number> {
    const answer = await fetch(`${this.#node.url}/metrics`, { headers: this.#authorized });
    const name = 'plenum_dead_letters_dropped_total{kind="notifier"}';
    const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.split(' ')[1] ?? 0);
  }

  notifiedOf(word: string): readonly string[] {
    return this.receiver.notified.filter((text) => text.startsWith(word));
  }

  async #ask(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
    const answer = await httpRequest(method, `${this.#node.url}${path}`, body === undefined ? {} : { body });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return answer.body;
  }

  get #authorized() {
    return { authorization: `Bearer ${adminToken}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#node[Symbol.asyncDispose]();
    await this.receiver[Symbol.asyncDispose]();
  }
}

test.each(engines)(
  'on %s a group whose notifications are all refused harms no other group and its letters',
  async (engine) => {
    await using groups = await TwoGroups.start(engine);
    const { receiver } = groups;
    const refused = numbered('refused', 40);
    for (const text of ['quiet refused', ...refused]) receiver.refused.add(text);
    await groups.send(quiet, 'quiet refused');
    await eventually(async () => expect(await groups.lettersOf(quiet)).toEqual(['quiet refused']), patience);
    await groups.send(noisy, ...refused);
    await groups.send(quiet, 'quiet sent');
    await eventually(() => expect(groups.notifiedOf('quiet')).toEqual(['quiet sent']), patience);
    await eventually(async () => expect(await groups.lost()).toBe(refused.length - lettersMax), patience);
    const letters = await groups.lettersOf(noisy);
    expect(letters).toHaveLength(lettersMax);
    expect(refused).toEqual(expect.arrayContaining([...letters]));
    expect(await groups.lettersOf(quiet)).toEqual(['quiet refused']);
  },
);

test.each(engines)(
  'on %s a group that floods while the notifier is down gives up only its own oldest, counted',
  async (engine) => {
    await using groups = await TwoGroups.start(engine);
    const { receiver } = groups;
    receiver.mood = 'down';
    const flood = numbered('flood', 80);
    await groups.send(quiet, 'quiet first');
    await groups.send(noisy, ...flood);
    await groups.send(quiet, 'quiet last');
    await eventually(async () => expect(await groups.lost()).toBeGreaterThan(0), patience);
    receiver.mood = 'well';
    await eventually(
      () => expect(new Set(groups.notifiedOf('quiet'))).toEqual(new Set(['quiet first', 'quiet last'])),
      patience,
    );
    await eventually(async () => {
      const notified = new Set(groups.notifiedOf('flood'));
      const letters = await groups.lettersOf(noisy);
      expect(notified.size + letters.length + (await groups.lost())).toBe(flood.length);
    }, patience);
    expect(await groups.lettersOf(noisy)).toHaveLength(lettersMax);
    expect(await groups.lettersOf(quiet)).toEqual([]);
  },
);

test.each(engines)(
  'on %s a group whose messages all make the notifier fail does not block another group',
  async (engine) => {
    await using groups = await TwoGroups.start(engine);
    const { receiver } = groups;
    const breaking = numbered('breaking', 15);
    for (const text of breaking) receiver.breaking.add(text);
    await groups.send(noisy, ...breaking);
    for (const text of ['quiet 1', 'quiet 2', 'quiet 3']) {
      await groups.send(quiet, text);
      await eventually(() => expect(groups.notifiedOf(text)).toEqual([text]), patience);
    }
    expect(groups.notifiedOf('breaking')).toEqual([]);
    expect(await groups.lettersOf(quiet)).toEqual([]);
  },
);
