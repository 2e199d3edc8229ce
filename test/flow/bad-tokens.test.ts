/** Refused tokens, and fields of the handshake that must do no harm. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { Device } from '../support/devices/device.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';
import { expectHttp, expectNoConnection } from '../support/rules/refused.ts';
import { forgedTokens, tokenWith } from '../support/wire/forged-tokens.ts';
import { tokenOf } from '../support/wire/http.ts';
import { frame, RawWebSocket } from '../support/wire/raw-web-socket.ts';

const unauthenticated = { code: 'unauthenticated' } as const;

const badHandshakes: readonly (readonly [string, object, string])[] = [
  [
    '257 positions',
    { positions: Array.from({ length: 257 }, (_, i) => ({ group_id: `g${i}` })) },
    'positions',
  ],
  ['positions that are no list', { positions: { group_id: 'g' } }, 'positions'],
  ['positions as a text that is no list', { positions: '{"group_id":"g"}' }, 'positions'],
  ['positions as a text that is no JSON', { positions: 'g' }, 'positions'],
  ['a position without a group in a text', { positions: '[{"seq":1}]' }, 'positions.0.group_id'],
  ['a position without a group', { positions: [{ seq: 1 }] }, 'positions.0.group_id'],
  ['a position with a seq below 0', { positions: [{ group_id: 'g', seq: -1 }] }, 'positions.0.seq'],
  ['a position with a seq of 2^53', { positions: [{ group_id: 'g', seq: 2 ** 53 }] }, 'positions.0.seq'],
  ['a position with an unknown field', { positions: [{ group_id: 'g', x: 1 }] }, 'positions.0.x'],
  ['an unknown way to subscribe', { subscribe: 'all' }, 'subscribe'],
];

describe.each(engines)('bad tokens on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  const connecting = async (token: unknown, auth: object = {}) => {
    await using device = new Device(badInput.service.url, 'x', {
      reconnection: false,
      auth: { token, ...auth },
    });
    return await device.connected();
  };

  test.each(forgedTokens)('a token with %s opens neither door', async (_, token) => {
    await expectNoConnection(connecting(token), unauthenticated);
    const answer = await badInput.service.rest('GET', '/v1/groups/g', { token });
    expectHttp(answer, unauthenticated, expect.any(String));
  });

  test('a token without an expiry ends a day after it was issued, at both doors', async () => {
    const issued = (iat: number) => tokenWith({ sub: 'ann', iat });
    const nowSec = Math.floor(Date.now() / 1000);
    const old = issued(nowSec - 86_401);
    await expectNoConnection(connecting(old), { code: 'token_expired' });
    const answer = await badInput.service.rest('GET', '/v1/users/ann/groups', { token: old });
    expectHttp(answer, { code: 'token_expired' }, expect.any(String));
    await using device = new Device(badInput.service.url, issued(nowSec - 60), { reconnection: false });
    await device.connected();
  });

  test.each([
    ['no token', undefined],
    ['null', null],
    ['a number', 7],
    ['a list', ['a']],
    ['an object', { length: 9 }],
    ['an empty text', ''],
  ])('a handshake with %s as its token is refused', async (_, token) => {
    await expectNoConnection(connecting(token), unauthenticated);
  });

  test.each(badHandshakes)(
    'a handshake with %s is refused by the name of the field',
    async (_, auth, field) => {
      const refusal = await connecting(await tokenOf('ann'), auth).catch((error) => error);
      expect(refusal.data).toMatchObject({ code: 'invalid_args', details: { field } });
    },
  );

  test('a handshake that nests 5,000 deep is refused', async () => {
    using connection = await RawWebSocket.connect(badInput.service.url);
    const deep = '['.repeat(5000) + ']'.repeat(5000);
    connection.send(frame.text, `40{"token":"${await tokenOf('ann')}","deep":${deep}}`);
    await connection.until(/^44\{.*32 levels.*"code":"invalid_args"/);
  });

  test.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a scheme without a token', { authorization: 'Bearer ' }],
    ['a token without a scheme', { authorization: 'nonsense' }],
    ['two tokens', { authorization: 'Bearer a b' }],
  ])('a request with %s is refused', async (_, headers) => {
    const answer = await badInput.service.rest('GET', '/v1/groups/g', { token: null, headers });
    expectHttp(answer, unauthenticated, expect.any(String));
  });

  test('an expired token opens neither door', async () => {
    const token = await tokenOf('ann', -1);
    await expectNoConnection(connecting(token), { code: 'token_expired' });
    const answer = await badInput.service.rest('GET', '/v1/groups/g', { token });
    expectHttp(answer, { code: 'token_expired' }, expect.any(String));
  });
});
