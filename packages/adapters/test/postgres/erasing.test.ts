/** The messages of one user are erased: no table has a text of it, and its messages that come later are tombstones. */
import { systemClock } from '@plenum/core';
import { SERVICE, userIdSchema } from '@plenum/protocol';
import {
  obtainPostgresForTests,
  type PostgresForTests,
  patient,
  sampleChange,
  sampleEvent,
  sampleGroup,
  sampleMessage,
} from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPostgresArchive, type PostgresArchive } from '../../src/index.ts';
import { allRows, dropSchema, freshSchema, silentLogger } from './archive-under-test.ts';

let postgres: PostgresForTests;
let url: string;
let archive: PostgresArchive;
beforeAll(async () => {
  postgres = await obtainPostgresForTests();
});
afterAll(() => postgres.dispose());
beforeEach(async () => {
  url = await freshSchema(postgres.url);
  archive = createPostgresArchive({ url, logger: silentLogger, clock: systemClock });
});
afterEach(async () => {
  await archive.close();
  await dropSchema(url);
});

const writer = sampleMessage({ seq: 1 }).from_user_id;
const bob = userIdSchema.parse('bob-the-reader');
const untilMs = Date.parse(sampleMessage({ seq: 1 }).timestamp) + 86_400_000;
const erase = (limit = 1000) => archive.eraseMessages({ userId: writer, untilMs, limit }, patient());
const read = () =>
  archive.read(
    {
      groupId: sampleGroup,
      stretches: [{ epoch: sampleMessage({ seq: 1 }).epoch, endSeq: 100 }],
      afterSeq: 0,
      beforeSeq: 1000,
      limit: 200,
      from: 'oldest',
      reader: null,
    },
    patient(),
  );
const secret = (seq: number) => sampleMessage({ seq, message: `secret ${seq}` });
const edit = (seq: number, of: number) =>
  sampleChange({ seq, type: 'edited', of, message: `secret edit ${seq}`, edits: 1, actor_id: writer });

test('in batches, with edits and replaced texts; tombstones stay, and others keep theirs', async () => {
  const kept = { ...sampleMessage({ seq: 6, message: 'kept' }), from_user_id: bob };
  await archive.save([secret(1), secret(2), secret(3), edit(4, 1), kept], patient());
  await archive.save([sampleChange({ seq: 7, type: 'reacted', of: 2, reaction: 'x', count: 1 })], patient());
  // The message of this edit never came.
  await archive.save([edit(8, 5)], patient());
  expect([await erase(2), await erase(2), await erase(2)]).toEqual([
    { erased: 2 },
    { erased: 2 },
    { erased: 0 },
  ]);
  expect(await allRows(url)).not.toContain('secret');
  const entries = await read();
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 6, 7, 8]);
  expect(entries[0]).toMatchObject({
    type: 'message',
    deleted: true,
    deleted_by: SERVICE,
    from_user_id: writer,
  });
  expect(entries[4]).toMatchObject({ message: 'kept' });
  const found = { groupId: sampleGroup, stretches: [], afterSeq: 0, beforeSeq: 100, limit: 10, reader: null };
  expect(await archive.search({ ...found, query: 'secret' }, patient())).toEqual([]);
});

test('what comes later is a tombstone, and a message after the erasure stays', async () => {
  await erase();
  const later = { ...secret(3), message: 'welcome back', timestamp: new Date(untilMs + 1000).toISOString() };
  await archive.save([secret(1), later], patient());
  await archive.save([edit(4, 2), edit(5, 1)], patient());
  await archive.save([secret(2)], patient());
  expect(await allRows(url)).not.toContain('secret');
  const entries = await read();
  expect(entries.map((entry) => 'deleted' in entry && entry.deleted)).toEqual([
    true,
    true,
    false,
    true,
    true,
  ]);
  expect(entries[2]).toMatchObject({ message: 'welcome back' });
});

test('notes of requests to join go, also of those that come later, and others keep theirs', async () => {
  const untilIso = new Date(untilMs + 1000).toISOString();
  const requested = (seq: number, fields: object = {}) => {
    const note = { note: `secret ${seq}` };
    return { ...sampleEvent(seq), type: 'requested', user_id: writer, ...note, ...fields } as const;
  };
  const other = { user_id: bob, note: 'note of bob' };
  await archive.save([requested(1), requested(2, other), sampleEvent(3)], patient());
  expect(await erase()).toEqual({ erased: 0 });
  await archive.save([requested(4), requested(5, { note: 'asks again', timestamp: untilIso })], patient());
  await archive.save([requested(6), secret(7)], patient());
  expect(await allRows(url)).not.toContain('secret');
  const entries = await read();
  const notes = entries.map((entry) => ('note' in entry ? entry.note : undefined));
  expect(notes).toEqual([undefined, 'note of bob', undefined, undefined, 'asks again', undefined, undefined]);
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});
