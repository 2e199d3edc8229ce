/**
 * `npm run chaos -- --minutes N --seed S --redis cluster,sentinel,standalone`: injects the fault table into three nodes and judges
 * everything that their clients got. The minutes are shared by the deployments of Redis; a seed repeats its schedule. With
 * `--only 'node: SIGKILL'` no fault comes whose name is without that text.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, run } from '../stage.js';

const kinds = ['standalone', 'sentinel', 'cluster'];
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    redis: { type: 'string', default: 'cluster,sentinel' },
    only: { type: 'string', default: '' },
  },
});
const { minutes, seed, redis, only } = values;

/** @returns {string | null} what is wrong with an option */
function problem() {
  if (!(Number(minutes) > 0 && Number(minutes) <= 1440)) return '--minutes is a number from 0 to 1440';
  if (!(Number.isInteger(Number(seed)) && Number(seed) >= 0)) return '--seed is a whole number from 0 on';
  const unknown = redis.split(',').find((kind) => !kinds.includes(kind));
  return unknown === undefined ? null : `--redis is a list of ${kinds.join(', ')}, and not "${unknown}"`;
}

const wrong = problem();
if (wrong !== null) {
  process.stderr.write(`${wrong}\n`);
  process.exitCode = 2;
} else {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = ['run', '--config', 'test/vitest.config.ts', '--project', 'chaos', 'test/chaos/chaos.test.ts'];
  process.exitCode = await run(process.execPath, [vitest, ...args], {
    ...{ CHAOS_MINUTES: minutes, CHAOS_SEED: seed, CHAOS_REDIS: redis, CHAOS_ONLY: only },
  });
  const again = `npm run chaos -- --minutes ${minutes} --seed ${seed} --redis ${redis}${only === '' ? '' : ` --only '${only}'`}`;
  process.stdout.write(`\nThe same schedule again: ${again}\n`);
}
