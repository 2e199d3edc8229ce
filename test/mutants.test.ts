import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { everyMutant } from './mutants/every-mutant.js';
import { faultyBuilds } from './mutants/found-by-verify.js';
import { filesBelow, root } from './source-tree.ts';

test.each([...everyMutant, ...faultyBuilds])(
  'the place that the mutant "$name" spoils is still there, once',
  ({ edits }) => {
    for (const { file, from } of edits) {
      const pieces = readFileSync(join(root, file), 'utf8').split(from);
      expect(pieces, `${file}: ${from}`).toHaveLength(2);
    }
  },
);

/** Titles are written in tests, or in the suites of the test kit. */
const sources = ['packages', 'apps', 'test']
  .flatMap((folder) => filesBelow(folder, '.ts'))
  .filter(({ path }) => path.endsWith('.test.ts') || path.startsWith('packages/testkit/src/suites/'));

/** Titles that the rule matrix makes of its rows. */
const rowOfMatrix = /^[a-z_]+ in a (public|private|strict_private) group$/;

test.each(everyMutant)('the tests that have to notice the mutant "$name" exist', ({ killers }) => {
  const unknown = killers.filter(
    ({ file, tests = '' }) =>
      !existsSync(join(root, file)) ||
      !(rowOfMatrix.test(tests) || sources.some(({ text }) => text.includes(tests))),
  );
  expect(unknown).toEqual([]);
});
