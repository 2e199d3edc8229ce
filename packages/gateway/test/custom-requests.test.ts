/** Custom requests: clients call them like the built-in ones, and errors of their code stay contained. */
import { fail, PlenumError, succeed } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { type CustomRequest, defineRequest } from '../src/index.ts';
import { ask, startEdge } from './edge.ts';
import { position } from './fake-domain.ts';

const add = defineRequest({
  service: 'sums',
  requestType: 'add',
  args: z.strictObject({ a: z.number(), b: z.number() }),
  handle: ({ args, caller }) => succeed({ sum: args.a + args.b, for: caller.actor }),
});
const noArgs = z.object({});
const handling = (
  handle: Parameters<typeof defineRequest<object>>[0]['handle'],
  timeoutMs = 10_000,
): CustomRequest => defineRequest({ requestType: 'own', args: noArgs, timeoutMs, handle });

async function answerOf(own: CustomRequest, envelope: object = { request_type: 'own', request_id: 'r' }) {
  await using edge = await startEdge({ requests: [own] });
  const client = await edge.connected('ann');
  const answer = await ask(client, envelope);
  const alive = await ask(client, {
    request_type: 'relay_msg',
    args: { group_id: 'g1', message: 'still here' },
  });
  expect(alive).toMatchObject({ success: true });
  return { answer, logs: edge.logs };
}

test('an own request is found by its service and type and answered with what it made', async () => {
  const { answer } = await answerOf(add, {
    service: 'sums',
    request_type: 'add',
    request_id: 'r',
    args: { a: 1, b: 2 },
  });
  expect(answer).toEqual({ request_id: 'r', success: true, result: { sum: 3, for: 'ann' } });
});

test.each([
  [{ service: 'sums', request_type: 'relay_msg' }],
  [{ request_type: 'add' }],
  [{ service: 'other', request_type: 'add' }],
  [{ service: 'sums', request_type: '__proto__' }],
])('%o is found nowhere', async (envelope) => {
  expect((await answerOf(add, envelope)).answer).toMatchObject({ code: 'unsupported_request' });
});

test.each([
  [{ a: 1 }, 'b'],
  [{ a: 1, b: 2, c: 3 }, 'c'],
])('the arguments %o are refused by its schema', async (args, field) => {
  const { answer } = await answerOf(add, { service: 'sums', request_type: 'add', args });
  expect(answer).toMatchObject({ code: 'invalid_args', details: { field } });
});

test('one without a service belongs to the service of the built-in requests', async () => {
  const own = handling(() => succeed('fine'));
  expect((await answerOf(own)).answer).toMatchObject({ result: 'fine' });
  const named = { service: 'relay', request_type: 'own' };
  expect((await answerOf(own, named)).answer).toMatchObject({ result: 'fine' });
});

test('it may act by the built-in requests in the name of its caller', async () => {
  const group = { group_id: groupIdSchema.parse('g1') };
  const own = handling(({ operations, caller }) => operations.delete_group(caller, group));
  await using edge = await startEdge({ requests: [own] });
  const client = await edge.connected('ann');
  expect(await ask(client, { request_type: 'own' })).toMatchObject({ success: true });
  expect(edge.calls.at(-1)).toMatchObject({ operation: 'delete_group', caller: { actor: 'ann' } });
});

test.each([
  ['false', () => false],
  ['no, later', async () => false],
])('a permission that says %s answers forbidden, and the handler is not asked', async (_, permission) => {
  let calls = 0;
  const own = defineRequest({
    requestType: 'own',
    args: noArgs,
    permission,
    handle: () => {
      calls += 1;
      return succeed(1);
    },
  });
  expect((await answerOf(own)).answer).toMatchObject({ success: false, code: 'forbidden' });
  expect(calls).toBe(0);
});

test('a permission sees who asks for what', async () => {
  const own = defineRequest({
    requestType: 'own',
    args: z.object({ owner: z.string() }),
    permission: ({ caller, args }) => caller.actor === args.owner,
    handle: () => succeed(1),
  });
  const envelope = { request_type: 'own', args: { owner: 'ann' } };
  expect((await answerOf(own, envelope)).answer).toMatchObject({ success: true });
});

test('a refusal of its handler is answered as it is', async () => {
  const own = handling(() => fail({ code: 'room_overloaded', details: { reason: 'later' } }));
  expect((await answerOf(own)).answer).toMatchObject({
    code: 'room_overloaded',
    can_retry: true,
    details: { reason: 'later' },
  });
});

const cyclic: { self?: unknown } = {};
cyclic.self = cyclic;
const untyped = (result: unknown) => () => JSON.parse(JSON.stringify(result ?? null));

test.each([
  [
    'throws',
    () => {
      throw new Error('a handler of the team');
    },
  ],
  ['rejects', () => Promise.reject(new Error('a handler of the team'))],
  ['returns a cycle', () => succeed(cyclic)],
  ['returns a bigint', () => succeed(1n)],
  ['returns what nests without end', () => succeed(JSON.parse('['.repeat(5000) + ']'.repeat(5000)))],
  ['returns no outcome', untyped({ sum: 1 })],
  ['returns nothing', untyped(null)],
])('a handler that %s answers internal and nothing else', async (_, handle) => {
  const { answer, logs } = await answerOf(handling(handle));
  expect(answer).toEqual({
    request_id: 'r',
    success: false,
    error: 'Internal error',
    code: 'internal',
    can_retry: false,
  });
  expect(logs.filter(({ level }) => level === 'error')).toHaveLength(1);
});

test('a handler that hangs answers timeout, with its signal aborted', async () => {
  let signal: AbortSignal | undefined;
  const own = handling((call) => {
    signal = call.signal;
    return new Promise(() => {});
  }, 50);
  expect((await answerOf(own)).answer).toMatchObject({ code: 'timeout', can_retry: true });
  expect(signal?.aborted).toBe(true);
});

test('requests that use a store which is away are answered `unavailable`', async () => {
  const own = handling(() => Promise.reject(PlenumError.of('unavailable')));
  const { answer, logs } = await answerOf(own);
  expect(answer).toMatchObject({ code: 'unavailable', can_retry: true });
  expect(logs.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a result goes over the wire as plain JSON', async () => {
  const { answer } = await answerOf(
    handling(() => succeed({ at: new Date(0), bytes: undefined, ...position })),
  );
  expect(answer).toMatchObject({ result: { at: '1970-01-01T00:00:00.000Z', ...position } });
});

test.each([
  ['relay', 'relay_msg', 'has the name of a built-in request'],
  [undefined, 'send_message', 'has the name of a built-in request'],
  ['sums', 'with space', 'printable ASCII'],
  ['', 'add', 'printable ASCII'],
])('a request of service %s and type %s stops the start', async (service, requestType, why) => {
  const named = service === undefined ? {} : { service };
  const own = defineRequest({ ...named, requestType, args: noArgs, handle: () => succeed(1) });
  await expect(startEdge({ requests: [own] })).rejects.toThrow(why);
});

test('a request that is declared twice stops the start', async () => {
  await expect(startEdge({ requests: [add, add] })).rejects.toThrow('request "sums add" is declared twice');
});
