/**
 * One node of the ownership alone, as a process: its work journals commits behind the fence, and tries one more after it
 * was asked to stop, like a step that was in progress while the process was stopped.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultEngineSettings, Ownership, systemClock } from '@plenum/core';
import { createRedisEngine } from '@plenum/redis';
import { Redis } from 'ioredis';

const { REDIS_URL: url = '', JOURNAL_URL: journalUrl = '', PREFIX: prefix = '' } = process.env;
const { NODE_ID: nodeId = '', LEASE_TTL_MS = '' } = process.env;
const stepMs = 50;
/** Works of the other partitions do nothing: the journal is to be read, not to be large. */
const journaled = 16;

const fence = readFileSync(new URL('../../../packages/redis/lua/lib/fence.lua', import.meta.url), 'utf8');
const commit = `#!lua
${fence}
if not expect_lease(KEYS[1], ARGV[1], ARGV[2]) then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[3] .. ' ' .. ARGV[2] .. ' ' .. ARGV[1])
return 1`;

/** @param {string} word */
const say = (word, fields = {}) =>
  void process.stdout.write(`${JSON.stringify({ word, nodeId, ...fields })}\n`);
/** @type {import('@plenum/core').Logger} */
const logger = {
  debug: () => {},
  info: () => {},
  warn: (_, text) => say('warn', { text }),
  error: (_, text) => say('error', { text }),
};
const random = { token: () => randomBytes(8).toString('hex') };

const journal = new Redis(journalUrl);
journal.on('error', () => {});
/** @param {import('@plenum/core').Lease} lease */
const step = ({ partition, token }) =>
  journal.eval(commit, 2, `${prefix}:{p${partition}}:lease`, `${prefix}:journal`, nodeId, token, partition);

/** @type {import('@plenum/core').PartitionWork} */
const work = {
  name: 'journal',
  async run(lease, signal) {
    if (lease.partition >= journaled) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return;
    }
    while (!signal.aborted) {
      await step(lease).catch(() => {});
      await wait(stepMs);
    }
    const isCommitted = await step(lease).catch(() => null);
    say('last step', { partition: lease.partition, token: lease.token, isCommitted });
  },
};

const engine = await createRedisEngine({
  ...{ url, prefix, random, logger },
  clock: systemClock,
  settings: { ...defaultEngineSettings, leaseTtlMs: Number(LEASE_TTL_MS) },
});
const ownership = new Ownership({
  nodes: engine.nodes,
  leases: engine.leases,
  works: [work],
  card: { nodeId, url: null, version: '0.0.0', strategy: 'owner' },
  ...{ clock: systemClock, logger },
});
process.once('SIGTERM', async () => {
  const beganMs = performance.now();
  await ownership.drain();
  say('drained', { tookMs: Math.round(performance.now() - beganMs) });
  await ownership.stop();
  await engine.close();
  process.exit(0);
});
await ownership.start();
say('ready');
