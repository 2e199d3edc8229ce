/**
 * `npm run measure:scripts`: microseconds of Redis per script run, by the number of members of the group, by the number of
 * groups, and by the number of reactions in the group. Starts a Redis of its own; the time is Redis' own (INFO commandstats), the best of several rounds.
 */
import { defaultEngineSettings, systemClock } from '@plenum/core';
import { createCommand, seededRandom, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { RedisGroupStore } from '../../dist/groups/group-store.js';
import { Keys } from '../../dist/keys.js';
import { ScriptCalls } from '../../dist/script-calls/script-calls.js';
import { ServerClock } from '../../dist/script-calls/server-clock.js';
import { addMembers, addReactions, copyGroup } from './crowd.js';
import { messageWorkloads } from './message-workloads.js';
import { prepareWorkloads } from './workloads.js';

const memberCounts = [10, 1000, 100_000, 1_000_000];
const groupCounts = [1, 1000, 100_000];
const reactionCounts = [200, 10_000, 100_000];
const rounds = 5;
const callsPerRound = 200;
const unlimited = 1e9;

/** @type {any} */
const groupId = 'measured';

const server = await startRedis();
const redis = new Redis(server.url);
const keys = new Keys('measure');
const clock = new ServerClock(systemClock);
const settings = {
  ...defaultEngineSettings,
  isOutboxWritten: false,
  isQueueCounted: false,
  ratePerSec: unlimited,
  rateBurst: unlimited,
  membershipRatePerSec: unlimited,
  changeRatePerSec: unlimited,
  changeRateBurst: unlimited,
  membershipRateBurst: unlimited,
  requestTimeoutMs: 60_000,
};
const calls = new ScriptCalls({ redis, clock, settings });
const options = { redis, keys, random: seededRandom(), clock, settings, calls, readCalls: calls };

const workloads = prepareWorkloads(options, groupId);
const onMessages = messageWorkloads(options, groupId);

/** @type {any} A small group that nothing is done to. */
const template = 'template';

async function begin() {
  await redis.flushall('SYNC');
  const groups = new RedisGroupStore(options);
  for (const id of [groupId, template]) {
    const command = createCommand({ groupId: id, actor: 'owner', groupType: 'strict_private' });
    const outcome = await groups.change(command);
    if (outcome.type === 'refused') throw new Error(`create: ${outcome.failure.code}`);
  }
}

/** @returns {Promise<number>} us per run of whatever script ran since the counters were reset */
async function scriptTime() {
  let [runs, us] = [0, 0];
  for (const [, calls, usec] of (await redis.info('commandstats')).matchAll(
    /cmdstat_eval(?:sha)?:calls=(\d+),usec=(\d+)/g,
  )) {
    runs += Number(calls);
    us += Number(usec);
  }
  return us / runs;
}

/**
 * @param {() => readonly import('./workloads.js').Workload[]} nextRound
 * @returns {Promise<ReadonlyMap<string, number>>} the least time of each script
 */
async function measure(nextRound) {
  /** @type {Map<string, number>} */
  const best = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const { script, call } of nextRound()) {
      await redis.config('RESETSTAT');
      const replies = await Promise.all(Array.from({ length: callsPerRound }, (_, number) => call(number)));
      const refused = JSON.stringify(replies[0])?.includes('"refused"');
      if (refused) throw new Error(`${script}: ${JSON.stringify(replies[0])}`);
      best.set(script, Math.min(best.get(script) ?? Number.POSITIVE_INFINITY, await scriptTime()));
    }
  }
  return best;
}

/**
 * @param {string} title
 * @param {readonly number[]} sizes
 * @param {(size: number, before: number) => Promise<void>} grow
 * @param {() => readonly import('./workloads.js').Workload[]} [nextRound]
 */
async function table(title, sizes, grow, nextRound = workloads) {
  await begin();
  /** @type {Record<string, Record<string, string>>} */
  const rows = {};
  let before = 0;
  for (const size of sizes) {
    await grow(size, before);
    before = size;
    for (const [script, us] of await measure(nextRound)) {
      rows[script] = { ...rows[script], [size.toLocaleString('en')]: us.toFixed(1) };
    }
  }
  process.stdout.write(`\nus of Redis per run, by ${title}\n`);
  console.table(rows);
}

try {
  await table('members of the group', memberCounts, (size, before) =>
    addMembers(redis, keys, { groupId, from: before, to: size }),
  );
  await table('groups', groupCounts, (size, before) => {
    const copies = Array.from({ length: size - before }, (_, number) => `copy:${before + number}`);
    return copyGroup(redis, keys, { groupId: template, copies: /** @type {any} */ (copies) });
  });
  /** @type {readonly number[]} */
  let seqs = [];
  await table(
    'reactions in the group',
    reactionCounts,
    async (size, before) => {
      if (before === 0) seqs = await onMessages.prepare();
      await addReactions(redis, keys, { groupId, seqs, from: before, to: size });
    },
    onMessages.nextRound,
  );
} finally {
  redis.disconnect();
  await server.stop();
}
