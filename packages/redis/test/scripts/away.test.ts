import { eventually, kickCommand, messageDraft, type RedisServer, startRedis } from '@plenum/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { groupId, Stage } from './stage.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ appendonly: true });
});
afterAll(() => server.stop());

async function withGroup(): Promise<Stage> {
  const stage = new Stage(server.url, { settings: { requestTimeoutMs: 2000 } });
  await stage.create();
  return stage;
}
const failsWith = (code: string) => expect.objectContaining({ failure: expect.objectContaining({ code }) });

test('a frozen Redis leaves the outcome unknown, and what it gets too late it does not do', async () => {
  const stage = await withGroup();
  const draft = messageDraft({ groupId, sender: 'owner' });
  await server.pause();
  await expect(stage.log.append(draft)).rejects.toEqual(failsWith('timeout'));
  await expect(stage.groups.change(kickCommand({ groupId, actor: 'owner', userId: 'u1' }))).rejects.toEqual(
    failsWith('timeout'),
  );
  await server.resume();
  expect(await stage.entries()).toHaveLength(1);
  expect(await stage.log.append(draft)).toMatchObject({ seq: 2, isDuplicate: false });
  stage.close();
});

test('an entry on the channel answers a send whose reply does not come', async () => {
  const stage = await withGroup();
  const heard = await stage.listen();
  const { seq } = await stage.send('owner');
  await heard.decoded(1);
  stage.redis.stream.pause();
  const answer = stage.log.append(messageDraft({ groupId, sender: 'owner' }));
  for (const entry of await heard.decoded(2)) stage.log.resolveSends(entry);
  expect(await answer).toMatchObject({ type: 'appended', seq: seq + 1, isDuplicate: false });
  stage.redis.stream.resume();
  stage.close();
});

test('a Redis that is gone is unavailable, since nothing was sent; it comes back with everything', async () => {
  const stage = await withGroup();
  stage.redis.on('error', () => undefined);
  // With `everysec` a write waits for a slow fsync that is under way, and a kill may come first.
  await stage.redis.config('SET', 'appendfsync', 'always');
  const { seq } = await stage.send('owner');
  await server.kill();
  await eventually(() => expect(stage.redis.status).not.toBe('ready'));
  await expect(stage.groups.group(groupId)).rejects.toEqual(failsWith('unavailable'));
  await expect(stage.log.append(messageDraft({ groupId, sender: 'owner' }))).rejects.toEqual(
    failsWith('unavailable'),
  );
  await server.restart();
  await stage.redis.ping();
  expect((await stage.groups.group(groupId))?.head.seq).toBe(seq);
  stage.close();
});

test('a flushed script cache is not noticed', async () => {
  const stage = await withGroup();
  const sends = Array.from({ length: 15 }, (_, index) => stage.send('owner', String(index)));
  await stage.redis.script('FLUSH');
  const outcomes = await Promise.all([...sends, stage.send('owner')]);
  expect(outcomes.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 16 }, (_, index) => index + 2),
  );
  stage.close();
});
