/** Requests over sockets: every input, valid or not, gets one typed answer, and the node keeps working. */
import { type Operations, PlenumError, succeed, systemClock } from '@plenum/core';
import { eventually } from '@plenum/testkit';
import type { Socket } from 'socket.io-client';
import { expect, test } from 'vitest';
import { createFanOut } from '../src/index.ts';
import { ask, type Edge, next, startEdge } from './edge.ts';
import { position, recordingLogger, relayed } from './fake-domain.ts';

const relay = (message: unknown) => ({
  request_type: 'relay_msg',
  request_id: 'r1',
  args: { group_id: 'g1', message },
});

/** Sends an encoded Socket.IO packet and resolves with the next one that arrives. */
function exchange(client: Socket, packet: string): Promise<string> {
  const { engine } = client.io;
  const answer = new Promise<string>((resolve) => engine.once('data', (data) => resolve(String(data))));
  engine.write(packet);
  return answer;
}

async function expectAlive(edge: Edge, client: Socket): Promise<void> {
  expect(await ask(client, relay('still here'))).toMatchObject({ success: true });
  expect(edge.logs.filter(({ level }) => level === 'error')).toEqual([]);
}

test('a request is answered through its ack with the id of the client', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  expect(await ask(client, relay('hello'))).toEqual({ request_id: 'r1', success: true, result: relayed });
  expect(edge.calls[0]).toMatchObject({
    operation: 'relay_msg',
    caller: { actor: 'ann', requestId: 'r1', isServerMadeId: false, device: { userId: 'ann' } },
    args: { group_id: 'g1', message: 'hello' },
  });
});

test('a request without an ack is answered by the event response', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const response = next(client, 'response');
  client.emit('request', relay('hello'));
  expect(await response).toEqual({ request_id: 'r1', success: true, result: relayed });
});

test('a request without an id gets one from the server', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const answer = await ask(client, { request_type: 'list_groups' });
  expect(answer).toMatchObject({ request_id: '0000000000000001', success: true });
  expect(edge.calls[0]?.caller).toMatchObject({ requestId: '0000000000000001', isServerMadeId: true });
});

test('send_message is another name of relay_msg, and the service may be named', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  await ask(client, {
    service: 'relay',
    request_type: 'send_message',
    args: { group_id: 'g1', message: 'x' },
  });
  expect(edge.calls[0]?.operation).toBe('relay_msg');
});

test.each(['coalesced', 'plain'] as const)(
  'the ack of a message precedes the copy of its sender: %s',
  async (mode) => {
    const fanOut = createFanOut({ clock: systemClock, logger: recordingLogger([]), mode });
    const wire = { request_id: 'r1', success: true, result: { ...relayed, message: 'hello' } };
    const relay_msg: Operations['relay_msg'] = async ({ device }, { group_id }) => {
      const entry = { type: 'message', ...position, wire: Buffer.from(JSON.stringify(wire)) } as const;
      fanOut.deliver(group_id, device === null ? [] : [device], [entry]);
      return succeed(relayed);
    };
    await using edge = await startEdge({ operations: { relay_msg } });
    const client = await edge.connected('ann');
    const seen: unknown[] = [];
    client.on('relay_message', (payload) => seen.push(payload));
    client.on('response', () => seen.push('answer'));
    client.emit('request', relay('hello'));
    await eventually(() => expect(seen).toEqual(['answer', wire]));
  },
);

test.each([
  ['nothing at all', '421["request"]'],
  ['null', '421["request",null]'],
  ['a number', '421["request",7]'],
  ['text', '421["request","relay_msg"]'],
  ['an array', '421["request",[1,2]]'],
  ['an empty object', '421["request",{}]'],
  ['a type that is no text', '421["request",{"request_type":{}}]'],
  ['an unknown field', '421["request",{"request_type":"list_groups","x":1}]'],
  ['a field named __proto__', '421["request",{"request_type":"list_groups","__proto__":{"x":1}}]'],
  ['arguments that are text', '421["request",{"request_type":"list_groups","args":"x"}]'],
  [
    'a request id that is too long',
    `421["request",{"request_type":"list_groups","request_id":"${'x'.repeat(129)}"}]`,
  ],
  ['a request id with a line break', '421["request",{"request_type":"list_groups","request_id":"a\\nb"}]'],
  ['an event that does not exist', '421["no such event",{}]'],
  ['an event named error', '421["error",{}]'],
  ['an event that is a number', '421[7,{}]'],
  ['an envelope of 5,000 nested arrays', `421["request",${'['.repeat(5000)}${']'.repeat(5000)}]`],
])('%s is answered with invalid_request', async (_, packet) => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const answer = await exchange(client, packet.slice(1));
  expect(answer.slice(0, 2)).toBe('31');
  expect(JSON.parse(answer.slice(2))).toMatchObject([
    { request_id: expect.stringMatching(/./), success: false, code: 'invalid_request', can_retry: false },
  ]);
  await expectAlive(edge, client);
});

test.each([
  ['an unknown argument', { request_type: 'list_groups', args: { colour: 'red' } }, 'invalid_args'],
  ['a bad group id', { request_type: 'leave_group', args: { group_id: '..' } }, 'invalid_args'],
  ['an empty message', relay(''), 'invalid_content'],
  ['a message that is a number', relay(7), 'invalid_content'],
  ['a message that is too large', relay('x'.repeat(101)), 'message_too_large'],
  ['a lone surrogate', relay('\ud800'), 'invalid_utf8'],
  ['binary content', relay(new Uint8Array([1, 2, 3])), 'invalid_content'],
  ['an unknown service', { service: 'other', request_type: 'list_groups' }, 'unsupported_request'],
])('%s is answered with %s', async (_, envelope, code) => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  expect(await ask(client, envelope)).toMatchObject({ success: false, code });
  expect(edge.calls).toEqual([]);
  await expectAlive(edge, client);
});

test('arguments that nest 5,000 levels are answered with invalid_args', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const packet = `21["request",{"request_type":"create_group","request_id":"r9","args":{"group_id":"g1","group_type":"public","metadata":{"a":${deep}}}}]`;
  expect(JSON.parse((await exchange(client, packet)).slice(2))).toMatchObject([
    { request_id: 'r9', success: false, code: 'invalid_args', details: { limit: 32 } },
  ]);
  await expectAlive(edge, client);
});

test.each(['no_such_thing', 'constructor', '__proto__', 'toString'])(
  'the request type %s is unsupported, by name',
  async (type) => {
    await using edge = await startEdge();
    const client = await edge.connected('ann');
    expect(await ask(client, { request_type: type })).toMatchObject({
      code: 'unsupported_request',
      error: `unsupported function: ${type}`,
    });
  },
);

test('an ack that is no function counts as none', async () => {
  await using edge = await startEdge();
  const client = await edge.connected('ann');
  const response = next(client, 'response');
  client.emit('request', relay('hello'), 'no function');
  expect(await response).toMatchObject({ request_id: 'r1', success: true });
});

test.each([
  ['returned', async () => ({ ok: false, failure: { code: 'muted', retryAfterMs: 5 } }) as const],
  ['thrown', async () => Promise.reject(new PlenumError({ code: 'muted', retryAfterMs: 5 }))],
])('a failure that is %s has the one shape', async (_, relay_msg) => {
  await using edge = await startEdge({ operations: { relay_msg } });
  const client = await edge.connected('ann');
  expect(await ask(client, relay('hello'))).toEqual({
    request_id: 'r1',
    success: false,
    code: 'muted',
    error: 'You are muted and cannot send messages',
    can_retry: true,
    retry_after_ms: 5,
  });
});

test('a bug is answered with internal and nothing else, and is logged without the arguments', async () => {
  const relay_msg = () => {
    throw new TypeError('x is undefined');
  };
  await using edge = await startEdge({ operations: { relay_msg } });
  const client = await edge.connected('ann');
  expect(await ask(client, relay('a secret'))).toEqual({
    request_id: 'r1',
    success: false,
    code: 'internal',
    error: 'Internal error',
    can_retry: false,
  });
  const errors = edge.logs.filter(({ level }) => level === 'error');
  expect(errors).toMatchObject([{ fields: { user: 'ann', request_id: 'r1' } }]);
  expect(JSON.stringify(errors)).not.toContain('a secret');
});

test('the 257th open request of a socket is refused until one is answered', async () => {
  const release: (() => void)[] = [];
  await using edge = await startEdge({
    operations: { typing: () => new Promise((resolve) => release.push(() => resolve(succeed({})))) },
  });
  const client = await edge.connected('ann');
  const typing = { request_type: 'typing', args: { group_id: 'g1' } };
  const open = Array.from({ length: 256 }, () => ask(client, typing));
  expect(await ask(client, { request_type: 'history', args: { group_id: 'g1' } })).toMatchObject({
    code: 'rate_limited',
    can_retry: true,
    details: { limit: 256 },
  });
  for (const answer of release) answer();
  await Promise.all(open);
  await expectAlive(edge, client);
});

test('only the service may create groups where the configuration says so', async () => {
  await using edge = await startEdge({ config: { createPolicy: 'service' } });
  const client = await edge.connected('ann');
  const args = { group_id: 'g1', group_type: 'public' };
  expect(await ask(client, { request_type: 'create_group', args })).toMatchObject({ code: 'forbidden' });
});

test('a frame above 64 KiB cuts its socket and no other', async () => {
  await using edge = await startEdge();
  const offender = await edge.connected('eve');
  const other = await edge.connected('ann');
  const cut = next(offender, 'disconnect');
  offender.emit('request', relay('x'.repeat(70_000)));
  expect(await cut).toBe('transport close');
  await expectAlive(edge, other);
  await eventually(() => expect(edge.hub.devices.size).toBe(1));
});

test.each([
  '5',
  '2',
  '2{}',
  '4x',
  '9',
  '2/foo,["request",{}]',
  '51-["request",{"_placeholder":true,"num":0}]',
])('the packet %o is no reason to stop', async (packet) => {
  await using edge = await startEdge();
  const offender = await edge.connected('eve');
  const other = await edge.connected('ann');
  offender.io.engine.write(packet);
  offender.io.engine.write('2["request",{}]');
  await expectAlive(edge, other);
});
