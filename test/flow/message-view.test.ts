/**
 * The present messages that the SDK keeps: a view over live entries, resumes and pages ends in the state that `history` and
 * `get_message` return, under any interleaving of changes, trims, lost connections, kicks and re-creations of the group.
 */
import { type Client, createView, type GroupView } from '@plenum/client';
import type { HistoryEntry } from '@plenum/protocol';
import { eventually } from '@plenum/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { SdkUser } from '../support/devices/sdk-user.ts';

const many = 1e6;
const engineSettings = {
  ratePerSec: many,
  rateBurst: many,
  changeRatePerSec: many,
  changeRateBurst: many,
  membershipRatePerSec: many,
  membershipRateBurst: many,
  // So few that many runs lose messages whose changes are still there.
  historyMaxEntries: 25,
};
const users = ['ann', 'bob', 'cyd'] as const;
type UserId = (typeof users)[number];
/** The user whose view is compared. */
const reader = 'bob';

const step = fc.record({
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('send') },
    { weight: 16, arbitrary: fc.constantFrom('edit', 'react', 'unreact', 'react', 'unreact', 'delete') },
    { weight: 4, arbitrary: fc.constantFrom('pin', 'unpin', 'load', 'lose') },
    { weight: 1, arbitrary: fc.constantFrom('kick', 'recreate') },
  ),
  actor: fc.constantFrom(...users),
  /** Which of the messages that were sent, counted from the newest. */
  back: fc.nat(2),
  text: fc.constantFrom('ß "☃"', '__proto__'),
  isAwaited: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

interface World {
  readonly groupId: string;
  readonly clients: Readonly<Record<UserId, Client>>;
  readonly view: GroupView;
  readonly sent: string[];
}

async function create({ groupId, clients }: Pick<World, 'groupId' | 'clients'>): Promise<void> {
  await clients.ann.create(groupId, 'public');
  await Promise.all([clients.bob.join(groupId), clients.cyd.join(groupId)]);
}

/** Any of it may be refused: the reader is kicked, the message is gone, the author is another one. */
async function take(world: World, { what, actor, back, text }: Step): Promise<unknown> {
  const { groupId, clients, view, sent } = world;
  const client = clients[actor];
  const messageId = sent.at(-1 - back) ?? 'e-1';
  const isViewed = actor === reader;
  switch (what) {
    case 'send': {
      const outcome = await client.send(groupId, text, { metadata: { text } });
      return outcome.ok && sent.push(outcome.result.message_id);
    }
    case 'edit': {
      const message = `${text} ${back}`;
      return isViewed ? view.edit(messageId, message) : client.editMessage(groupId, messageId, message);
    }
    case 'react':
      return isViewed ? view.react(messageId, text) : client.react(groupId, messageId, text);
    case 'unreact':
      return isViewed ? view.unreact(messageId, text) : client.unreact(groupId, messageId, text);
    case 'delete':
      return client.deleteMessage(groupId, messageId, { reason: text });
    case 'pin':
      return clients.ann.pinMessage(groupId, messageId);
    case 'unpin':
      return clients.ann.unpinMessage(groupId, messageId);
    case 'load':
      return view.loadOlder(3);
    case 'kick':
      await clients.ann.request('kick_member', { group_id: groupId, user_id: reader });
      return clients.bob.join(groupId, { ensure: true });
    case 'recreate':
      await clients.ann.request('delete_group', { group_id: groupId });
      sent.length = 0;
      return create(world);
    default:
      clients.bob.close();
      return clients.bob.connect();
  }
}

/** What the log has for the reader, page by page. */
async function readLog(client: Client, groupId: string): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for (;;) {
    const page = await client.history(groupId, { before: entries[0]?.seq ?? 1e9, limit: 7 });
    if (!page.ok) throw new Error(page.failure.error);
    if (page.result.entries.length === 0) return entries;
    entries.unshift(...page.result.entries);
  }
}

async function expectOneState({ groupId, clients, view }: World): Promise<void> {
  const client = clients[reader];
  const log = await readLog(client, groupId);
  const messages = log.filter(({ type }) => type === 'message');
  while (view.hasOlder) await view.loadOlder(6);
  const oldestSeq = log[0]?.seq ?? 0;
  await eventually(() => {
    expect(view.messages.filter(({ seq }) => seq >= oldestSeq)).toEqual(messages);
  });
  for (const message of view.messages.filter(({ seq }) => seq >= oldestSeq)) {
    const read = await client.getMessage(groupId, message.message_id);
    expect(read).toMatchObject({ ok: true });
    if (read.ok) expect(read.result).toEqual(message);
  }
  const info = await client.groupInfo(groupId);
  const pinned = info.ok ? (info.result.pinned ?? []) : [];
  expect(view.pins?.filter(({ seq }) => seq >= oldestSeq)).toEqual(
    pinned.filter(({ seq }) => seq >= oldestSeq),
  );
}

const runsOf = { memory: Number(process.env['PLENUM_VIEW_RUNS'] ?? 10), redis: 2 };

describe.each(engines)('a view of the SDK on %s', (engine) => {
  let service: Service;
  let sdkUsers: readonly SdkUser[];
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings });
    sdkUsers = await Promise.all(users.map((userId) => SdkUser.connect(userId, { url: service.url })));
  });
  afterAll(async () => {
    for (const user of sdkUsers) user.client.close();
    await service[Symbol.asyncDispose]();
  });

  let groups = 0;
  test('ends in the state of the log, after any history', async () => {
    const [ann, bob, cyd] = sdkUsers.map(({ client }) => client);
    if (ann === undefined || bob === undefined || cyd === undefined) throw new Error('all connect');
    const histories = fc.array(step, { minLength: 30, maxLength: 70, size: 'max' });
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        groups += 1;
        const clients = { ann, bob, cyd };
        const groupId = `g${groups}`;
        await create({ groupId, clients });
        const view = createView(bob, groupId, { userId: reader });
        const world = { groupId, clients, view, sent: [] };
        const taken: Promise<unknown>[] = [];
        for (const next of steps) {
          const taking = take(world, next);
          taken.push(taking);
          if (next.isAwaited) await taking;
        }
        await Promise.all(taken);
        await bob.connect();
        await bob.join(groupId, { ensure: true });
        await ann.send(groupId, 'last');
        await eventually(() => expect(view.messages.at(-1)).toMatchObject({ message: 'last' }));
        await expectOneState(world);
        view.close();
        await bob.leave(groupId);
      }),
      { numRuns: runsOf[engine], endOnFailure: true },
    );
  });
});
