import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutantsOfBounds } from './mutants/of-bounds.js';
import { mutantsOfDelivery } from './mutants/of-delivery.js';
import { mutantsOfInvites } from './mutants/of-invites.js';
import { mutantsOfReception } from './mutants/of-reception.js';
import { mutantsOfStoring } from './mutants/of-storing.js';
import { mutantsOfTakeDowns } from './mutants/of-take-downs.js';
import { mutantsOfWorkers } from './mutants/of-workers.js';
import { filesBelow, root } from './source-tree.ts';

const mutants = [
  ...mutantsOfStoring,
  ...mutantsOfReception,
  ...mutantsOfDelivery,
  ...mutantsOfBounds,
  ...mutantsOfInvites,
  ...mutantsOfWorkers,
  ...mutantsOfTakeDowns,
];

test.each(mutants)('the place that the mutant "$name" spoils is still there, once', ({ edits }) => {
  for (const { file, from } of edits) {
    const pieces = readFileSync(join(root, file), 'utf8').split(from);
    expect(pieces, `${file}: ${from}`).toHaveLength(2);
  }
});

/** Titles are written in tests, or in the suites of the test kit. */
const sources = ['packages', 'apps', 'test']
  .flatMap((folder) => filesBelow(folder, '.ts'))
  .filter(({ path }) => path.endsWith('.test.ts') || path.startsWith('packages/testkit/src/suites/'));

test.each(mutants)('the tests that have to notice the mutant "$name" exist', ({ killers }) => {
  const unknown = killers.filter(
    ({ file, tests = '' }) =>
      !existsSync(join(root, file)) || !sources.some(({ text }) => text.includes(tests)),
  );
  expect(unknown).toEqual([]);
});
