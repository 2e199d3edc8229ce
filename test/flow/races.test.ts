/**
 * Changes of one group at the same moment on three real nodes: whatever comes first, the answers, the log, the group and
 * every device tell one and the same story.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { Cluster } from '../world/cluster.ts';
import { LogTap } from '../world/log-tap.ts';
import { RaceLane } from '../world/race-lane.ts';
import { type Race, races } from '../world/races.ts';

/** Whichever comes first ends a race; RACE_SECONDS gives a longer hunt its time. */
const tryLimit = 2000;
const timeLimitMs = Number(process.env['RACE_SECONDS'] ?? 8) * 1000;
const laneCount = 12;

let cluster: Cluster;
let tap: LogTap;
beforeAll(async () => {
  cluster = await Cluster.start();
  tap = new LogTap(cluster.admin.duplicate());
});
afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

async function tries(race: Race): Promise<number> {
  const untilMs = performance.now() + timeLimitMs;
  let begun = 0;
  const work = async () => {
    const lane = new RaceLane(cluster, tap, race);
    while (begun < tryLimit && performance.now() < untilMs) {
      begun += 1;
      await lane.run();
    }
    lane.close();
  };
  await Promise.all(Array.from({ length: laneCount }, work));
  return begun;
}

describe('races', () => {
  test.each(races.map((race) => [race.name, race] as const))('%s', async (name, race) => {
    const done = await tries(race);
    process.stdout.write(`race: ${done} tries of ${name}\n`);
  });
});
