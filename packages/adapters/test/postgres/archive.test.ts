/** What only PostgreSQL does to an archive: restarts, locks, schemas that many nodes make at once, large batches. */
import { type ArchiveEntry, PlenumError, systemClock } from '@plenum/core';
import {
  eventually,
  obtainPostgresForTests,
  type PostgresForTests,
  patient,
  sampleEvent,
  sampleGroup,
  sampleMessage,
  sampleMessages,
} from '@plenum/testkit';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresArchive, type PostgresArchive } from '../../src/index.ts';
import { dropSchema, freshSchema, seqsIn, silentLogger, statements } from './archive-under-test.ts';

let postgres: PostgresForTests;
let url: string;
const open: PostgresArchive[] = [];

const archiveAt = (at: string, timeoutMs?: number): PostgresArchive => {
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const archive = createPostgresArchive({ url: at, logger: silentLogger, clock: systemClock, ...limit });
  open.push(archive);
  return archive;
};

/** The rejection of a call as one text: all that a logger would see of it. */
async function errorTextOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => new Error('it resolved'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PlenumError)) throw error;
  const cause = error.cause instanceof Error ? { ...error.cause, message: error.cause.message } : null;
  return JSON.stringify({ failure: error.failure, message: error.message, cause });
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

test('an entry before a time is found, and none in a new archive', async () => {
  const archive = archiveAt(url);
  const message = sampleMessage({ seq: 1 });
  const atMs = Date.parse(message.timestamp);
  expect(await archive.hasEntriesBefore?.(atMs + 1, patient())).toBe(false);
  await archive.save([message], patient());
  expect(await archive.hasEntriesBefore?.(atMs, patient())).toBe(false);
  expect(await archive.hasEntriesBefore?.(atMs + 1, patient())).toBe(true);
});

describe('the schema', () => {
  test('a user who may not make the tables is named before there are any, and nothing is made', async () => {
    const [{ name } = {}] = await statements(url, 'SELECT current_schema() AS name');
    const password = 'of-a-weak-user';
    const weak = new URL(url);
    Object.assign(weak, { username: `weak_${name}`, password });
    const role = `"${weak.username}"`;
    await statements(
      url,
      `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`,
      `GRANT USAGE ON SCHEMA ${name} TO ${role}`,
    );
    const archive = archiveAt(weak.href);
    expect(await archive.reach(patient())).toBe(
      `its user may not make tables in the schema ${name}: make the user the owner of the database`,
    );
    await statements(url, `GRANT CREATE ON SCHEMA ${name} TO ${role}`);
    expect(await archive.reach(patient())).toBeNull();
    expect(await statements(url, "SELECT to_regclass('plenum_schema') AS made")).toEqual([{ made: null }]);
    await statements(url, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
  });

  test('eight nodes that start together make it once', async () => {
    await Promise.all(Array.from({ length: 8 }, () => archiveAt(url).ready()));
    const steps = await statements(url, 'SELECT step FROM plenum_schema ORDER BY step');
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('it is made by the first call, if `ready` was not called before', async () => {
    await archiveAt(url).save(sampleMessages(1, 2), patient());
    expect(await seqsIn(url)).toEqual([1, 2]);
  });

  test('a step that this version does not know is left alone', async () => {
    await archiveAt(url).ready();
    await statements(url, 'INSERT INTO plenum_schema (step) VALUES (99)');
    await archiveAt(url).save(sampleMessages(1, 1), patient());
    expect(await seqsIn(url)).toEqual([1]);
  });

  test('tables that vanish under a running node are created again', async () => {
    const archive = archiveAt(url);
    await archive.save(sampleMessages(1, 1), patient());
    await statements(url, 'DROP TABLE plenum_entries, plenum_schema');
    await expect(archive.save(sampleMessages(2, 2), patient())).rejects.toThrow();
    await archive.save(sampleMessages(2, 2), patient());
    expect(await seqsIn(url)).toEqual([2]);
  });
});

describe('entries that PostgreSQL refuses', () => {
  const text = 'my secret: \0';
  const bad: readonly [string, ArchiveEntry][] = [
    ['a NUL in a message', sampleMessage({ seq: 2, message: text })],
    [
      'a timestamp that is none',
      { ...sampleMessage({ seq: 2, message: 'my secret' }), timestamp: 'my secret' },
    ],
    ['a seq beyond every integer', { ...sampleMessage({ seq: 2, message: 'my secret' }), seq: 1e300 }],
  ];

  test.each(bad)('%s is refused without its text', async (_, entry) => {
    const archive = archiveAt(url);
    const outcome = await archive.save([...sampleMessages(1, 1), entry], patient());
    const reason = expect.stringMatching(/^PostgreSQL refuses the data \(SQLSTATE 22...\)$/);
    expect(outcome?.refused).toEqual([{ message_id: entry.message_id, reason }]);
    expect(await seqsIn(url)).toEqual([1]);
  });

  test('a NUL in a field without a column is kept, as JSON', async () => {
    const archive = archiveAt(url);
    const { message_id: _, ...event } = sampleEvent(1);
    await archive.save([{ ...sampleEvent(1), changes: { metadata: { text } } }], patient());
    const stretches = [{ epoch: event.epoch, endSeq: 1 }];
    const page = {
      groupId: sampleGroup,
      stretches,
      afterSeq: 0,
      beforeSeq: 2,
      limit: 1,
      from: 'oldest',
      reader: null,
    } as const;
    expect(await archive.read(page, patient())).toEqual([{ ...event, changes: { metadata: { text } } }]);
  });

  test('an entry that a constraint of the team forbids is refused, without its text', async () => {
    const archive = archiveAt(url);
    await archive.ready();
    await statements(url, "ALTER TABLE plenum_entries ADD CHECK (message NOT LIKE '%secret%')");
    const batch = [sampleMessage({ seq: 1, message: 'my secret' }), sampleMessage({ seq: 2 })];
    const outcome = await archive.save(batch, patient());
    expect(outcome?.refused).toEqual([
      { message_id: batch[0]?.message_id, reason: 'PostgreSQL refuses the data (SQLSTATE 23514)' },
    ]);
    expect(await seqsIn(url)).toEqual([2]);
  });

  test('ten bad entries among a thousand are found, and the others are kept', async () => {
    const archive = archiveAt(url);
    const batch = sampleMessages(1, 1000).map((entry) =>
      entry.seq % 100 === 0 ? { ...entry, message: text } : entry,
    );
    const outcome = await archive.save(batch, patient());
    expect(outcome?.refused).toHaveLength(10);
    expect(await seqsIn(url)).toHaveLength(990);
  });
});

describe('failures', () => {
  test('a failing trigger is an outage whose error holds no text of a message', async () => {
    const archive = archiveAt(url);
    await archive.ready();
    await statements(
      url,
      "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no: %', NEW.message USING DETAIL = NEW.message; END $$",
      'CREATE TRIGGER fail BEFORE INSERT ON plenum_entries FOR EACH ROW EXECUTE FUNCTION fail()',
    );
    const errorText = await errorTextOf(
      archive.save([sampleMessage({ seq: 1, message: 'my secret' })], patient()),
    );
    expect(errorText).not.toContain('secret');
    expect(errorText).toContain('P0001');
  });

  test('a locked table ends the call after its time, and the next call works', async () => {
    const archive = archiveAt(url, 300);
    await archive.ready();
    const locker = new Client({ connectionString: url });
    await locker.connect();
    await locker.query('BEGIN; LOCK TABLE plenum_entries');
    expect(await errorTextOf(archive.save(sampleMessages(1, 1), patient()))).toContain('unavailable');
    await locker.end();
    await eventually(() => archive.save(sampleMessages(1, 1), patient()));
    expect(await seqsIn(url)).toEqual([1]);
  });

  test('many calls at once take few connections', async () => {
    const archive = archiveAt(url);
    await archive.ready();
    const calls = Array.from({ length: 100 }, (_, index) => {
      return archive.save(sampleMessages(index + 1, index + 1), patient());
    });
    const connections = await statements(
      url,
      "SELECT count(*) AS count FROM pg_stat_activity WHERE application_name = 'plenum' AND query LIKE '%plenum_entries%'",
    );
    await Promise.all(calls);
    expect(Number(connections[0]?.['count'])).toBeLessThanOrEqual(4);
    expect(await seqsIn(url)).toHaveLength(100);
  });

  test('an unknown role and a port without a server are reported by name', async () => {
    const stranger = new URL(url);
    stranger.username = 'nobody_knows';
    expect(await errorTextOf(archiveAt(stranger.href).ready())).toContain('nobody_knows');
    const nowhere = archiveAt('postgres://ann:pass-word@127.0.0.1:1/db');
    const errorText = await errorTextOf(nowhere.ready());
    expect(errorText).toContain('ECONNREFUSED');
    expect(errorText).not.toContain('pass-word');
  });
});

test('ten thousand entries are saved in batches of a hundred and read back page by page', async () => {
  const archive = archiveAt(url);
  const all = sampleMessages(1, 10_000);
  for (let from = 0; from < all.length; from += 100)
    await archive.save(all.slice(from, from + 100), patient());
  const read: number[] = [];
  for (let afterSeq = 0; afterSeq < 10_000; afterSeq += 200) {
    const page = await archive.read(
      {
        groupId: sampleGroup,
        stretches: [{ epoch: all[0]?.epoch ?? '', endSeq: 10_000 }],
        afterSeq,
        beforeSeq: Number.POSITIVE_INFINITY,
        limit: 200,
        from: 'oldest',
        reader: null,
      },
      patient(),
    );
    read.push(...page.map(({ seq }) => seq));
  }
  expect(read).toEqual(all.map(({ seq }) => seq));
});
