import {
  describeArchive,
  describeArchiveReader,
  describeChangedMessages,
  obtainPostgresForTests,
  type PostgresForTests,
} from '@plenum/testkit';
import { afterAll, beforeAll } from 'vitest';
import { makeArchiveOn } from './archive-under-test.ts';

let postgres: PostgresForTests;
beforeAll(async () => {
  postgres = await obtainPostgresForTests();
});
afterAll(() => postgres.dispose());

describeArchive('PostgreSQL', () => makeArchiveOn(postgres.url));
describeArchiveReader('PostgreSQL', () => makeArchiveOn(postgres.url));
describeChangedMessages('PostgreSQL', () => makeArchiveOn(postgres.url));
