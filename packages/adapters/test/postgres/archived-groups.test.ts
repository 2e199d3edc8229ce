/** Reads the lives of groups for a rebuild: which entries are the log of the group that lives, after failovers and losses. */
import { systemClock } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { obtainPostgresForTests, type PostgresForTests } from '@plenum/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type OpenArchivedGroups, openArchivedGroups } from '../../src/archive/archived-groups.ts';
import { dropSchema, freshSchema, silentLogger, statements } from './archive-under-test.ts';

const hall = groupIdSchema.parse('hall');
let postgres: PostgresForTests;
let url: string;
let archive: OpenArchivedGroups;
beforeAll(async () => {
  postgres = await obtainPostgresForTests();
});
afterAll(() => postgres.dispose());
beforeEach(async () => {
  url = await freshSchema(postgres.url);
  const { signal } = new AbortController();
  archive = openArchivedGroups({ url, logger: silentLogger, clock: systemClock, call: { signal } });
  await archive.groupIds(null, 1);
});
afterEach(async () => {
  await archive.close();
  await dropSchema(url);
});

/** Entries of one epoch, one per second. An epoch from seq 1 on begins with `created`. */
const entries = (epoch: string, [first, last]: readonly [number, number], fromSec: number) => `
  INSERT INTO plenum_entries (message_id, group_id, epoch, seq, type, user_id, at, details)
  SELECT '${epoch}-' || s, 'hall', '${epoch}', s, CASE s WHEN 1 THEN 'created' ELSE 'joined' END, 'ann',
    to_timestamp(${fromSec - first} + s), '{"roles":["admin"],"group_type":"public"}'
  FROM generate_series(${first}, ${last}) AS s`;
const deleted = (epoch: string, seq: number, atSec: number) => `
  INSERT INTO plenum_entries (message_id, group_id, epoch, seq, type, user_id, at)
  VALUES ('${epoch}-${seq}', 'hall', '${epoch}', ${seq}, 'deleted', 'ann', to_timestamp(${atSec}))`;

test('an epoch that began lower and later than another one has replaced it', async () => {
  await statements(url, entries('a', [1, 100], 0), entries('b', [50, 60], 200), entries('c', [40, 45], 300));
  expect(await archive.life(hall)).toMatchObject({
    epochs: [
      { epoch: 'a', endSeq: 39 },
      { epoch: 'c', endSeq: 45 },
    ],
    ...{ missing: 0, isMadeAnew: false },
  });
});

test('the latest life is that of the group; one before that never ended is noticed', async () => {
  await statements(url, entries('a', [1, 100], 0), deleted('a', 101, 150), entries('b', [1, 3], 200));
  expect(await archive.life(hall)).toMatchObject({
    ...{ epochs: [{ epoch: 'b', endSeq: 3 }], isMadeAnew: false },
  });
  await statements(url, entries('c', [1, 7], 300), deleted('c', 8, 350));
  expect(await archive.life(hall)).toMatchObject({
    ...{ epochs: [{ epoch: 'c', endSeq: 8 }], isMadeAnew: true },
  });
});
