/** The delivery worker delivers to the notifier. */
import { userIdSchema } from '@plenum/protocol';
import { messageDraft } from '@plenum/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { type DeliverySettings, watchTelemetry } from '../../src/index.ts';
import { beginDelivery, groupId, neighbour } from './delivery-scene.ts';

const users = (count: number) => Array.from({ length: count }, (_, at) => `user-${at + 1}`);

test('a message is notified to all members but its sender, and a membership change is not', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('guest', 'other');
  await scene.own();
  await scene.send('one');
  await scene.pass(200);
  expect(scene.notifier.sent).toMatchObject([
    {
      recipients: [
        { user_id: 'guest', online: false },
        { user_id: 'other', online: false },
      ],
      message: { type: 'message', message: 'one', from_user_id: 'owner' },
    },
  ]);
});

test('a user who became a member after a message is not notified of it', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('guest');
  await scene.send('before');
  await scene.join('latecomer');
  await scene.send('after');
  await scene.own();
  await scene.pass(200);
  const sent = scene.notifier.sent.map(({ recipients, message }) => [
    message.message,
    recipients.map(({ user_id }) => user_id),
  ]);
  expect(sent).toEqual([
    ['before', ['guest']],
    ['after', ['guest', 'latecomer']],
  ]);
});

test('members of a new group hear nothing of a message that its id was sent before', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('guest');
  await scene.send('of the old group');
  await scene.remove();
  await scene.create();
  await scene.join('stranger');
  await scene.own();
  await scene.pass(200);
  expect(scene.notifier.sent).toEqual([]);
});

test('the notifier is not called for a message without recipients', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.own();
  await scene.send('to myself');
  await scene.pass(200);
  expect(scene.notifier.calls).toBe(0);
});

test('a recipient whom the message mentions is marked as mentioned', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('ann', 'bob');
  await scene.own();
  const mentions = userIdSchema.array().parse(['bob', 'owner', 'stranger']);
  await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', extras: { mentions } }));
  await scene.pass(200);
  expect(scene.notifier.sent).toMatchObject([{ message: { mentions: ['bob', 'owner'] } }]);
  expect(scene.notifier.sent[0]?.recipients).toEqual([
    { user_id: 'ann', online: false },
    { user_id: 'bob', online: false, mentioned: true },
  ]);
});

test('a large group is notified page by page, each member once', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join(...users(1200));
  await scene.own();
  await scene.send('one');
  await scene.pass(400);
  expect(scene.notifier.sent.map(({ recipients }) => recipients.length)).toEqual([499, 500, 201]);
  const sent = scene.notifier.sent.flatMap(({ recipients }) => recipients.map(({ user_id }) => user_id));
  expect(new Set(sent)).toEqual(new Set(users(1200)));
});

test('pages that were notified before a failure are not notified again, nor by the next owner', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join(...users(1200));
  const notify = scene.notifier.notify.bind(scene.notifier);
  scene.notifier.notify = (recipients, message, call) => {
    if (scene.notifier.sent.length === 1) scene.notifier.fault('throw');
    return notify(recipients, message, call);
  };
  const handOver = await scene.own('node-1');
  await scene.send('one');
  await scene.pass(1000);
  await handOver();
  scene.notifier.notify = notify;
  scene.notifier.fault(null);
  await scene.own('node-2');
  await scene.pass(1000);
  expect(scene.notifier.sent.map(({ recipients }) => recipients.length)).toEqual([499, 500, 201]);
});

test('a refused message is retried from the page that was refused, and then buried', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('guest');
  const [first = ''] = await scene.send('one', 'two');
  scene.notifier.refuse(first);
  await scene.own();
  await scene.pass(8000);
  expect(scene.notifier.sent.map(({ message }) => message.message)).toEqual(['two']);
  expect(await scene.letters()).toMatchObject([{ kind: 'notifier', attempts: 6, entry: { message: 'one' } }]);
});

/** A flooding group, and another one of its partition. */
async function twoGroups(settings: Partial<DeliverySettings>) {
  const scene = await beginDelivery({ hasArchive: false, hasNotifier: true, settings });
  const quiet = neighbour();
  await scene.create(quiet);
  await scene.join('guest');
  await scene.joinTo(quiet, 'guest');
  let dropped = 0;
  const end = watchTelemetry('dead_letters_dropped', ({ entries }) => {
    dropped += entries;
  });
  onTestFinished(end);
  const lettersOf = async (id: string) =>
    (await scene.letters())
      .filter((letter) => letter.groupId === id)
      .map(({ entry }) => (entry?.type === 'message' ? entry.message : entry?.type));
  return {
    ...{ scene, quiet, lettersOf },
    sentIn: (id: string) =>
      scene.notifier.sent
        .filter(({ message }) => message.group_id === id)
        .map(({ message }) => message.message),
    get dropped() {
      return dropped;
    },
    [Symbol.asyncDispose]: () => scene[Symbol.asyncDispose](),
  };
}

const numbered = (word: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${word} ${at + 1}`);

test('the head of a line above its cap steps aside, and all of the line is notified once', async () => {
  const settings = { notifierBacklogMax: 3, batchSize: 4 };
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true, settings });
  await scene.join('guest');
  const texts = numbered('text', 12);
  await scene.send(...texts);
  await scene.own();
  await scene.pass(1000);
  expect(scene.notifier.sent.map(({ message }) => message.message).toSorted()).toEqual(texts.toSorted());
  expect(await scene.letters()).toEqual([]);
});

test('a group that floods while the notifier is away gives up only its own oldest messages', async () => {
  await using groups = await twoGroups({ notifierBacklogMax: 5, batchSize: 4, deadLettersMax: 3 });
  const { scene, quiet } = groups;
  scene.notifier.fault('throw');
  await scene.own();
  await scene.sendTo(quiet, 'quiet 1');
  const flood = numbered('flood', 40);
  for (const text of flood) await scene.send(text);
  await scene.sendTo(quiet, 'quiet 2');
  await scene.pass(3000);
  scene.notifier.fault(null);
  await scene.pass(12_000);
  expect(groups.sentIn(quiet).toSorted()).toEqual(['quiet 1', 'quiet 2']);
  expect(await groups.lettersOf(quiet)).toEqual([]);
  const sent = groups.sentIn(groupId);
  const letters = await groups.lettersOf(groupId);
  expect(letters).toHaveLength(3);
  expect(sent.length + letters.length + groups.dropped).toBe(flood.length);
  expect(new Set([...sent, ...letters]).size).toBe(sent.length + letters.length);
  expect((await scene.letters()).map(({ reason }) => reason)).toEqual(['backlog', 'backlog', 'backlog']);
});

test('a group whose notifications are all refused blocks no other and drops none of its letters', async () => {
  await using groups = await twoGroups({ deadLettersMax: 3, maxRetries: 2 });
  const { scene, quiet } = groups;
  const refusedOfQuiet = await scene.sendTo(quiet, 'quiet refused');
  scene.notifier.refuse(refusedOfQuiet);
  await scene.own();
  await scene.pass(2000);
  expect(await groups.lettersOf(quiet)).toEqual(['quiet refused']);
  const refused = await scene.send(...numbered('refused', 20));
  scene.notifier.refuse(...refused);
  await scene.sendTo(quiet, 'quiet 1');
  // Before all of the refused have died.
  await scene.pass(150);
  expect(groups.sentIn(quiet)).toEqual(['quiet 1']);
  await scene.pass(3000);
  await scene.send('taken again');
  await scene.pass(200);
  expect(groups.sentIn(groupId)).toEqual(['taken again']);
  expect(await groups.lettersOf(quiet)).toEqual(['quiet refused']);
  expect(await groups.lettersOf(groupId)).toHaveLength(3);
  expect(groups.dropped).toBe(17);
});

test('a flood that never ends leaves the notifier time for the other groups', async () => {
  await using groups = await twoGroups({ notifierBacklogMax: 20, batchSize: 10, deadLettersMax: 30 });
  const { scene, quiet } = groups;
  scene.notifier.fault('slow');
  await scene.own();
  for (let second = 1; second <= 6; second += 1) {
    await scene.sendTo(quiet, `quiet ${second}`);
    for (let turn = 0; turn < 10; turn += 1) {
      await scene.send(...numbered(`flood ${second}.${turn}`, 10));
      await scene.pass(100);
    }
  }
  await scene.pass(2000);
  expect(groups.sentIn(quiet).toSorted()).toEqual(numbered('quiet', 6));
  expect(await groups.lettersOf(quiet)).toEqual([]);
  expect(groups.dropped).toBeGreaterThan(0);
});

test("above the limit of a group its oldest dead letters are dropped, except the archive's own", async () => {
  const settings = { deadLettersMax: 2, maxRetries: 0 };
  await using scene = await beginDelivery({ hasNotifier: true, settings });
  let dropped = 0;
  const end = watchTelemetry('dead_letters_dropped', ({ kind, entries }) => {
    if (kind === 'notifier') dropped += entries;
  });
  onTestFinished(end);
  await scene.join('guest');
  const [first = '', ...others] = await scene.send('one', 'two', 'three', 'four', 'five');
  scene.archive.refuse(first);
  scene.notifier.refuse(first, ...others);
  await scene.own();
  await scene.pass(5000);
  const letters = (await scene.letters()).map(({ kind, messageId }) => [kind, messageId]);
  expect(letters).toEqual(
    expect.arrayContaining([['archive', first], ...others.slice(-2).map((id) => ['notifier', id])]),
  );
  expect(letters).toHaveLength(3);
  expect(dropped).toBe(3);
});

test('a notifier that hangs does not hold up the archive', async () => {
  await using scene = await beginDelivery({ hasNotifier: true });
  await scene.join('guest');
  scene.notifier.fault('hang');
  await scene.own();
  await scene.send('one', 'two');
  await scene.pass(300);
  expect(scene.saved).toEqual(['created', 'joined', 'one', 'two']);
});

test('retries that take long do not hold up what is new', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('guest');
  scene.notifier.refuse(...(await scene.send(...Array.from({ length: 60 }, (_, at) => `text ${at + 1}`))));
  const handOver = await scene.own('node-1');
  await scene.pass(400);
  await handOver();
  // Until all of them are due.
  await scene.pass(2000);
  scene.notifier.fault('slow');
  await scene.own('node-2');
  await scene.pass(200);
  await scene.send('new');
  await scene.pass(1200);
  expect(scene.notifier.sent.map(({ message }) => message.message)).toEqual(['new']);
});

test('a retry at which the notifier hangs does not keep the others from being tried', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('guest');
  const notify = scene.notifier.notify.bind(scene.notifier);
  let refusals = 3;
  scene.notifier.notify = async (recipients, message, call) => {
    if (message.message === 'poison') return new Promise(() => {});
    refusals -= 1;
    return refusals < 0 ? notify(recipients, message, call) : { refused: 'not yet' };
  };
  await scene.own();
  await scene.send('poison', 'sound');
  await scene.pass(30_000);
  expect(scene.notifier.sent.map(({ message }) => message.message)).toEqual(['sound']);
});

test('a group whose messages all make the notifier fail does not keep it from another group', async () => {
  await using groups = await twoGroups({});
  const { scene, quiet } = groups;
  const notify = scene.notifier.notify.bind(scene.notifier);
  scene.notifier.notify = (recipients, message, call) =>
    message.group_id === groupId ? Promise.reject(new Error('no')) : notify(recipients, message, call);
  await scene.own();
  await scene.send(...numbered('poison', 20));
  await scene.sendTo(quiet, 'quiet 1');
  await scene.pass(5000);
  expect(groups.sentIn(quiet)).toEqual(['quiet 1']);
  // By now the notifier is left alone most of the time.
  await scene.pass(20_000);
  await scene.sendTo(quiet, 'quiet 2');
  await scene.pass(20_000);
  expect(groups.sentIn(quiet)).toEqual(['quiet 1', 'quiet 2']);
  expect(await groups.lettersOf(quiet)).toEqual([]);
});

test('after an outage each message of each group is notified once, in order, and none is dropped', async () => {
  await using groups = await twoGroups({});
  const { scene, quiet } = groups;
  scene.notifier.fault('throw');
  await scene.own();
  for (const [at, text] of numbered('text', 10).entries()) {
    await scene.send(text);
    await scene.sendTo(quiet, numbered('quiet', 10)[at] ?? '');
    await scene.pass(2000);
  }
  scene.notifier.fault(null);
  await scene.pass(8000);
  expect(groups.sentIn(groupId)).toEqual(numbered('text', 10));
  expect(groups.sentIn(quiet)).toEqual(numbered('quiet', 10));
  expect(await scene.letters()).toEqual([]);
});

test('a group at whose messages the notifier fails does not hold up a sound one before it', async () => {
  await using groups = await twoGroups({});
  const { scene, quiet } = groups;
  const notify = scene.notifier.notify.bind(scene.notifier);
  scene.notifier.notify = (recipients, message, call) =>
    message.group_id === groupId ? Promise.reject(new Error('no')) : notify(recipients, message, call);
  scene.notifier.fault('throw');
  await scene.own();
  await scene.sendTo(quiet, 'quiet 1');
  await scene.send(...numbered('poison', 20));
  await scene.pass(12_000);
  scene.notifier.fault(null);
  await scene.pass(15_000);
  expect(groups.sentIn(quiet)).toEqual(['quiet 1']);
});

test('a group at whose messages the notifier fails does not hold up one many batches behind it', async () => {
  await using groups = await twoGroups({ batchSize: 10 });
  const { scene, quiet } = groups;
  const notify = scene.notifier.notify.bind(scene.notifier);
  scene.notifier.notify = (recipients, message, call) =>
    message.group_id === groupId ? Promise.reject(new Error('no')) : notify(recipients, message, call);
  await scene.own();
  await scene.send(...numbered('poison', 60));
  for (const text of numbered('quiet', 3)) {
    await scene.sendTo(quiet, text);
    await scene.pass(30_000);
    expect(groups.sentIn(quiet)).toContain(text);
  }
  expect(groups.sentIn(quiet)).toEqual(numbered('quiet', 3));
});
