import { expect, test } from 'vitest';
import { acquireLease, releaseLease, renewLease, runScript } from '../../src/script-calls/index.ts';
import { onEveryRedis, type Stage } from './stage.ts';

const partition = 7;
const ttlMs = 60_000;

const acquire = (stage: Stage, nodeId: string) =>
  runScript(stage.redis, acquireLease, {
    keys: { lease: stage.keys.lease(partition), lastToken: stage.keys.lastToken(partition) },
    args: { nodeId, ttlMs },
  });
const renew = (stage: Stage, nodeId: string, token: number) =>
  runScript(stage.redis, renewLease, {
    keys: { lease: stage.keys.lease(partition) },
    args: { nodeId, token, ttlMs },
  });
const release = (stage: Stage, nodeId: string, token: number) =>
  runScript(stage.redis, releaseLease, {
    keys: { lease: stage.keys.lease(partition) },
    args: { nodeId, token },
  });
async function granted(stage: Stage, nodeId: string): Promise<number> {
  const reply = await acquire(stage, nodeId);
  if (reply.type !== 'granted') throw new Error(`${nodeId} was not granted the lease`);
  return reply.details[0];
}

onEveryRedis((open) => {
  test('a lease expires by itself, the number of its token does not', async () => {
    const stage = open();
    const token = await granted(stage, 'n1');
    expect(await stage.redis.get(stage.keys.lease(partition))).toBe(`n1 ${token}`);
    expect(await stage.redis.pttl(stage.keys.lease(partition))).toBeGreaterThan(ttlMs / 2);
    expect(await stage.redis.get(stage.keys.lastToken(partition))).toBe(String(token));
    expect(await stage.redis.pttl(stage.keys.lastToken(partition))).toBe(-1);
  });

  test('a token is higher than the last one also when that is ahead of the clock', async () => {
    const stage = open();
    const ahead = 8_000_000_000_000_000;
    await stage.redis.set(stage.keys.lastToken(partition), ahead);
    expect(await granted(stage, 'n1')).toBe(ahead + 1);
  });

  test('a token is higher than the last one also when Redis has lost that', async () => {
    const stage = open();
    const before = await granted(stage, 'n1');
    await stage.redis.unlink(stage.keys.lease(partition), stage.keys.lastToken(partition));
    // Into a later millisecond: a token is a time.
    await stage.redis.client('PAUSE', 2, 'WRITE');
    expect(await granted(stage, 'n2')).toBeGreaterThan(before);
  });

  test('what another node holds is neither given nor prolonged', async () => {
    const stage = open();
    await granted(stage, 'n1');
    await stage.redis.pexpire(stage.keys.lease(partition), 30_000);
    expect(await acquire(stage, 'n2')).toMatchObject({ type: 'held' });
    expect(await stage.redis.pttl(stage.keys.lease(partition))).toBeLessThanOrEqual(30_000);
  });

  test.each<[string, (token: number) => readonly [string, number]]>([
    ['another node with the right token', (token) => ['n2', token]],
    ['the holder with an earlier token', (token) => ['n1', token - 1]],
    ['the holder with a later token', (token) => ['n1', token + 1]],
    ['a node whose id only begins like the holder', (token) => ['n', token]],
  ])('the fence lets %s neither prolong nor release', async (_, claimOf) => {
    const stage = open();
    const token = await granted(stage, 'n1');
    await stage.redis.pexpire(stage.keys.lease(partition), 30_000);
    const claim = claimOf(token);
    expect(await renew(stage, ...claim)).toMatchObject({ type: 'stale' });
    expect(await release(stage, ...claim)).toMatchObject({ type: 'stale' });
    expect(await stage.redis.get(stage.keys.lease(partition))).toBe(`n1 ${token}`);
    expect(await stage.redis.pttl(stage.keys.lease(partition))).toBeLessThanOrEqual(30_000);
    expect(await renew(stage, 'n1', token)).toMatchObject({ type: 'renewed' });
    expect(await release(stage, 'n1', token)).toMatchObject({ type: 'released' });
  });

  test('the fence refuses all where no node holds the lease', async () => {
    const stage = open();
    expect(await renew(stage, 'n1', 1)).toMatchObject({ type: 'stale' });
    const token = await granted(stage, 'n1');
    await release(stage, 'n1', token);
    expect(await renew(stage, 'n1', token)).toMatchObject({ type: 'stale' });
  });
});
