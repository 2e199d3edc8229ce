/** Messages are found in PostgreSQL by their words, in the range of a search only. */
import { type ArchiveSearch, systemClock } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import {
  obtainPostgresForTests,
  type PostgresForTests,
  patient,
  sampleChange,
  sampleEvent,
  sampleGroup,
  sampleMessage,
} from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresArchive, type PostgresArchive } from '../../src/index.ts';
import { dropSchema, freshSchema, silentLogger, statements } from './archive-under-test.ts';

let postgres: PostgresForTests;
let url: string;
let archive: PostgresArchive;

const texts = [
  'Lunch at noon?',
  'the lunch was good, thank you',
  'release notes of Plenum 2',
  'notes about the release',
  'Où est le café? été',
  'g room:archive',
  "quotes ' and \\ and 'g room:other'",
  '🐘 👍',
];
const other = groupIdSchema.parse('room:other');
const { epoch } = sampleMessage({ seq: 1 });
const all = { stretches: [{ epoch, endSeq: 100 }], afterSeq: 0, beforeSeq: 1000, limit: 50, reader: null };

beforeAll(async () => {
  postgres = await obtainPostgresForTests();
  url = await freshSchema(postgres.url);
  archive = createPostgresArchive({ url, logger: silentLogger, clock: systemClock });
  const messages = texts.map((message, at) => sampleMessage({ seq: at + 1, message }));
  const elsewhere = sampleMessage({ seq: 50, groupId: other, message: 'lunch elsewhere' });
  const lost = sampleMessage({ seq: 3, epoch: 'lost', message: 'lunch that was lost' });
  await archive.save([...messages, elsewhere, lost, { ...sampleEvent(20), reason: 'lunch' }], patient());
});
afterAll(async () => {
  await archive.close();
  await dropSchema(url);
  await postgres.dispose();
});

async function seqs(query: string, search: Partial<ArchiveSearch> = {}): Promise<number[]> {
  const found = await archive.search({ groupId: sampleGroup, query, ...all, ...search }, patient());
  return found.map(({ seq }) => seq);
}

test.each<[string, readonly number[]]>([
  ['lunch', [2, 1]],
  ['LUNCH noon', [1]],
  ['lunch -good', [1]],
  ['noon or release', [4, 3, 1]],
  ['release notes', [4, 3]],
  ['"release notes"', [3]],
  ['été', [5]],
  ['elsewhere', []],
  ['lost', []],
  ["'", []],
  ['!!! ??', []],
  ['-', []],
  ['&|!():*<->', []],
  ["'g room:archive'", [6]],
  ['-nothing', [8, 7, 6, 5, 4, 3, 2, 1]],
])('%s finds %j', async (query, expected) => {
  expect(await seqs(query)).toEqual(expected);
});

test('a page ends at its limit, and the next one begins below it', async () => {
  expect(await seqs('notes or lunch', { limit: 2 })).toEqual([4, 3]);
  expect(await seqs('notes or lunch', { limit: 2, beforeSeq: 3 })).toEqual([2, 1]);
});

test('nothing is found below the range, above a stretch, or without one', async () => {
  expect(await seqs('lunch', { afterSeq: 1 })).toEqual([2]);
  expect(await seqs('lunch', { stretches: [{ epoch, endSeq: 1 }] })).toEqual([1]);
  expect(await seqs('lunch', { stretches: [] })).toEqual([]);
});

test('messages come back in the form of `history`', async () => {
  const found = await archive.search({ groupId: sampleGroup, query: 'café', ...all }, patient());
  expect(found).toEqual([sampleMessage({ seq: 5, message: texts[4] ?? '' })]);
});

test('a search uses the index; without the index it finds the same', async () => {
  const [{ defined } = {}] = await statements(
    url,
    "SELECT indexdef AS defined FROM pg_indexes WHERE indexname = 'plenum_entries_text' AND schemaname = current_schema()",
  );
  expect(String(defined)).toContain('USING gin');
  const indexed = await seqs('lunch or notes');
  await statements(url, 'DROP INDEX plenum_entries_text');
  expect(await seqs('lunch or notes')).toEqual(indexed);
  await statements(url, String(defined));
});

test('a message is found by its present text, and not at all once it was taken down', async () => {
  const edited = sampleChange({ seq: 21, type: 'edited', of: 8, message: 'an elephant', edits: 1 });
  await archive.save([edited, sampleChange({ seq: 22, type: 'deleted', of: 3 })], patient());
  expect(await seqs('👍 or elephant')).toEqual([8]);
  expect(await seqs('"release notes"')).toEqual([]);
});
