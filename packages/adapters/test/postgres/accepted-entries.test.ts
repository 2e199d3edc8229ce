/** PostgreSQL stores and returns unchanged what the protocol accepts: no text of a user becomes a dead letter. */
import { type ArchiveEntry, systemClock } from '@plenum/core';
import { messageTextSchema, metadataSchema, reasonSchema, requestIdSchema } from '@plenum/protocol';
import {
  obtainPostgresForTests,
  type PostgresForTests,
  patient,
  sampleEvent,
  sampleGroup,
  sampleMessage,
} from '@plenum/testkit';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createPostgresArchive, type PostgresArchive } from '../../src/index.ts';
import { dropSchema, freshSchema, silentLogger, statements } from './archive-under-test.ts';

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

/** Every code unit, those that databases stumble over more often. */
const text = (maxLength: number) =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '\0',
          '\u0001',
          '\ud800',
          '\udfff',
          '\\',
          '"',
          "'",
          '{',
          '}',
          ',',
          '\n',
          '\u2028',
          '\uffff',
          'NULL',
          '\\u0000',
          '😀',
          '\ufeff',
        ),
        fc.string({ unit: 'binary', maxLength: 8 }),
      ),
      { minLength: 1, maxLength },
    )
    .map((parts) => parts.join(''));

const requestId = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 128 });
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toJSON', '', 'seq', 'epoch', 'type'),
  text(2),
);
const { metadata } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text(3),
    fc.double(),
    fc.constantFrom(1e308, 5e-324, -0, 2 ** 53, null, true, JSON.parse('1e999')),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 3 }).map(Object.fromEntries),
  ),
  metadata: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(Object.fromEntries),
}));

const accepts = (schema: { safeParse(input: unknown): { success: boolean } }) => (input: unknown) =>
  schema.safeParse(input).success;

/** As it is in the log: JSON that Node has written. */
const asLogged = <T>(entry: T): T => JSON.parse(JSON.stringify(entry));

async function archived(entries: readonly ArchiveEntry[]) {
  const epochs = new Set(entries.map(({ epoch }) => epoch));
  expect(await archive.save(entries, patient())).toBeUndefined();
  return archive.read(
    {
      groupId: sampleGroup,
      stretches: [...epochs].map((epoch) => ({ epoch, endSeq: Number.MAX_SAFE_INTEGER })),
      afterSeq: -1,
      beforeSeq: Number.MAX_SAFE_INTEGER,
      limit: entries.length,
      from: 'oldest',
      reader: null,
    },
    patient(),
  );
}

let rounds = 0;
function newEpoch(): string {
  rounds += 1;
  return `round${rounds}`;
}

test('every message and request id that is accepted is archived and read as it was', async () => {
  const message = text(40).filter(accepts(messageTextSchema(4096)));
  const sent = fc.record({ message, request_id: requestId.filter(accepts(requestIdSchema)) });
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 20 }), async (drafts) => {
      const epoch = newEpoch();
      const entries = drafts.map((draft, at) => ({ ...sampleMessage({ seq: at + 1, epoch }), ...draft }));
      expect(await archived(entries)).toEqual(entries);
    }),
    { numRuns: 60 },
  );
});

test('every reason and metadata that is accepted is archived and read as it was', async () => {
  const draft = fc.record({
    reason: text(8).filter(accepts(reasonSchema)),
    metadata: metadata.filter(accepts(metadataSchema)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(draft, { minLength: 1, maxLength: 10 }), async (drafts) => {
      const epoch = newEpoch();
      const entries = drafts.map(({ reason, metadata: set }, at) =>
        asLogged({
          ...sampleEvent(at + 1),
          epoch,
          message_id: `${epoch}-${at + 1}`,
          reason,
          changes: { metadata: set },
        }),
      );
      const read = await archived(entries);
      expect(read.map((entry) => JSON.stringify(entry))).toEqual(
        entries.map(({ message_id: _, ...entry }) => JSON.stringify(sorted(entry, read[entry.seq - 1]))),
      );
    }),
    { numRuns: 60 },
  );
});

/** The same fields in the order of the other, so that texts can be compared and with them keys such as `__proto__`. */
const sorted = (entry: object, like: object | undefined) =>
  Object.fromEntries(Object.keys(like ?? {}).map((name) => [name, Reflect.get(entry, name)]));

test('a database in an encoding other than UTF8 counts as no archive, and no entry is refused', async () => {
  const name = `latin1_${Date.now()}`;
  await statements(
    postgres.url,
    `CREATE DATABASE ${name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
  );
  const other = new URL(postgres.url);
  other.pathname = `/${name}`;
  const latin = createPostgresArchive({ url: other.href, logger: silentLogger, clock: systemClock });
  try {
    const saving = latin.save([sampleMessage({ seq: 1, message: '😀' })], patient());
    await expect(saving).rejects.toMatchObject({
      failure: { code: 'unavailable' },
      cause: { message: 'the archive database must have encoding UTF8, it has LATIN1' },
    });
  } finally {
    await latin.close();
    await statements(postgres.url, `DROP DATABASE ${name}`);
  }
});
