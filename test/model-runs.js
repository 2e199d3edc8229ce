/** `npm run test:model`: the model test with as many runs as PLENUM_MODEL_RUNS says, 10,000 unless it is set. */
import { join } from 'node:path';
import { root, run } from './stage.js';

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const args = ['run', '--config', 'test/vitest.config.ts', 'packages/redis/test/model.test.ts'];
process.exitCode = await run(process.execPath, [vitest, ...args], {
  PLENUM_MODEL_RUNS: process.env['PLENUM_MODEL_RUNS'] || '10000',
});
