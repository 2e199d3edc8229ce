/** The SDK against what happens to nodes, networks and Redis: every sequence ends complete, or says what it lacks. */
import { eventually, freePort, freshPrefix, startFaultProxy, startRedis } from '@plenum/testkit';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { Service } from '../support/cluster/service.ts';
import { isDense } from '../support/devices/device.ts';
import { SdkUser } from '../support/devices/sdk-user.ts';
import { tokenOf } from '../support/wire/http.ts';

const fast = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };
const patient = { timeoutMs: 20_000 };
const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

describe('on three nodes', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster[Symbol.asyncDispose]());

  test('nodes die one by one: every send is stored once, no device misses or repeats an entry', async () => {
    using ada = await SdkUser.connect('ada', { url: cluster.url });
    using bob = await SdkUser.connect('bob', { url: cluster.url });
    await ada.client.create('trek', 'public');
    await bob.client.join('trek');
    const texts: string[] = [];
    for (const { pid } of cluster.nodes.slice(0, 3)) {
      const round = numbered(`${pid}`, 20);
      process.kill(pid, 'SIGKILL');
      for (const text of round) await ada.say('trek', text);
      texts.push(...round);
    }
    await ada.untilTexts('trek', texts);
    await bob.untilTexts('trek', texts);
    expect(isDense(bob.seqs('trek'))).toBe(true);
    expect([...ada.resyncs, ...bob.resyncs]).toEqual([]);
  });

  test('killed pub/sub connections lose nothing', async () => {
    using ada = await SdkUser.connect('eva', { url: cluster.url });
    using bob = await SdkUser.connect('flo', { url: cluster.url });
    await ada.client.create('radio', 'public');
    await bob.client.join('radio');
    const texts = numbered('wave', 60);
    for (const [i, text] of texts.entries()) {
      if (i % 10 === 5) await cluster.killPubSub();
      await ada.say('radio', text);
    }
    await bob.untilTexts('radio', texts);
    expect(isDense(bob.seqs('radio'))).toBe(true);
  });
});

test('a server that is stopped and started is found again, and what was sent arrives once', async () => {
  const redis = await startRedis();
  const port = await freePort();
  const options = {
    gateway: { port },
    redisUrl: redis.serviceUrl,
    prefix: freshPrefix(),
    engineSettings: fast,
  };
  const first = await Service.start('redis', options);
  using ada = await SdkUser.connect('ada', { url: first.url });
  await ada.client.create('inn', 'public');
  await ada.say('inn', 'before');
  await first[Symbol.asyncDispose]();
  await ada.until('waiting');
  const sending = ada.say('inn', 'meanwhile');
  {
    await using _second = await Service.start('redis', options);
    await sending;
    await ada.say('inn', 'after');
    await ada.untilTexts('inn', ['before', 'meanwhile', 'after']);
    expect(ada.seqs('inn')).toEqual([1, 2, 3, 4]);
  }
  await redis.stop();
});

test('a send whose answer is lost on the way is repeated with the same id and stored once', async () => {
  await using service = await Service.start('memory', { engineSettings: fast });
  await using proxy = await startFaultProxy({ targetPort: Number(new URL(service.url).port) });
  const url = `http://127.0.0.1:${proxy.port}`;
  using ada = await SdkUser.connect('ada', { url, answerTimeoutMs: 200 });
  await ada.client.create('echo', 'public');
  proxy.pauseDownstream();
  const sending = ada.say('echo', 'once');
  await eventually(async () => {
    const { body } = await service.rest('GET', '/v1/groups/echo/messages');
    expect(body['head_seq']).toBe(2);
  }, patient);
  proxy.cutAll();
  expect(await sending).toBe(2);
  await ada.say('echo', 'twice');
  await ada.untilTexts('echo', ['once', 'twice']);
  expect(ada.seqs('echo')).toEqual([1, 2, 3]);
});

/** A member who was away while `count` messages were sent, and is back. */
async function awayFor(service: Service, count: number) {
  const ada = await SdkUser.connect('ada', { url: service.url });
  const bob = await SdkUser.connect('bob', { url: service.url });
  await ada.client.create('log', 'public');
  await bob.client.join('log');
  bob.client.close();
  const texts = numbered('missed', count);
  for (const text of texts) await ada.say('log', text);
  await bob.client.connect();
  return { ada, bob, texts };
}

test('a client that was away for too long is paged to the head', async () => {
  await using service = await Service.start('memory', { engineSettings: fast });
  const { ada, bob, texts } = await awayFor(service, 1100);
  using _ada = ada;
  using _bob = bob;
  await bob.untilTexts('log', texts);
  expect(isDense(bob.seqs('log'))).toBe(true);
  expect(bob.resyncs).toMatchObject([{ reason: 'too_far', from_seq: 3, missing: null, revoked: null }]);
  expect(bob.recoveries.at(-1)).toEqual({ group_id: 'log', from_seq: 3, head_seq: 1102 });
});

test('what the log has not kept is named, and the rest follows', async () => {
  const settings = { ...fast, historyMaxEntries: 50 };
  await using service = await Service.start('memory', { engineSettings: settings });
  const { ada, bob, texts } = await awayFor(service, 300);
  using _ada = ada;
  using _bob = bob;
  await eventually(() => expect(bob.texts('log').at(-1)).toBe('missed-299'), patient);
  const [notice] = bob.resyncs;
  expect(notice).toMatchObject({ reason: 'too_old', missing: { from: 3 }, revoked: null });
  const shown = bob.seqs('log').filter((seq) => seq > 2);
  expect(shown[0]).toBe((notice?.missing?.to ?? 0) + 1);
  expect(isDense(shown)).toBe(true);
  expect(bob.texts('log')).toEqual(texts.slice(-shown.length));
});

test('after Redis has lost its last messages the application gets them as revoked', async () => {
  const redis = await startRedis();
  const admin = new Redis(redis.url, { lazyConnect: true });
  {
    await using service = await Service.start('redis', { redisUrl: redis.serviceUrl, engineSettings: fast });
    using ada = await SdkUser.connect('ada', { url: service.url });
    using bob = await SdkUser.connect('bob', { url: service.url });
    await ada.client.create('oath', 'public');
    await bob.client.join('oath');
    await ada.say('oath', 'kept');
    await admin.call('SAVE');
    admin.disconnect();
    await ada.say('oath', 'lost');
    await bob.untilTexts('oath', ['kept', 'lost']);
    await redis.kill();
    await redis.restart();
    await ada.say('oath', 'new');
    await eventually(() => expect(bob.texts('oath').at(-1)).toBe('new'), patient);
    expect(bob.resyncs).toMatchObject([
      {
        reason: expect.stringMatching(/^(epoch_changed|ahead)$/),
        from_seq: 4,
        revoked: { from: 4, to: 4 },
        missing: null,
      },
    ]);
    expect(bob.seqs('oath')).toEqual([2, 3, 4, 4]);
  }
  await redis.stop();
});

describe('tokens', () => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start('memory', { engineSettings: fast });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  test('one that is about to end is replaced, and the connection stays', async () => {
    const firstSec = 6;
    const lifetimesSec = [firstSec, 3600];
    const given: number[] = [];
    const token = () => {
      const lifetimeSec = lifetimesSec.shift() ?? 3600;
      given.push(lifetimeSec);
      return tokenOf('kim', lifetimeSec);
    };
    using kim = await SdkUser.connect('kim', { url: service.url, token });
    await eventually(() => expect(given).toEqual([firstSec, 3600]), patient);
    const stateAfter = new Promise((resolve) =>
      setTimeout(() => resolve(kim.client.status), 1000 * firstSec + 500),
    );
    expect(await stateAfter).toEqual({ state: 'connected' });
    expect(kim.statuses.map(({ state }) => state)).toEqual(['connecting', 'connected']);
  });

  test('one that has ended is replaced before the client connects', async () => {
    const tokens = [await tokenOf('lea', -10), await tokenOf('lea')];
    using lea = await SdkUser.connect('lea', { url: service.url, token: async () => tokens.shift() ?? '' });
    expect(lea.client.status).toEqual({ state: 'connected' });
  });

  test('one that has ended and cannot be replaced is reported', async () => {
    using max = new SdkUser({ url: service.url, token: await tokenOf('max', -10) });
    expect(await max.client.connect()).toBe(false);
    expect(max.client.status).toEqual({ state: 'closed', reason: 'token_expired' });
  });
});
