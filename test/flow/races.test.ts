/**
 * Changes of one group at the same moment on three real nodes: whatever comes first, the answers, the log, the group and
 * every device tell one and the same story.
 */
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { LogTap } from '../support/cluster/log-tap.ts';
import { enteringRaces } from '../support/races/entering-races.ts';
import { type Race, races } from '../support/races/races.ts';
import { RaceRunner } from '../support/races/runner.ts';
import { sendingRaces } from '../support/races/sending-races.ts';

/** Whichever comes first ends a race; RACE_SECONDS and RACE_TRIES make a longer hunt of it. */
const tryLimit = Number(process.env['RACE_TRIES'] ?? 2000);
const timeLimitMs = Number(process.env['RACE_SECONDS'] ?? 8) * 1000;
const laneCount = 12;

let cluster: Cluster;
let subscriber: Redis;
let tap: LogTap;
beforeAll(async () => {
  cluster = await Cluster.start();
  subscriber = cluster.admin.duplicate();
  tap = new LogTap(subscriber);
});
afterAll(async () => {
  subscriber.disconnect();
  await cluster[Symbol.asyncDispose]();
});

/** Runners side by side until enough was tried, or one has found something. @returns the number of tries. */
async function hunt(race: Race): Promise<number> {
  const untilMs = performance.now() + timeLimitMs;
  let tries = 0;
  let isFound = false;
  const work = async () => {
    const runner = new RaceRunner(cluster, tap, race);
    try {
      while (!isFound && tries < tryLimit && performance.now() < untilMs) {
        tries += 1;
        await runner.run();
      }
    } catch (found) {
      isFound = true;
      throw found;
    } finally {
      runner.close();
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: laneCount }, work));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return tries;
}

describe('races', () => {
  test.each([...races, ...sendingRaces, ...enteringRaces].map((race) => [race.name, race] as const))(
    '%s',
    async (name, race) => {
      const tries = await hunt(race);
      process.stdout.write(`race: ${tries} tries of ${name}\n`);
    },
  );
});
