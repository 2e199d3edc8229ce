/** Numbers that JSON cannot write again, and a `+` in a query: refused by the name of the field, on both doors. */
import { defineRequest, succeed } from 'plenum';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { engines, Service } from '../support/cluster/service.ts';
import { tokenOf } from '../support/wire/http.ts';
import { frame, RawWebSocket } from '../support/wire/raw-web-socket.ts';

const echo = defineRequest({
  requestType: 'echo',
  args: z.record(z.string(), z.unknown()),
  handle: ({ args }) => succeed(args),
});

/** The value of `metadata`, and the field that the refusal names. */
const badMetadata = [
  ['{"n":1e999}', 'metadata.n'],
  ['{"a":{"list":[1,-1e999]}}', 'metadata.a.list.1'],
  ['{"__proto__":{"n":1e400}}', 'metadata.__proto__.n'],
  ['{"id":12345678901234567890}', 'metadata.id'],
  ['{"id":9007199254740992}', 'metadata.id'],
] as const;

describe.each(engines)('numbers and queries on %s', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { requests: [echo] });
    await service.plenum.groups.create({ groupId: 'a+b', groupType: 'public', creatorId: 'ada' });
  });
  afterAll(() => service[Symbol.asyncDispose]());

  /** The answer to a request whose arguments are this text. */
  async function asked(requestType: string, args: string): Promise<string> {
    using connection = await RawWebSocket.connect(service.url);
    connection.send(frame.text, `40${JSON.stringify({ token: await tokenOf('ada') })}`);
    await connection.until(/40\{"sid"/);
    connection.send(frame.text, `421["request",{"request_type":"${requestType}","args":${args}}]`);
    return await connection.until(/431\[.*\]/);
  }

  test.each(badMetadata)('metadata %s is refused by its field', async (metadata, field) => {
    const refusal = await asked(
      'create_group',
      `{"group_id":"g","group_type":"public","metadata":${metadata}}`,
    );
    expect(refusal).toContain('"code":"invalid_args"');
    expect(refusal).toContain(`"field":"${field}"`);
    const body = `{"group_id":"g","group_type":"public","creator_id":"ada","metadata":${metadata}}`;
    expect(await service.rest('POST', '/v1/groups', { body })).toMatchObject({
      status: 400,
      body: { code: 'invalid_args', details: { field } },
    });
    const changed = await service.rest('PATCH', '/v1/groups/a+b', { body: `{"metadata":${metadata}}` });
    expect(changed).toMatchObject({ status: 400, body: { code: 'invalid_args', details: { field } } });
  });

  test('arguments of an own request type hold no number that its answer could not', async () => {
    const refusal = await asked('echo', '{"a":{"b":[1e999]}}');
    expect(refusal).toContain('"code":"invalid_args"');
    expect(refusal).toContain('"field":"a.b.0"');
    expect(await asked('echo', '{"a":{"b":[1e99,-0.5]}}')).toContain('"success":true');
  });

  test('numbers that are kept exactly come back as they were sent, and a key __proto__ too', async () => {
    const metadata = '{"n":9007199254740991,"x":-0.25,"big":"12345678901234567890","__proto__":{"k":1}}';
    const body = `{"group_id":"exact","group_type":"public","creator_id":"ada","metadata":${metadata}}`;
    expect(await service.rest('POST', '/v1/groups', { body })).toMatchObject({ status: 201 });
    const { body: info } = await service.rest('GET', '/v1/groups/exact');
    expect(JSON.stringify(info['metadata'])).toBe(metadata);
  });

  const groups = (query: string) => service.rest('GET', `/v1/groups?${query}`);

  test.each(['prefix=a+b', 'prefix=a%20b', 'cursor=a+b', 'limit=+1', 'limit=1+'])(
    'the query %s, where a + is a space, is refused with a sentence',
    async (query) => {
      const field = query.split('=')[0];
      expect(await groups(query)).toMatchObject({
        status: 400,
        body: { code: 'invalid_args', error: expect.stringContaining('%2B'), details: { field } },
      });
    },
  );

  test.each([
    ['a repeated field', 'prefix=a&prefix=b', 'prefix'],
    ['an empty limit', 'limit=', 'limit'],
    ['an unknown field', 'prefixes=a', 'prefixes'],
    ['an empty cursor', 'cursor=', 'cursor'],
  ])('a query with %s is refused by its field', async (_, query, field) => {
    expect(await groups(query)).toMatchObject({
      status: 400,
      body: { code: 'invalid_args', details: { field } },
    });
  });

  test('a + is written as %2B in a query, and as either in a path', async () => {
    expect((await groups('prefix=a%2Bb')).body).toMatchObject({ groups: [{ group_id: 'a+b' }] });
    expect((await groups('prefix=')).status).toBe(200);
    for (const id of ['a+b', 'a%2Bb']) {
      expect((await service.rest('GET', `/v1/groups/${id}`)).body).toMatchObject({ group_id: 'a+b' });
    }
    expect((await service.rest('GET', '/v1/groups/a%20b')).body).toMatchObject({ code: 'invalid_args' });
    const explained = await service.rest('GET', '/v1/groups/a+b/explain?user_id=x+y&action=send');
    expect(explained.body).toMatchObject({ code: 'invalid_args', details: { field: 'user_id' } });
  });
});
