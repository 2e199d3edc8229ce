import { expect, test } from 'vitest';
import { isAdapterMessage } from './adapter-message.ts';

const opts = { rooms: ['r'], except: [], flags: {} };
const packet = { type: 2, data: ['event', 1], nsp: '/' };
const accepts = (type: number, data: unknown) =>
  isAdapterMessage(Buffer.from(JSON.stringify({ uid: 'emitter', nsp: '/', type, data })));

const goodData: Readonly<Record<number, object>> = {
  3: { packet, opts },
  4: { opts, rooms: ['r'] },
  5: { opts, rooms: ['r'] },
  6: { opts, close: true },
  7: { opts, requestId: 'q' },
  8: { requestId: 'q', sockets: [{ id: 's', handshake: {}, rooms: ['r'], data: {} }] },
  9: { packet: ['event', 1] },
  10: { requestId: 'q', packet: 1 },
  11: { requestId: 'q', clientCount: 2 },
  12: { requestId: 'q', packet: [1] },
};
const types = Object.entries(goodData).map(([type, data]) => [Number(type), data] as const);

test.each(types)('type %i is accepted with the data its handler reads', (type, data) => {
  expect(accepts(type, data)).toBe(true);
});

test.each(types.flatMap(([type, data]) => Object.keys(data).map((key) => [type, key, data] as const)))(
  'type %i without a sound "%s" is dropped',
  (type, key, data) => {
    // `close` may be missing, and the content of an answer is never dereferenced.
    const isFree = (type === 10 || type === 12) && key === 'packet';
    expect(accepts(type, { ...data, [key]: {} })).toBe(isFree);
  },
);

test.each([0, 1, 2, 13, 14, -3, 3.5, '3', null])('type %s is unknown and dropped', (type) => {
  const text = JSON.stringify({ uid: 'u', nsp: '/', type, data: goodData[3] });
  expect(isAdapterMessage(Buffer.from(text))).toBe(false);
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['raw bytes', Buffer.from([0xff, 0x00, 0x7b])],
  ['an opening brace', Buffer.from('{')],
  ['a JSON text that is no object', Buffer.from('null')],
  ['msgpack', Buffer.from([0x83, 0xa3, 0x75, 0x69, 0x64, 0xa1, 0x78])],
  ['5,000 brackets', Buffer.from('['.repeat(5000) + ']'.repeat(5000))],
  ['a message without data', Buffer.from('{"uid":"u","nsp":"/","type":3}')],
  ['a message without uid', Buffer.from('{"nsp":"/","type":7,"data":{}}')],
])('%s is dropped', (_, payload) => {
  expect(isAdapterMessage(payload)).toBe(false);
});

test('an argument that nests too deep to be written again is dropped', () => {
  const deep = `${'['.repeat(5000)}${']'.repeat(5000)}`;
  const text = `{"uid":"u","nsp":"/","type":3,"data":{"packet":{"type":2,"data":["e",${deep}]},"opts":{"rooms":[],"except":[]}}}`;
  expect(isAdapterMessage(Buffer.from(text))).toBe(false);
});

test.each(['connection', 'connect', 'new_namespace', 'error'])('the server event %s is dropped', (name) => {
  expect(accepts(9, { packet: [name, {}] })).toBe(false);
});

test('flags that Lua wrote as an empty array are accepted', () => {
  expect(accepts(3, { packet, opts: { ...opts, flags: [] } })).toBe(true);
});
