/** Histories continue in the archive where the log ends. */

import { expect, test } from 'vitest';
import { callerOf, groupId, operationsOf } from './archived-scene.ts';
import { beginDelivery, type DeliveryScene } from './delivery-scene.ts';

/** A log of 21 entries, of which it still has the last 5; all are archived. */
async function trimmed(): Promise<DeliveryScene> {
  const scene = await beginDelivery({ historyMaxEntries: 5 });
  await scene.own();
  await scene.send(...Array.from({ length: 20 }, (_, at) => `text ${at + 1}`));
  await scene.pass(300);
  return scene;
}

async function history(scene: DeliveryScene, page: { after?: number; before?: number; limit?: number }) {
  const outcome = await operationsOf(scene).history(callerOf('owner'), {
    group_id: groupId,
    limit: 50,
    ...page,
  });
  if (!outcome.ok) return outcome.failure.code;
  const { entries, oldest_seq: oldest } = outcome.result;
  return { seqs: entries.map(({ seq }) => seq), oldest, text: JSON.stringify(entries) };
}

const from = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, at) => first + at);

test.each([
  [{}, from(1, 21)],
  [{ limit: 3 }, from(19, 21)],
  [{ before: 18 }, from(1, 17)],
  [{ before: 18, limit: 4 }, from(14, 17)],
  [{ before: 10, limit: 4 }, from(6, 9)],
  [{ after: 0, limit: 4 }, from(1, 4)],
  [{ after: 14, limit: 5 }, from(15, 19)],
  [{ after: 18 }, from(19, 21)],
])('a page %j is dense, wherever its entries are kept', async (page, seqs) => {
  await using scene = await trimmed();
  expect(await history(scene, page)).toMatchObject({ seqs, oldest: 1 });
});

test('a page ends at a gap between archive and log, and says from where on all is there', async () => {
  await using scene = await trimmed();
  const read = scene.archive.read.bind(scene.archive);
  scene.archive.read = async (page, call) => (await read(page, call)).filter(({ seq }) => seq !== 16);
  expect(await history(scene, {})).toMatchObject({ seqs: from(17, 21), oldest: 17 });
  expect(await history(scene, { after: 13 })).toMatchObject({ seqs: [14, 15] });
  expect(await history(scene, { after: 15 })).toMatchObject({ seqs: from(17, 21), oldest: 17 });
});

test('when the archive fails a page has what the log has; a page below the log is unavailable', async () => {
  await using scene = await trimmed();
  scene.archive.fault('throw');
  expect(await history(scene, {})).toMatchObject({ seqs: from(17, 21), oldest: 1 });
  expect(await history(scene, { before: 17 })).toBe('unavailable');
  expect(await history(scene, { after: 3 })).toBe('unavailable');
});

test('nothing is believed of an archive that answers with entries of another page', async () => {
  await using scene = await trimmed();
  const read = scene.archive.read.bind(scene.archive);
  scene.archive.read = (page, call) => read({ ...page, beforeSeq: 1000, limit: 1000 }, call);
  expect(await history(scene, { before: 10, limit: 4 })).toBe('unavailable');
});

test('an archived message has no text from its end on, also while its take-down is on its way', async () => {
  await using scene = await trimmed();
  const read = scene.archive.read.bind(scene.archive);
  const ends = new Map([
    [4, '2000-01-01T00:00:00.000Z'],
    [5, '9999-01-01T00:00:00.000Z'],
  ]);
  scene.archive.read = async (page, call) =>
    (await read(page, call)).map((entry) => {
      const expires_at = ends.get(entry.seq);
      return expires_at === undefined ? entry : { ...entry, expires_at };
    });
  const page = await history(scene, { after: 2, limit: 4 });
  expect(page).toMatchObject({ seqs: [3, 4, 5, 6] });
  expect(page).toMatchObject({ text: expect.stringContaining('"deleted_at":"2000-01-01T00:00:00.000Z"') });
  expect(page).not.toMatchObject({ text: expect.stringContaining('"text 3"') });
  expect(page).toMatchObject({ text: expect.stringContaining('"text 4"') });
});
