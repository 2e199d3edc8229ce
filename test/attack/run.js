/** `npm run test:attack`: all attacks against one node for ATTACK_MINUTES, five unless it is set. */
import { join } from 'node:path';
import { root, run } from '../stage.js';

const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const args = ['run', '--config', 'test/vitest.config.ts', '--project', 'attack', 'test/attack/siege.test.ts'];
process.exitCode = await run(process.execPath, [vitest, ...args], {
  ATTACK_MINUTES: process.env['ATTACK_MINUTES'] || '5',
});
