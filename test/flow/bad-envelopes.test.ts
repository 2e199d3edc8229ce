/** Whatever is emitted, in whatever number and form, gets one typed answer: by its ack, or by the event `response`. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../support/cluster/service.ts';
import { BadInputScene } from '../support/rules/bad-input-scene.ts';

const good = { request_type: 'list_groups', request_id: 'r1', args: {} };

/** What is no envelope, and the field that the answer names; an empty one: the whole of it. */
const badEnvelopes: readonly (readonly [string, unknown, string])[] = [
  ['nothing', undefined, ''],
  ['null', null, ''],
  ['a text', 'list_groups', ''],
  ['a number', 7, ''],
  ['a flag', true, ''],
  ['a list', [good], ''],
  ['an empty object', {}, 'request_type'],
  ['bytes', Buffer.from('{"request_type":"list_groups"}'), 'request_type'],
  ['an unknown field', { ...good, x: 1 }, 'x'],
  [
    'an unknown field named __proto__',
    JSON.parse('{"request_type":"list_groups","__proto__":{}}'),
    '__proto__',
  ],
  ['no request type', { ...good, request_type: undefined }, 'request_type'],
  ['a request type that is null', { ...good, request_type: null }, 'request_type'],
  ['a request type that is a list', { ...good, request_type: ['list_groups'] }, 'request_type'],
  ['an empty request type', { ...good, request_type: '' }, 'request_type'],
  ['a request type of 65 characters', { ...good, request_type: 'x'.repeat(65) }, 'request_type'],
  ['a service that is a number', { ...good, service: 7 }, 'service'],
  ['an empty service', { ...good, service: '' }, 'service'],
  ['a service of 65 characters', { ...good, service: 'x'.repeat(65) }, 'service'],
  ['args that are a text', { ...good, args: 'group_id' }, 'args'],
  ['args that are a list', { ...good, args: [] }, 'args'],
  ['args that are a number', { ...good, args: 1 }, 'args'],
];
/** A request id that cannot be used is not repeated. */
const badIds: readonly (readonly [string, unknown])[] = [
  ['empty', ''],
  ['of 129 characters', 'x'.repeat(129)],
  ['a number', 7],
  ['null', null],
  ['an object', {}],
  ['of two lines', 'a\nb'],
  ['with an umlaut', 'ä'],
  ['half a surrogate pair', '\ud83d'],
];
const unknownTypes = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'LIST_GROUPS', 'admit', ' '];
const unknownEvents = ['message', 'relay_msg', 'response', '__proto__', 'constructor', 'error', ''];

describe.each(engines)('bad envelopes on %s', (engine) => {
  let badInput: BadInputScene;
  beforeAll(async () => {
    badInput = await BadInputScene.start(engine);
  });
  afterAll(() => badInput[Symbol.asyncDispose]());
  afterEach(() => badInput.expectUnharmed());

  test.each(badEnvelopes)('%s instead of an envelope is refused', async (_, envelope, field) => {
    const answer = await badInput.device.ask(envelope);
    expect(answer).toMatchObject({ success: false, code: 'invalid_request', can_retry: false });
    expect(answer).toMatchObject({ request_id: expect.any(String), details: field === '' ? {} : { field } });
  });

  test.each(badIds)('a request id that is %s is refused and the answer has another one', async (_, id) => {
    const answer = await badInput.device.ask({ ...good, request_id: id });
    expect(answer).toMatchObject({ code: 'invalid_request', details: { field: 'request_id' } });
    expect(answer.request_id).toMatch(/^[0-9a-f]{16}$/);
  });

  test.each(unknownTypes)('the request type %o is unknown', async (request_type) => {
    const answer = await badInput.device.ask({ ...good, request_type });
    const error = `unsupported function: ${request_type}`;
    expect(answer).toMatchObject({ request_id: 'r1', code: 'unsupported_request', error });
  });

  test('the request of another service is unknown', async () => {
    const answer = await badInput.device.ask({ ...good, service: 'billing' });
    expect(answer).toMatchObject({ code: 'unsupported_request' });
  });

  test.each(unknownEvents)('the event %o is refused by its name, with and without an ack', async (event) => {
    const { socket } = badInput.device;
    const refusal = { success: false, code: 'invalid_request', details: { field: 'event' } };
    const request_id = `of ${event}`;
    expect(await socket.emitWithAck(event, { ...good, request_id })).toMatchObject({
      request_id,
      ...refusal,
    });
    socket.emit(event, { ...good, request_id: `${request_id}, no ack` });
    await badInput.device.until('response', { request_id: `${request_id}, no ack`, ...refusal });
  });

  test('an event without arguments is answered, with and without an ack', async () => {
    const { socket } = badInput.device;
    expect(await socket.emitWithAck('request')).toMatchObject({ success: false, code: 'invalid_request' });
    socket.emit('request');
    await badInput.device.until('response', { success: false, code: 'invalid_request' });
  });

  test.each([
    ['a text', 'ack'],
    ['null', null],
    ['an object', { ack: true }],
    ['a text named after a function', '() => {}'],
  ])('%s where the ack should be is ignored, and the answer is pushed', async (what, notAnAck) => {
    const request_id = `ack is ${what}`;
    badInput.device.socket.emit('request', { ...good, request_id }, notAnAck);
    await badInput.device.until('response', { request_id, success: true });
  });

  test('of several arguments the first one counts', async () => {
    const answer = await badInput.device.socket.emitWithAck('request', good, { x: 1 }, [2], null);
    expect(answer).toMatchObject({ request_id: 'r1', success: true });
  });

  test.each([
    ['as the envelope', Buffer.alloc(60_000)],
    ['as the arguments', { ...good, args: Buffer.alloc(60_000) }],
    ['inside the arguments', { ...good, args: { cursor: Buffer.from('x') } }],
    ['as the request type', { ...good, request_type: Buffer.from('list_groups') }],
  ])('bytes %s are refused', async (_, envelope) => {
    expect(await badInput.device.ask(envelope)).toMatchObject({ success: false, can_retry: false });
  });
});
