/** HTTP that is well formed and yet no request of ours: bodies, content types, routes, encodings. One error shape for all. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';
import { expectHttp } from '../support/rules/refused.ts';
import { adminToken } from '../support/wire/http.ts';
import { rawRequest } from '../support/wire/raw-connection.ts';

const nested = (depth: number) => `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`;
const notJson = { code: 'invalid_request', error: 'body is not valid JSON' } as const;

const badBodies: readonly (readonly [string, string])[] = [
  ['half an object', '{"group_id":'],
  ['a trailing comma', '{"group_id":"g",}'],
  ['single quotes', "{'group_id':'g'}"],
  ['NaN', '{"max_members":NaN}'],
  ['Infinity', '{"max_members":Infinity}'],
  ['two objects', '{}{}'],
  ['a form', 'group_id=g&group_type=public'],
  ['a byte order mark', '\ufeff{}'],
  ['a control character in a text', '{"group_id":"\u0001"}'],
];
const wrongBodies: readonly (readonly [string, string])[] = [
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"group_id"'],
  ['a number', '7'],
  ['an empty object', '{}'],
];
const badPaths: readonly string[] = ['%', '%zz', '%c3', '%e0%80%80', '%ed%a0%80', '%u0041'];
const unknownRoutes: readonly (readonly [string, string])[] = [
  ['GET', '/v1'],
  ['GET', '/v1/group/g'],
  ['GET', '/v2/groups/g'],
  ['PATCH', '/v1/groups/g/members'],
  ['POST', '/v1/groups/g/members/ann/fly'],
  ['POST', '/v1/groups/g/members/ann/constructor'],
  ['GET', '/V1/GROUPS/g'],
  ['GET', '/v1/groups/g/'],
  ['GET', '/__proto__'],
  ['POST', '/healthz'],
  ['DELETE', '/openapi.json'],
];

describe.each(engines)('bad HTTP on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    badInput.service.rest('POST', '/v1/groups', { body, headers });

  test.each(badBodies)('a body of %s is no JSON', async (_, body) => {
    expectHttp(await post(body), notJson, expect.any(String));
  });

  test.each(wrongBodies)('a body of %s is refused', async (_, body) => {
    expect((await post(body)).body).toMatchObject({ code: 'invalid_args', request_id: expect.any(String) });
  });

  test('numbers beyond all ranges in a body are refused by the name of the field', async () => {
    for (const number of ['1e400', '-1e400', '9007199254740993', '0.1', '-0.5']) {
      const body = `{"group_id":"n","group_type":"public","creator_id":"a","max_members":${number}}`;
      const { body: failure } = await post(body);
      expect(failure).toMatchObject({ code: 'invalid_args', details: { field: 'max_members' } });
    }
  });

  test('a body of 5,000 levels is refused by the limit', async () => {
    const { status, body } = await post(nested(5000));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_args', details: { limit: 32 } });
  });

  test.each([
    ['just above the limit', 65_537],
    ['of 1 MB', 1_000_000],
  ])('a body %s is refused with 413', async (_, bytes) => {
    const { status, body } = await post(`"${'x'.repeat(bytes - 2)}"`);
    expect(status).toBe(413);
    expect(body).toMatchObject({ code: 'message_too_large', details: { limit: 65_536 } });
  });

  test('a body of exactly the limit is read', async () => {
    const { body } = await post(`"${'x'.repeat(65_534)}"`);
    expect(body).toMatchObject({ code: 'invalid_args' });
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonx',
    'nonsense',
    '',
  ])('the content type %o is refused by its name', async (type) => {
    const answer = await post('{}', { 'content-type': type });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'invalid_request', details: { field: 'content-type' } });
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON'])(
    'the content type %o is accepted',
    async (type) => {
      expect((await post('{}', { 'content-type': type })).body).toMatchObject({ code: 'invalid_args' });
    },
  );

  test.each(badPaths)('the path segment %s cannot be decoded', async (segment) => {
    const line = `GET /v1/groups/${segment}`;
    const answer = await rawRequest(badInput.service.url, line, { token: adminToken });
    expect(answer).toMatchObject({ status: 400, body: { can_retry: false, request_id: expect.any(String) } });
    expect(answer.body['code']).toMatch(/^invalid_(request|args)$/);
  });

  test('a path of 20,000 characters is refused', async () => {
    const line = `GET /v1/groups/${'x'.repeat(10_000)}`;
    const answer = await rawRequest(badInput.service.url, line, { token: adminToken });
    expect(answer).toMatchObject({ status: 400, body: { code: expect.stringMatching(/^invalid_/) } });
  });

  test.each(unknownRoutes)('%s %s is an unknown route', async (method, path) => {
    const error = `unsupported function: ${method} ${path}`;
    const answer = await badInput.service.rest(method, path);
    expectHttp(answer, { code: 'unsupported_request', error }, expect.any(String));
  });

  test.each([
    ['empty', ''],
    ['of 129 characters', 'x'.repeat(129)],
    ['with a tab', 'a\tb'],
    ['with bytes above ASCII', 'ä'],
  ])('an Idempotency-Key that is %s is refused by its name', async (_, key) => {
    const answer = await badInput.service.rest('GET', '/v1/groups/g', {
      headers: { 'idempotency-key': key },
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'invalid_request', details: { field: 'Idempotency-Key' } });
  });
});
