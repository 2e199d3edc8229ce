import { expect, test } from 'vitest';
import { type BulkProgress, onePiece, runBulk } from './bulk.ts';

const ids = Array.from({ length: 10 }, (_, index) => `d-${index}`);

function run(perform: (id: string) => Promise<unknown>, given: readonly string[] = ids) {
  const seen: BulkProgress[] = [];
  const stop = new AbortController();
  const ended = runBulk({
    ...{ act: 'retry' as const, ids: onePiece(given), total: given.length, signal: stop.signal },
    perform: (_, id) => perform(id),
    onProgress: (progress) => seen.push(progress),
  });
  return { ended, seen, stop };
}

test('all are done, and the progress rises by one', async () => {
  const { ended, seen } = run(async () => undefined);
  expect(await ended).toMatchObject({ done: 10, failed: 0, state: 'finished', total: 10 });
  expect(seen.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
});

test('a refused one is counted, and the others are done', async () => {
  const { ended } = run(async (id) => {
    if (id === 'd-3') throw new Error('unavailable');
  });
  expect(await ended).toMatchObject({ done: 9, failed: 1, problem: 'unavailable', state: 'finished' });
});

test('a stop ends it after the calls that are under way', async () => {
  const { ended, stop } = run(async (id) => {
    if (id === 'd-2') stop.abort();
  });
  expect(await ended).toMatchObject({ done: 4, state: 'stopped' });
});

test('a page that cannot be read stops it', async () => {
  const ended = runBulk({
    ...{ act: 'delete' as const, total: null, signal: new AbortController().signal },
    ids: (async function* () {
      yield ['d-1'];
      throw new Error('no answer');
    })(),
    perform: async () => undefined,
    onProgress: () => undefined,
  });
  expect(await ended).toMatchObject({ done: 1, state: 'stopped', problem: 'no answer' });
});

test('nothing to do is finished at once', async () => {
  expect(await run(async () => undefined, []).ended).toMatchObject({ done: 0, state: 'finished' });
});
