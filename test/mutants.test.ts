import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mutantsOfDelivery } from './mutants/of-delivery.js';
import { mutantsOfReception } from './mutants/of-reception.js';
import { mutantsOfStoring } from './mutants/of-storing.js';
import { root } from './source-tree.ts';

const mutants = [...mutantsOfStoring, ...mutantsOfReception, ...mutantsOfDelivery];

test.each(mutants)('the place that the mutant "$name" spoils is still there, once', ({ edits }) => {
  for (const { file, from } of edits) {
    const pieces = readFileSync(join(root, file), 'utf8').split(from);
    expect(pieces, `${file}: ${from}`).toHaveLength(2);
  }
});

test.each(mutants)('the tests that have to notice the mutant "$name" exist', ({ killers }) => {
  expect(killers.filter(({ file }) => !existsSync(join(root, file)))).toEqual([]);
});
