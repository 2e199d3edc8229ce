/** The script that finds the last messages of many groups, also over the slots of a Cluster. */
import { defaultEngineSettings } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { createCommand, messageDraft } from '@plenum/testkit';
import { Cluster } from 'ioredis';
import { expect, test } from 'vitest';
import { lastMessages } from '../../src/groups/last-messages.ts';
import { ScriptCalls } from '../../src/script-calls/script-calls.ts';
import { onEveryRedis, type Stage, user } from './stage.ts';

const groupIds = Array.from({ length: 80 }, (_, at) => groupIdSchema.parse(`group-${at}`));
const u1 = user('u1');

async function withMessages(stage: Stage): Promise<void> {
  for (const groupId of groupIds) {
    await stage.do(createCommand({ groupId, actor: 'u1' }));
    await stage.log.append(messageDraft({ groupId, sender: 'u1' }));
  }
}

/** How many scripts the server has run since the last call. */
async function scriptsOf({ redis }: Stage): Promise<number> {
  const stats = await redis.info('commandstats');
  await redis.config('RESETSTAT');
  const calls = stats.matchAll(/^cmdstat_(?:evalsha|eval)(?:_ro)?:calls=(\d+)/gm);
  return [...calls].reduce((sum, [, count]) => sum + Number(count), 0);
}

onEveryRedis((open) => {
  test('one call per 32 groups of a server finds the last message of each', async () => {
    const stage = open({ settings: { ratePerSec: 1e6, rateBurst: 1e6, membershipRateBurst: 1000 } });
    await withMessages(stage);
    const isCluster = (await stage.redis.info('cluster')).includes('cluster_enabled:1');
    const { host = '', port = 0 } = stage.redis.options;
    const cluster = isCluster ? new Cluster([{ host, port }]) : null;
    const calls =
      cluster === null
        ? stage.calls
        : new ScriptCalls({ redis: cluster, clock: stage.clock, settings: defaultEngineSettings });
    try {
      await lastMessages(calls, stage.keys, { userId: u1, groupIds });
      await scriptsOf(stage);
      const found = await lastMessages(calls, stage.keys, { userId: u1, groupIds });
      expect(await scriptsOf(stage)).toBe(3);
      expect(found.map(({ groupId }) => groupId).sort()).toEqual([...groupIds].sort());
      expect(found.map(({ last }) => last?.seq)).toEqual(groupIds.map(() => 2));
      expect(await lastMessages(calls, stage.keys, { userId: user('u2'), groupIds })).toEqual(
        expect.arrayContaining(groupIds.map((groupId) => ({ groupId, last: null }))),
      );
    } finally {
      cluster?.disconnect();
    }
  });
});
