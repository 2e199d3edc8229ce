import { systemClock } from '@plenum/core';
import { eventually, patient, sampleMessages, startPostgres } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { createPostgresArchive } from '../../src/index.ts';
import { seqsIn, silentLogger } from './archive-under-test.ts';

test.each(['crash', 'stop'] as const)(
  'saved entries outlive a %s of PostgreSQL, and the archive recovers by itself',
  async (how) => {
    await using postgres = await startPostgres();
    const archive = createPostgresArchive({ url: postgres.url, logger: silentLogger, clock: systemClock });
    await archive.save(sampleMessages(1, 100), patient());
    if (how === 'crash') await postgres.crash();
    else await postgres.restart();
    const next = sampleMessages(90, 120);
    if (how === 'crash') {
      await expect(archive.save(next, patient())).rejects.toThrow();
      await postgres.restart();
    }
    await eventually(() => archive.save(next, patient()));
    expect(await seqsIn(postgres.url)).toEqual(sampleMessages(1, 120).map(({ seq }) => seq));
    await archive.close();
  },
);

test('an archive that was not there at the start is used when it comes', async () => {
  await using postgres = await startPostgres();
  await postgres.crash();
  const archive = createPostgresArchive({ url: postgres.url, logger: silentLogger, clock: systemClock });
  await expect(archive.ready()).rejects.toThrow();
  await postgres.restart();
  await archive.save(sampleMessages(1, 3), patient());
  expect(await seqsIn(postgres.url)).toEqual([1, 2, 3]);
  await archive.close();
});
