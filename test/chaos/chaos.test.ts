/** The fault table of Plenum as one seeded schedule: `npm run chaos` sets how long, which seed and which Redis. */
import { expect, test } from 'vitest';
import { chaosRun } from './chaos-run.ts';
import { deploymentKinds } from './deployment.ts';

const minutes = Number(process.env['CHAOS_MINUTES'] ?? 2);
const seed = Number(process.env['CHAOS_SEED'] ?? 1);
const asked = (process.env['CHAOS_REDIS'] ?? deploymentKinds.join()).split(',');
const kinds = deploymentKinds.filter((kind) => asked.includes(kind));

test.each(kinds)('nothing is lost, doubled, reordered or haunted under faults (%s)', async (kind) => {
  const durationMs = (minutes * 60_000) / kinds.length;
  expect(await chaosRun({ kind, seed, durationMs, only: process.env['CHAOS_ONLY'] ?? '' })).toEqual([]);
});
