/** Every code of the error table is produced at each door of each engine, or is in a list of those that cannot be. */
import { type ErrorCode, errorCodes } from '@plenum/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServedNode } from '../support/cluster/served-node.ts';
import { type EngineName, engines, Service } from '../support/cluster/service.ts';
import { Device, readsRefusals } from '../support/devices/device.ts';
import { extensionRefusals } from '../support/rules/extension-refusals.ts';
import { GroupScene } from '../support/rules/group-scene.ts';
import { inviteRefusals } from '../support/rules/invite-refusals.ts';
import { messageRefusals } from '../support/rules/message-refusals.ts';
import { presenceRefusals } from '../support/rules/presence-refusals.ts';
import { RedisOutage, requestTimeoutMs } from '../support/rules/redis-outage.ts';
import { settings } from '../support/rules/refusal-settings.ts';
import { type Ask, type Door, type Expected, refusals, requestId } from '../support/rules/refusals.ts';
import { expectAnswer, expectHttp, expectNoConnection } from '../support/rules/refused.ts';
import { adminToken, tokenOf } from '../support/wire/http.ts';
import { restCall } from '../support/wire/rest-call.ts';

// Dead letters are a matter of operators, who have no sockets.
// A request to join ends after a minute at the earliest: see expiring-requests.test.ts.
const withoutCauseAtSocket: readonly ErrorCode[] = ['dead_letter_not_found', 'request_expired'];
// Pages of foreign origins are kept from reading answers; what they bring as bearer counts. Connections are sockets.
const withoutCauseAtRest: readonly ErrorCode[] = [
  ...(['origin_denied', 'too_many_connections', 'node_busy', 'request_expired'] as const),
];
const withoutCauseAt: Readonly<Record<`${EngineName} ${Door}`, readonly ErrorCode[]>> = {
  'memory socket': withoutCauseAtSocket,
  'redis socket': withoutCauseAtSocket,
  // There is no store that could be late, and REST does not reach requests of a team's own.
  'memory rest': [...withoutCauseAtRest, 'timeout'],
  'redis rest': withoutCauseAtRest,
};

const bothDoors: readonly Door[] = ['socket', 'rest'];
const produced = new Set<string>();
function produces(
  code: ErrorCode,
  [engine, door]: [EngineName, Door],
  to: string,
  body: () => Promise<void>,
) {
  produced.add(`${engine} ${door} ${code}`);
  test(`${code} is the answer to ${to}, at the ${door} door on ${engine}`, body);
}

async function askByRest(scene: GroupScene, { by, type, args }: Ask) {
  const { method, path, body } = restCall(type, args, by === null ? '' : scene.user(by));
  const token = by === null ? adminToken : await tokenOf(scene.user(by));
  return scene.service.rest(method, path, { token, body, headers: { 'idempotency-key': requestId } });
}
async function askBySocket(scene: GroupScene, { by, type, args }: Ask) {
  const device = await scene.service.device(scene.user(by ?? ''));
  return device.request(type, args, requestId);
}

describe.each(engines)('the error table on %s', (engine) => {
  const services = new Map<string, Service>();
  beforeAll(async () => {
    for (const [name, options] of Object.entries(settings)) {
      services.set(name, await Service.start(engine, options));
    }
  });
  afterAll(async () => {
    for (const service of services.values()) await service[Symbol.asyncDispose]();
  });
  const serviceWith = (setting: string): Service => {
    const service = services.get(setting);
    if (service === undefined) throw new Error(`no service with the setting ${setting}`);
    return service;
  };

  for (const { to, setting = 'usual', doors = bothDoors, arrange, ...expected } of [
    ...refusals,
    ...inviteRefusals,
    ...presenceRefusals,
    ...messageRefusals,
    ...extensionRefusals,
  ]) {
    for (const door of doors) {
      produces(expected.code, [engine, door], to, async () => {
        const scene = new GroupScene(serviceWith(setting));
        const ask = await arrange(scene);
        const before = await scene.state();
        if (door === 'rest') expectHttp(await askByRest(scene, ask), expected, requestId);
        else expectAnswer(await askBySocket(scene, ask), expected, requestId);
        expect(await scene.state()).toEqual(before);
      });
    }
  }

  const invalid: Expected = {
    code: 'invalid_request',
    error: 'request_type must be a string',
    details: { field: 'request_type' },
  };
  produces('invalid_request', [engine, 'socket'], 'a request type that is a number', async () => {
    const device = await serviceWith('usual').device('ann');
    expectAnswer(await device.ask({ request_type: 7, request_id: requestId }), invalid, requestId);
  });
  produces('invalid_request', [engine, 'rest'], 'a body that is not JSON', async () => {
    const call = { body: '{"group_id":', headers: { 'idempotency-key': requestId } };
    const answer = await serviceWith('usual').rest('POST', '/v1/groups', call);
    expectHttp(answer, { code: 'invalid_request', error: 'body is not valid JSON' }, requestId);
  });
  produces('dead_letter_not_found', [engine, 'rest'], 'a dead letter that does not exist', async () => {
    const call = { headers: { 'idempotency-key': requestId } };
    const answer = await serviceWith('usual').rest('DELETE', '/v1/dead-letters/1-0-0', call);
    expectHttp(answer, { code: 'dead_letter_not_found' }, requestId);
  });
  produces('unsupported_request', [engine, 'socket'], 'an unknown request type', async () => {
    const device = await serviceWith('usual').device('ann');
    const answer = await device.request('fly', {}, requestId);
    expectAnswer(answer, { code: 'unsupported_request', error: 'unsupported function: fly' }, requestId);
  });
  produces('timeout', [engine, 'socket'], 'a request of a team that takes longer than it may', async () => {
    const device = await serviceWith('sluggish').device('ann');
    const envelope = { service: 'own', request_type: 'sleep', request_id: requestId, args: {} };
    expectAnswer(await device.ask(envelope), { code: 'timeout' }, requestId);
  });
  produces('unsupported_request', [engine, 'rest'], 'an unknown route', async () => {
    const answer = await serviceWith('usual').rest('GET', '/v1/birds?x=1', { headers: {} });
    const error = 'unsupported function: GET /v1/birds';
    expectHttp(answer, { code: 'unsupported_request', error }, expect.any(String));
  });

  const outsiders = [
    ['unauthenticated', 'a token without a signature', async () => 'nonsense'],
    ['token_expired', 'a token of yesterday', () => tokenOf('ann', -86_400)],
  ] as const;
  for (const [code, to, tokenFor] of outsiders) {
    produces(code, [engine, 'socket'], to, async () => {
      await using device = new Device(serviceWith('usual').url, await tokenFor(), { reconnection: false });
      await expectNoConnection(device.connected(), { code });
    });
    produces(code, [engine, 'rest'], to, async () => {
      const call = { token: await tokenFor(), headers: { 'idempotency-key': requestId } };
      expectHttp(await serviceWith('usual').rest('GET', '/v1/groups/g', call), { code }, requestId);
    });
  }
  produces('origin_denied', [engine, 'socket'], 'a page of a foreign origin', async () => {
    const page = { extraHeaders: { origin: 'https://evil.example' } };
    await expectNoConnection(serviceWith('usual').device('ann', page), { code: 'origin_denied' });
  });
  produces('forbidden', [engine, 'rest'], 'a message in the name of another user', async () => {
    const scene = await new GroupScene(serviceWith('usual')).create('public');
    const { path, method, body } = restCall('relay_msg', { group_id: scene.groupId, message: 'x' }, 'bob');
    const call = { token: await tokenOf('ann'), body, headers: { 'idempotency-key': requestId } };
    expectHttp(await scene.service.rest(method, path, call), { code: 'forbidden' }, requestId);
  });

  produces('too_many_connections', [engine, 'socket'], 'one socket more than allowed', async () => {
    const service = serviceWith('crowded');
    await service.device('ann');
    await expectNoConnection(service.device('ann', readsRefusals), { code: 'too_many_connections' });
  });
  produces(
    'node_busy',
    [engine, 'socket'],
    'a client that would be in line for longer than 5 s',
    async () => {
      const service = serviceWith('stormy');
      await service.device('ann');
      await expectNoConnection(service.device('ann', readsRefusals), { code: 'node_busy' });
    },
  );
  const drains = 'a new client of a node that drains';
  produces('draining', [engine, 'socket'], drains, async () => {
    await using node = await ServedNode.start(engine);
    await node.beginDrain();
    await expectNoConnection(node.device('bob', readsRefusals), { code: 'draining' });
  });
  produces('draining', [engine, 'rest'], drains, async () => {
    await using node = await ServedNode.start(engine);
    await node.beginDrain();
    const answer = await node.rest('GET', '/v1/groups/g', { headers: { 'idempotency-key': requestId } });
    expectHttp(answer, { code: 'draining' }, requestId);
  });
});

const faults: readonly (readonly [ErrorCode, string, (outage: RedisOutage) => Promise<void>])[] = [
  ['unavailable', 'a message while Redis is away', (outage) => outage.stopRedis()],
  [
    'timeout',
    `a message that Redis does not answer within ${requestTimeoutMs} ms`,
    ({ redis }) => redis.pause(),
  ],
  ['internal', 'a message into a group with spoilt keys', (outage) => outage.spoilGroup()],
];
describe('the error table when Redis fails', () => {
  for (const [code, to, breakIt] of faults) {
    const ask = ({ scene }: RedisOutage) => {
      const args = { group_id: scene.groupId, message: 'hello' };
      return { by: 'owner', type: 'relay_msg', args } as const;
    };
    produces(code, ['redis', 'socket'], to, async () => {
      await using outage = await RedisOutage.prepare();
      await breakIt(outage);
      const { type, args } = ask(outage);
      expectAnswer(await outage.device.request(type, args, requestId), { code }, requestId);
    });
    produces(code, ['redis', 'rest'], to, async () => {
      await using outage = await RedisOutage.prepare();
      await breakIt(outage);
      // As the service: whether a user's token was revoked would have to be asked of the same Redis first.
      const { service, scene } = outage;
      const { method, path, body } = restCall('relay_msg', ask(outage).args, scene.user('owner'));
      const answer = await service.rest(method, path, { body, headers: { 'idempotency-key': requestId } });
      expectHttp(answer, { code }, requestId);
    });
  }
});

test('an internal error is logged once, at level error', async () => {
  await using outage = await RedisOutage.prepare();
  await outage.spoilGroup();
  await outage.device.send(outage.scene.groupId, 'hello');
  const errors = outage.logs.filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([{ fields: { user: outage.scene.user('owner'), err: expect.any(Error) } }]);
});

describe.each(engines)('on %s', (engine) => {
  test.each(['socket', 'rest'] as const)(
    'the codes without a cause at the %s door are the listed ones',
    (door) => {
      const missing = errorCodes.filter((code) => !produced.has(`${engine} ${door} ${code}`));
      expect(missing.toSorted()).toEqual(withoutCauseAt[`${engine} ${door}`].toSorted());
    },
  );
});
