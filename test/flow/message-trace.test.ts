/** The path of one message through the nodes, as operators see it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Trace, type TraceStage, traceSchema } from '@plenum/protocol';
import { ClusterSet, eventually } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { Cluster } from '../support/cluster/cluster.ts';
import { NodeOnPort } from '../support/cluster/node-on-port.ts';
import { engines, nodeSettings, Service } from '../support/cluster/service.ts';
import { httpRequest } from '../support/wire/http.ts';

const group = { group_id: 'g', group_type: 'public', creator_id: 'ann' };

async function traceAt(url: string, body: object = {}): Promise<Trace> {
  const answer = await httpRequest('POST', `${url}/v1/groups/g/trace`, {
    body: { from_user_id: 'ann', wait_ms: 700, ...body },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return traceSchema.parse(answer.body);
}
const of = ({ events }: Trace, stage: TraceStage) => events.filter((event) => event.stage === stage);

test.each(engines)(
  'a message is followed from the gateway to devices and adapters, on %s',
  async (engine) => {
    let calls = 0;
    const refusesOnce = async () => {
      calls += 1;
      return calls === 1 ? { refused: 'not yet' } : undefined;
    };
    await using service = await Service.start(engine, {
      adapters: { archive: { save: async () => undefined }, notifier: { notify: refusesOnce } },
      delivery: { retryBaseMs: 20 },
    });
    const ann = await service.device('ann');
    await ann.must('create_group', { group_id: 'g', group_type: 'public' });
    const bob = await service.device('bob');
    await bob.must('join_group', { group_id: 'g' });
    const trace = await traceAt(service.url, { message: 'where do I go?', wait_ms: 3000 });
    await bob.until('relay_message', { result: { message: 'where do I go?', message_id: trace.message_id } });
    expect(trace).toMatchObject({ recipients_count: 2, missing: [] });
    expect(of(trace, 'gateway')).toMatchObject([{ at_ms: 0 }]);
    expect(of(trace, 'script')[0]?.took_ms).toBeGreaterThan(0);
    expect(of(trace, 'feed')).toMatchObject([{ count: 2 }]);
    expect(of(trace, 'devices')).toMatchObject([{ count: 2 }]);
    expect(of(trace, 'archive')).toMatchObject([{ count: 1, detail: 'taken' }]);
    const attempts = [
      { count: 1, detail: 'refused' },
      { count: 2, detail: 'taken' },
    ];
    expect(of(trace, 'notifier')).toMatchObject(attempts);
    const [feed] = of(trace, 'feed');
    expect(of(trace, 'devices')[0]?.at_ms).toBeGreaterThanOrEqual(feed?.at_ms ?? Number.NaN);
  },
);

test.each(engines)('a refusal is that of any message, and a bad field is named, on %s', async (engine) => {
  await using service = await Service.start(engine);
  await service.rest('POST', '/v1/groups', { body: group });
  const call = (body: object) => service.rest('POST', '/v1/groups/g/trace', { body });
  expect(await call({ from_user_id: 'eve' })).toMatchObject({ status: 403, body: { code: 'not_a_member' } });
  const bad = [
    [{}, 'from_user_id'],
    [{ from_user_id: 'ann', wait_ms: 10_001 }, 'wait_ms'],
    [{ from_user_id: 'ann', wait_ms: 1.5 }, 'wait_ms'],
    [{ from_user_id: 'ann', message: 'é'.repeat(129) }, 'message'],
    [{ from_user_id: 'ann', message: '' }, 'message'],
    [{ from_user_id: 'ann', metadata: {} }, 'metadata'],
  ] as const;
  for (const [body, field] of bad) {
    const answer = await call(body);
    expect(answer.body, field).toMatchObject({ details: { field } });
    expect([400, 413]).toContain(answer.status);
  }
});

test.each(engines)(
  'more traces than a node keeps are refused for now, and none is left over, on %s',
  async (engine) => {
    await using service = await Service.start(engine);
    await service.rest('POST', '/v1/groups', { body: group });
    const call = (wait_ms: number) =>
      service.rest('POST', '/v1/groups/g/trace', { body: { from_user_id: 'ann', wait_ms } });
    const answers = await Promise.all(Array.from({ length: 30 }, () => call(1500)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.body).toMatchObject({ code: 'rate_limited', can_retry: true });
    expect((await call(0)).status).toBe(200);
  },
);

test('each of three nodes shows its devices, and the owner of the partition its adapter', async () => {
  const received: string[] = [];
  const hook = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (text: string) => received.push(text));
    request.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => void hook.listen(0, '127.0.0.1', resolve));
  const { port } = hook.address() as AddressInfo;
  await using cluster = await Cluster.start({
    PLENUM_NOTIFIER_URL: `http://127.0.0.1:${port}/`,
    PLENUM_WEBHOOK_ALLOW: '127.0.0.1',
    PLENUM_WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 'w').toString('base64')}`,
  });
  try {
    await httpRequest('POST', `${cluster.url}/v1/groups`, { body: group });
    const devices = await cluster.onEachNode(['ann', 'bob', 'cyd']);
    for (const device of devices.slice(1)) await device.must('join_group', { group_id: 'g' });
    await eventually(
      async () => {
        const trace = await traceAt(cluster.node(0).url, { wait_ms: 1500 });
        expect(trace.missing).toEqual([]);
        for (const stage of ['feed', 'devices'] as const) {
          expect(of(trace, stage).map(({ count }) => count)).toEqual([1, 1, 1]);
          expect(new Set(of(trace, stage).map(({ node_id }) => node_id)).size).toBe(3);
        }
        const { body } = await httpRequest('GET', `${cluster.url}/v1/groups/g/owner`);
        const [notified] = of(trace, 'notifier');
        expect(notified).toMatchObject({ node_id: Reflect.get(Object(body), 'node_id'), detail: 'taken' });
      },
      { timeoutMs: 30_000 },
    );
    expect(received.length).toBeGreaterThan(0);
    // A frozen node is named; what the others saw is shown.
    process.kill(cluster.node(2).pid, 'SIGSTOP');
    try {
      const trace = await traceAt(cluster.node(0).url);
      expect(trace.missing).toHaveLength(1);
      expect(of(trace, 'devices')).toHaveLength(2);
    } finally {
      process.kill(cluster.node(2).pid, 'SIGCONT');
    }
  } finally {
    hook.close();
  }
}, 120_000);

test('on a Redis Cluster the nodes hear each other too', async () => {
  await using set = await ClusterSet.start();
  const environment = { HOST: '127.0.0.1', ...nodeSettings, REDIS_URL: set.url };
  await using one = await NodeOnPort.start(environment);
  await using two = await NodeOnPort.start(environment);
  await httpRequest('POST', `${one.url}/v1/groups`, { body: group });
  await eventually(async () => {
    const { body } = await httpRequest('GET', `${two.url}/v1/nodes/figures`);
    expect(body).toMatchObject({ nodes: [{}, {}], missing: [] });
  });
  const trace = await traceAt(two.url);
  expect(trace).toMatchObject({ seq: 2, missing: [] });
}, 120_000);
