/** The delivery worker delivers to the archive. */
import { channel } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { beginDelivery, groupId, neighbour } from './delivery-scene.ts';

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `text ${at + 1}`);

test('every entry reaches the archive in the order of its log, membership changes too', async () => {
  await using scene = await beginDelivery();
  await scene.own();
  await scene.send('one');
  await scene.join('guest');
  await scene.send('two');
  await scene.pass(200);
  expect(scene.saved).toEqual(['created', 'one', 'joined', 'two']);
});

test('an idle outbox is looked at every tick', async () => {
  await using scene = await beginDelivery({ settings: { tickMs: 100 } });
  await scene.own();
  await scene.pass(1000);
  await scene.send('one');
  await scene.pass(120);
  expect(scene.saved).toEqual(['created', 'one']);
});

test('a full batch is followed at once by the next', async () => {
  await using scene = await beginDelivery({ settings: { batchSize: 10, tickMs: 60_000 } });
  await scene.send(...numbered(99));
  await scene.own();
  await scene.pass(100);
  expect(scene.archive.batches.map((batch) => batch.length)).toEqual(Array(10).fill(10));
});

test('a refused entry is retried and then taken, the others are not held up', async () => {
  await using scene = await beginDelivery();
  const [first = ''] = await scene.send('one', 'two');
  scene.archive.refuse(first);
  await scene.own();
  await scene.pass(150);
  expect(scene.saved).toEqual(['created', 'two']);
  const attempts = scene.archive.batches.flat().filter(({ message_id }) => message_id === first).length;
  expect(attempts).toBeGreaterThan(0);
});

test('an entry that is refused six times is a dead letter with its reason', async () => {
  await using scene = await beginDelivery();
  const [first = ''] = await scene.send('one');
  scene.archive.refuse(first);
  await scene.own();
  await scene.pass(8000);
  expect(await scene.letters()).toMatchObject([
    { kind: 'archive', reason: 'refused by the test', attempts: 6, entry: { message: 'one' } },
  ]);
  expect(scene.archive.batches.flat().filter(({ message_id }) => message_id === first)).toHaveLength(6);
});

test('retries wait longer each time', async () => {
  await using scene = await beginDelivery();
  const [first = ''] = await scene.send('one');
  scene.archive.refuse(first);
  const attempts: number[] = [];
  const note = () => void attempts.push(scene.clock.monotonicMs());
  channel('plenum:delivery_retry').subscribe(note);
  onTestFinished(() => void channel('plenum:delivery_retry').unsubscribe(note));
  await scene.own();
  await scene.pass(8000);
  const pauses = attempts.slice(1).map((atMs, at) => atMs - (attempts[at] ?? 0));
  expect(pauses).toHaveLength(4);
  pauses.forEach((pauseMs, at) => {
    expect(pauseMs).toBeGreaterThanOrEqual(50 * 2 ** at);
  });
});

test.each(['throw', 'hang', 'garbage'] as const)(
  'an archive that answers with %s is down: nothing is lost, nothing counts as an attempt',
  async (fault) => {
    await using scene = await beginDelivery();
    scene.archive.fault(fault);
    await scene.send(...numbered(20));
    await scene.own();
    await scene.pass(60_000);
    expect(scene.saved).toEqual([]);
    scene.archive.fault(null);
    await scene.pass(8000);
    expect(scene.saved).toEqual(['created', ...numbered(20)]);
    expect(await scene.letters()).toEqual([]);
  },
);

test('an archive that is down is asked rarely', async () => {
  await using scene = await beginDelivery();
  scene.archive.fault('throw');
  await scene.own();
  await scene.pass(60_000);
  expect(scene.archive.batches.length).toBeLessThan(30);
});

test('an archive that is down does not hold up the notifier', async () => {
  await using scene = await beginDelivery({ hasNotifier: true });
  await scene.join('guest');
  scene.archive.fault('hang');
  await scene.own();
  await scene.send('one');
  await scene.pass(300);
  expect(scene.notifier.sent.map(({ message }) => message.message)).toEqual(['one']);
});

test('an entry that makes a naive archive throw becomes a dead letter; all others are saved', async () => {
  await using scene = await beginDelivery();
  const ids = await scene.send(...numbered(60));
  const poison = ids[30];
  const save = scene.archive.save.bind(scene.archive);
  scene.archive.save = (entries, call) =>
    entries.some(({ message_id }) => message_id === poison)
      ? Promise.reject(new Error('cannot digest this'))
      : save(entries, call);
  await scene.own();
  await scene.pass(30_000);
  expect(scene.saved).toEqual(['created', ...numbered(60).filter((text) => text !== 'text 31')]);
  // Only new entries distinguish it from an archive that is down.
  for (let more = 0; more < 12; more += 1) {
    await scene.send(`more ${more}`);
    await scene.pass(5000);
  }
  expect((await scene.letters()).map(({ messageId }) => messageId)).toEqual([poison]);
});

test('a dead letter that is sent again reaches an archive that has changed its mind', async () => {
  await using scene = await beginDelivery({ settings: { maxRetries: 0 } });
  const [first = ''] = await scene.send('one');
  scene.archive.refuse(first);
  await scene.own();
  await scene.pass(500);
  const [letter] = await scene.letters();
  scene.archive.forgive();
  await scene.engine.deadLetters.retry(letter?.id ?? '');
  await scene.pass(2500);
  expect(scene.saved).toEqual(['created', 'one']);
  expect(await scene.letters()).toEqual([]);
});

test('an archive that refuses everything fills the room; sent again after repair, all is saved', async () => {
  const settings = { batchSize: 2, maxRetries: 1 };
  await using scene = await beginDelivery({ settings, roomQueueLimit: 11 });
  const ids = await scene.send(...numbered(10));
  scene.archive.refuse(...ids);
  await scene.own();
  await scene.pass(10_000);
  expect(await scene.letters()).toHaveLength(10);
  await scene.send('one more');
  await expect(scene.send('too many')).rejects.toThrow('room_overloaded');
  scene.archive.forgive();
  for (const { id } of await scene.letters()) await scene.engine.deadLetters.retry(id);
  await scene.pass(10_000);
  expect(new Set(scene.saved)).toEqual(new Set(['created', ...numbered(10), 'one more']));
  expect(await scene.letters()).toEqual([]);
  await scene.send(...numbered(5));
});

test('dead letters of one group block that group alone; a deleted one makes room for a message', async () => {
  const settings = { batchSize: 2, maxRetries: 0, deadLettersMax: 2 };
  await using scene = await beginDelivery({ settings, roomQueueLimit: 4 });
  const ids = await scene.send(...numbered(3));
  scene.archive.refuse(...ids);
  await scene.own();
  await scene.pass(5000);
  expect(await scene.letters()).toHaveLength(3);
  const other = neighbour();
  await scene.create(other);
  for (const text of numbered(3)) await scene.sendTo(other, text);
  await scene.pass(5000);
  expect(scene.saved).toEqual(['created', 'created', ...numbered(3)]);
  scene.archive.fault('throw');
  await scene.send('the last one');
  await expect(scene.send('too many')).rejects.toThrow('room_overloaded');
  const [oldest] = await scene.letters();
  await scene.engine.deadLetters.delete(oldest?.id ?? '');
  await scene.send('in the place of the letter');
});

test('the next owner continues where the last one stopped, and repeats what was not committed', async () => {
  await using scene = await beginDelivery();
  const handOver = await scene.own('node-1');
  await scene.send('one');
  await scene.pass(200);
  await handOver();
  await scene.send('two');
  await scene.own('node-2');
  await scene.pass(200);
  const calls = scene.archive.batches.flat().map(({ seq }) => seq);
  expect(calls).toEqual([1, 2, 3]);
});

test('a room above its limit is refused while the archive is down and open again when it is back', async () => {
  await using scene = await beginDelivery({ roomQueueLimit: 6 });
  scene.archive.fault('throw');
  await scene.own();
  await scene.send(...numbered(5));
  await expect(scene.send('too many')).rejects.toThrow('room_overloaded');
  scene.archive.fault(null);
  await scene.pass(8000);
  await scene.send('again');
});

test('a group whose entries all make the archive fail does not keep it from another group', async () => {
  await using scene = await beginDelivery();
  const other = neighbour();
  await scene.own();
  await scene.pass(200);
  const save = scene.archive.save.bind(scene.archive);
  scene.archive.save = (entries, call) =>
    entries.some(({ group_id }) => group_id === groupId)
      ? Promise.reject(new Error('no'))
      : save(entries, call);
  await scene.send(...numbered(20));
  await scene.create(other);
  await scene.sendTo(other, 'quiet 1');
  await scene.pass(10_000);
  await scene.sendTo(other, 'quiet 2');
  await scene.pass(30_000);
  expect(scene.saved).toEqual(['created', 'created', 'quiet 1', 'quiet 2']);
});
