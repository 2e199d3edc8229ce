/** What only PostgreSQL does to changed messages: an older schema with rows, previous texts, take-downs in every table. */
import { systemClock } from '@plenum/core';
import {
  obtainPostgresForTests,
  type PostgresForTests,
  patient,
  sampleChange,
  sampleGroup,
  sampleMessage,
  sampleMessages,
} from '@plenum/testkit';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPostgresArchive, type PostgresArchive } from '../../src/index.ts';
import { allRows, dropSchema, freshSchema, silentLogger, statements } from './archive-under-test.ts';

let postgres: PostgresForTests;
let url: string;
const open: PostgresArchive[] = [];

function archiveAt(at: string, keepsPreviousTexts = true): PostgresArchive {
  const archive = createPostgresArchive({
    url: at,
    logger: silentLogger,
    clock: systemClock,
    keepsPreviousTexts,
  });
  open.push(archive);
  return archive;
}

beforeAll(async () => {
  postgres = await obtainPostgresForTests();
});
afterAll(() => postgres.dispose());
beforeEach(async () => {
  url = await freshSchema(postgres.url);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((archive) => archive.close()));
  await dropSchema(url);
});

const [message = sampleMessage({ seq: 1 })] = sampleMessages(1, 1);
const page = {
  groupId: sampleGroup,
  stretches: [{ epoch: message.epoch, endSeq: 100 }],
  afterSeq: 0,
  beforeSeq: 1000,
  limit: 200,
  from: 'oldest',
  reader: null,
} as const;
const edit = (seq: number, edits: number) =>
  sampleChange({ seq, type: 'edited', of: 1, message: `text ${edits}`, edits });

/** The statements of the first version, verbatim. */
const firstVersion = [
  'CREATE TABLE plenum_schema (step int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
  `CREATE TABLE plenum_entries (
     message_id text PRIMARY KEY,
     group_id text NOT NULL,
     epoch text NOT NULL,
     seq bigint NOT NULL,
     type text NOT NULL,
     user_id text NOT NULL,
     request_id text,
     message text,
     at timestamptz NOT NULL,
     details json
   )`,
  'INSERT INTO plenum_schema (step) VALUES (1)',
  'CREATE INDEX plenum_entries_position ON plenum_entries (group_id, epoch, seq)',
  'INSERT INTO plenum_schema (step) VALUES (2)',
];
const insertOfFirstVersion = `INSERT INTO plenum_entries (message_id, group_id, epoch, seq, type, user_id, request_id, message, at, details)
  SELECT $1, $2, $3, $4, 'message', $5, $6, $7, $8, NULL ON CONFLICT (message_id) DO NOTHING`;

async function insertAsFirstVersion(...messages: readonly (typeof message)[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const one of messages) {
    const { message_id, group_id, epoch, seq, from_user_id, request_id, message: text, timestamp } = one;
    const values = [message_id, group_id, epoch, seq, from_user_id, request_id, text, timestamp];
    await client.query(insertOfFirstVersion, values);
  }
  await client.end();
}

test('an archive of the first version is migrated with its rows, which can then be changed', async () => {
  const messages = sampleMessages(1, 3);
  await statements(url, ...firstVersion);
  await insertAsFirstVersion(...messages);
  await Promise.all(Array.from({ length: 4 }, () => archiveAt(url).ready()));
  const archive = archiveAt(url);
  expect(await archive.read(page, patient())).toEqual(messages);
  await archive.save([edit(4, 1), sampleChange({ seq: 5, type: 'deleted', of: 2 })], patient());
  const [first, second, third] = await archive.read(page, patient());
  expect(first).toMatchObject({ message: 'text 1', edits: 1 });
  expect(second).toMatchObject({ deleted: true, seq: 2 });
  expect(third).toEqual(messages[2]);
});

test('a node of the first version beside this one does not bring back a text that was taken down', async () => {
  const archive = archiveAt(url);
  await archive.save([sampleChange({ seq: 2, type: 'deleted', of: 1 })], patient());
  await insertAsFirstVersion(message);
  expect(await allRows(url)).not.toContain(message.message);
});

test('previous texts are kept in order in a table of their own, whatever comes first', async () => {
  await archiveAt(url).save([edit(3, 2)], patient());
  await archiveAt(url).save([message, edit(2, 1)], patient());
  await archiveAt(url).save([edit(4, 3), message], patient());
  const kept = await statements(url, 'SELECT edits, message FROM plenum_previous_texts ORDER BY edits');
  expect(kept).toEqual([
    { edits: 0, message: message.message },
    { edits: 1, message: 'text 1' },
    { edits: 2, message: 'text 2' },
  ]);
  const now = await statements(url, "SELECT message FROM plenum_entries WHERE type = 'message'");
  expect(now).toEqual([{ message: 'text 3' }]);
});

test('with the setting off, no table has a text that an edit has replaced', async () => {
  const archive = archiveAt(url, false);
  await archive.save([edit(3, 2)], patient());
  await archive.save([message, edit(2, 1), edit(4, 3)], patient());
  const rows = await allRows(url);
  expect(rows).toContain('text 3');
  for (const text of [message.message, 'text 1', 'text 2']) expect(rows).not.toContain(text);
});

test('after a take-down no table has any text of the message, nor a reaction', async () => {
  const archive = archiveAt(url);
  const reacted = sampleChange({ seq: 4, type: 'reacted', of: 1, actor_id: 'bob', reaction: '👍', count: 1 });
  const secret = { ...message, metadata: { a: 'text of metadata' } };
  await archive.save([secret, edit(2, 1), edit(3, 2), reacted], patient());
  const takeDown = sampleChange({ seq: 5, type: 'deleted', of: 1 });
  await archive.save([takeDown], patient());
  await archive.save([reacted, edit(3, 2), secret, edit(2, 1), takeDown], patient());
  const rows = await allRows(url);
  for (const text of [message.message, 'text', '👍 "']) expect(rows).not.toContain(text);
  expect(await statements(url, 'SELECT * FROM plenum_reactions')).toEqual([]);
});

test('a take-down and its late message from two nodes at once, many times: the text never stays', async () => {
  const [one, other] = [archiveAt(url), archiveAt(url)];
  await one.ready();
  for (let seq = 1; seq <= 200; seq += 1) {
    const late = sampleMessage({ seq, message: `secret ${seq}` });
    const takeDown = sampleChange({ seq: seq + 1000, type: 'deleted', of: seq });
    await Promise.all([one.save([late], patient()), other.save([takeDown], patient())]);
  }
  expect(await allRows(url)).not.toContain('secret');
});

test('an edit that PostgreSQL refuses is named alone, and the rest of the batch is saved', async () => {
  const archive = archiveAt(url);
  const bad = { ...edit(3, 2), message: 'a NUL: \0' };
  const outcome = await archive.save([message, edit(2, 1), bad, sampleMessage({ seq: 4 })], patient());
  expect(outcome?.refused.map(({ message_id }) => message_id)).toEqual([bad.message_id]);
  const shown = await archive.read(page, patient());
  expect(shown.map(({ seq }) => seq)).toEqual([1, 2, 4]);
  expect(shown[0]).toMatchObject({ message: 'text 1', edits: 1 });
});

test('after a failover has lost a change, the change that took its seq counts', async () => {
  const archive = archiveAt(url);
  const lost = edit(5, 1);
  const later = {
    ...edit(4, 1),
    epoch: 'fedcba9876543210',
    message_id: 'fedcba9876543210-4',
    message: 'kept',
  };
  await archive.save([message, lost], patient());
  await archive.save(
    [{ ...later, timestamp: new Date(Date.parse(lost.timestamp) + 1).toISOString() }],
    patient(),
  );
  expect((await archive.read(page, patient()))[0]).toMatchObject({ message: 'kept', state_seq: 4 });
});
