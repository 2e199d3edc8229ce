/** The functions of the library that REST and sockets have too, on both engines: users, dead letters, the cluster, listeners. */
import { eventually, freshPrefix, obtainRedisForTests, type RedisForTests } from '@plenum/testkit';
import { createPlenum, type Plenum, PlenumError, type PlenumOptions } from 'plenum';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { Device } from '../support/devices/device.ts';

let redis: RedisForTests;
beforeAll(async () => {
  redis = await obtainRedisForTests();
});
afterAll(() => redis.dispose());

describe.each(['memory', 'redis'] as const)('%s', (kind) => {
  const place = (): PlenumOptions =>
    kind === 'memory' ? { engine: 'memory' } : { redisUrl: redis.url, prefix: freshPrefix() };

  async function open(options: PlenumOptions = {}): Promise<Plenum> {
    const plenum = await createPlenum({ ...place(), ...options });
    onTestFinished(() => plenum.close());
    await plenum.groups.create({ groupId: 'g', groupType: 'private', creatorId: 'ann' });
    return plenum;
  }

  test('users: their groups, marks, notifications, and the presence of those who are connected', async () => {
    const plenum = await open({ gateway: {} });
    const { users, groups } = plenum;
    await groups.join({ groupId: 'g', userId: 'bob', admit: true });
    await plenum.send('g', 'ann', 'one');
    await plenum.send('g', 'ann', 'two');
    expect(await users.groups({ userId: 'bob', order: 'activity' })).toMatchObject({
      result: { groups: [{ group_id: 'g', unread: 2, last_message: { message: 'two' } }] },
    });
    expect(await users.markRead({ groupId: 'g', userId: 'bob', seq: 3 })).toMatchObject({
      result: { read_seq: 3, unread: 1 },
    });
    expect(await groups.readMarks({ groupId: 'g', userId: 'ann' })).toMatchObject({
      result: { marks: expect.arrayContaining([{ user_id: 'bob', read_seq: 3 }]) },
    });
    expect(await users.setNotifications({ groupId: 'g', userId: 'bob', level: 'mentions' })).toMatchObject({
      result: { level: 'mentions' },
    });
    await using bob = await new Device(plenum.url ?? '', await plenum.signToken('bob')).connected();
    await eventually(async () =>
      expect(await groups.presence({ groupId: 'g' })).toMatchObject({
        result: { online: ['bob'], count: 1 },
      }),
    );
    expect(await users.typing({ groupId: 'g', userId: 'ann' })).toMatchObject({ ok: true });
    await bob.until('typing', { user_id: 'ann' });
    expect(await groups.find({ prefix: 'g' })).toMatchObject({ result: { groups: [{ group_id: 'g' }] } });
  });

  test('users are cut, revoked and erased', async () => {
    const plenum = await open({ gateway: {} });
    const { users } = plenum;
    await using ann = await new Device(plenum.url ?? '', await plenum.signToken('ann')).connected();
    expect(await users.disconnect({ userId: 'ann' })).toMatchObject({ result: { status: 'disconnected' } });
    await ann.until('closing', { code: 'disconnected' });
    await using back = await new Device(plenum.url ?? '', await plenum.signToken('ann')).connected();
    expect(await users.revoke({ userId: 'ann' })).toMatchObject({ result: { status: 'revoked' } });
    await back.until('closing', { code: 'revoked' });
    await plenum.send('g', 'ann', 'soon gone');
    expect(await users.erase({ userId: 'ann', erase: 'messages' })).toMatchObject({
      result: { user_id: 'ann' },
    });
    await eventually(async () =>
      expect(await users.erasure({ userId: 'ann' })).toMatchObject({
        result: { status: 'done', groups_left: 1, messages_done: 1 },
      }),
    );
  });

  test('messages are streamed and imported', async () => {
    const plenum = await open();
    const at = '2020-01-01T00:00:00.000Z';
    const imported = { groupId: 'g', importId: 'old', position: 0 };
    const messages = [{ from_user_id: 'zoe', message: 'long ago', timestamp: at }];
    expect(await plenum.messages.import({ ...imported, messages })).toMatchObject({
      result: { imported: 1 },
    });
    const sent = await plenum.send('g', 'ann', 'once', { open: true });
    if (!sent.ok) throw new Error(sent.failure.message);
    const own = { groupId: 'g', messageId: sent.result.message_id, userId: 'ann' };
    expect(await plenum.messages.append({ ...own, text: ' upon a time', done: true })).toMatchObject({
      ok: true,
    });
    expect(await plenum.messages.get(own)).toMatchObject({ result: { message: 'once upon a time' } });
  });

  test('dead letters are listed, retried and deleted', async () => {
    let isRefusing = true;
    const saved: string[] = [];
    const archive = {
      save: async (entries: readonly { readonly message_id: string }[]) => {
        const refused = isRefusing
          ? entries.map(({ message_id }) => ({ message_id, reason: 'not today' }))
          : [];
        if (!isRefusing) saved.push(...entries.map(({ message_id }) => message_id));
        return { refused };
      },
    };
    const plenum = await open({ adapters: { archive }, delivery: { maxRetries: 1, retryBaseMs: 10 } });
    await plenum.send('g', 'ann', 'hello');
    const letters = async () => {
      const page = await plenum.deadLetters.list({ limit: 10 });
      if (!page.ok) throw new Error(page.failure.message);
      return page.result.dead_letters;
    };
    await eventually(async () => expect(await letters()).toHaveLength(2));
    isRefusing = false;
    const [first, second] = await letters();
    expect(await plenum.deadLetters.retry({ deadLetterId: first?.dead_letter_id ?? '' })).toMatchObject({
      ok: true,
    });
    expect(await plenum.deadLetters.delete({ deadLetterId: second?.dead_letter_id ?? '' })).toMatchObject({
      ok: true,
    });
    await eventually(() => expect(saved).toHaveLength(1));
    await eventually(async () => expect(await letters()).toEqual([]));
  });

  test('the cluster shows its nodes and owners, exports a user, and drains', async () => {
    const plenum = await open({ gateway: {} });
    const { cluster } = plenum;
    const nodes = await cluster.nodes();
    if (!nodes.ok) throw new Error(nodes.failure.message);
    expect(nodes.result.nodes).toMatchObject([{ url: plenum.url, draining: false }]);
    expect(await cluster.owner({ groupId: 'g' })).toMatchObject({
      result: { group_id: 'g', node_id: nodes.result.nodes[0]?.node_id },
    });
    expect(await cluster.partitions()).toMatchObject({ ok: true });
    const lines: unknown[] = [];
    for await (const line of cluster.exportUser({ userId: 'ann' })) lines.push(JSON.parse(line));
    expect(lines.length).toBeGreaterThan(1);
    expect(() => cluster.exportUser({ userId: 'a b' })).toThrow(PlenumError);
    expect(await cluster.drain({ nodeId: 'a node' })).toMatchObject({ failure: { code: 'invalid_args' } });
    await using ann = await new Device(plenum.url ?? '', await plenum.signToken('ann')).connected();
    await plenum.drain({ withinMs: 100 });
    await ann.until('closing', { code: 'drain' });
    expect((await fetch(`${plenum.url}/readyz`)).status).toBe(503);
    await expect(plenum.drain({ withinMs: -1 })).rejects.toMatchObject({ failure: { code: 'invalid_args' } });
  });

  test('a listener of a user gets nothing while the user waits, and nothing after a kick', async () => {
    const plenum = await open();
    const heard: string[] = [];
    const listener = {
      onMessage: ({ message }: { readonly message?: string | undefined }) => heard.push(String(message)),
      onMembership: ({ type, group_id }: { type: string; group_id: string }) =>
        heard.push(`${group_id} ${type}`),
      onResync: (reason: string) => heard.push(reason),
    };
    await plenum.groups.join({ groupId: 'g', userId: 'bob' });
    expect(await plenum.subscribe('g', listener, { userId: 'bob' })).toMatchObject({
      ok: false,
      failure: { code: 'pending_membership', message: expect.any(String), can_retry: false },
    });
    await plenum.groups.accept({ groupId: 'g', userId: 'bob' });
    expect(await plenum.subscribe('g', listener, { userId: 'bob' })).toMatchObject({ ok: true });
    await eventually(async () =>
      expect(await plenum.groups.presence({ groupId: 'g' })).toMatchObject({ result: { online: ['bob'] } }),
    );
    await plenum.send('g', 'ann', 'hello');
    await eventually(() => expect(heard).toContain('hello'));
    await plenum.groups.create({ groupId: 'other', groupType: 'public', creatorId: 'bob' });
    await plenum.groups.kick({ groupId: 'g', userId: 'bob' });
    await eventually(() => expect(heard).toContain('g kicked'));
    await plenum.send('g', 'ann', 'behind its back');
    await plenum.subscribe('g', { onMessage: () => {} });
    expect(heard.filter((line) => line.startsWith('other') || line.startsWith('behind'))).toEqual([]);
  });

  test('a listener continues after its last position', async () => {
    const plenum = await open();
    const first = await plenum.send('g', 'ann', 'one');
    if (!first.ok) throw new Error(first.failure.message);
    const { seq, epoch } = first.result;
    await plenum.send('g', 'ann', 'two');
    const heard: string[] = [];
    const onMessage = ({ message }: { readonly message?: string | undefined }) => heard.push(String(message));
    await plenum.subscribe('g', { onMessage }, { after: { seq, epoch } });
    await plenum.send('g', 'ann', 'three');
    await eventually(() => expect(heard).toEqual(['two', 'three']));
    expect(await plenum.subscribe('g', {}, { after: { seq: -1, epoch } })).toMatchObject({
      failure: { code: 'invalid_args' },
    });
    expect(await plenum.subscribe('g', {}, { userId: '$service' })).toMatchObject({
      failure: { code: 'invalid_args' },
    });
  });

  test('a refusal has a text for people and says whether the call may succeed later', async () => {
    const plenum = await open({ engineSettings: { rateBurst: 1, ratePerSec: 0.01 } });
    expect(await plenum.send('g', 'bob', 'hello')).toMatchObject({
      ok: false,
      failure: { code: 'not_a_member', message: 'Not a member of this group', can_retry: false },
    });
    await plenum.send('g', 'ann', 'one');
    expect(await plenum.send('g', 'ann', 'two')).toMatchObject({
      failure: { code: 'rate_limited', can_retry: true, retryAfterMs: expect.any(Number) },
    });
    expect(await plenum.groups.info({ groupId: '' })).toMatchObject({
      failure: { code: 'invalid_args', message: expect.stringMatching(/group_id/), can_retry: false },
    });
  });
});
