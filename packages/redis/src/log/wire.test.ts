import { numberedTags } from '@plenum/core';
import { groupIdSchema } from '@plenum/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeForJson } from '../script-calls/index.ts';
import { entryDecoder, entryOf, messageWireHead } from './wire.ts';

const groupId = groupIdSchema.parse('room:one');
const room = numberedTags.groupRoom(groupId);
const epoch = '0123456789abcdef';

interface Published {
  readonly actor?: string;
  readonly requestId?: string;
  readonly seq?: number;
  readonly text?: string;
}

const messageWire = ({ actor = 'u1', requestId = 'r1', seq = 17, text = 'hello' }: Published) =>
  messageWireHead({ groupId, sender: actor, requestId, text }) +
  `2025-01-15T10:30:00.000Z","message_id":"${epoch}-${seq}","epoch":"${epoch}","seq":${seq}}}`;

const eventWire =
  '{"group_id":"room:one","type":"joined","user_id":"u1",' +
  `"epoch":"${epoch}","seq":17,"timestamp":"2025-01-15T10:30:00.000Z"}`;

/** A payload as lua/lib/log.lua makes it. */
function payload(
  kind: 'm' | 'e',
  wire: string,
  { actor = 'u1', requestId = 'r1', seq = 17 }: Published = {},
) {
  const event = kind === 'm' ? 'relay_message' : 'group_event';
  const place = `${epoch} ${String(seq).padStart(16, '0')} 0000000003 1736937000000`;
  return Buffer.from(
    `{"uid":"plenum1 ${kind} ${place} ${actor} ${escapeForJson(requestId)}","nsp":"/","type":3,"data":{"packet":` +
      `{"type":2,"data":["${event}",${wire}],"nsp":"/"},` +
      `"opts":{"rooms":["${room}"],"except":[],"flags":{}}}}`,
  );
}

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
});
const requestId = printable.filter((id) => id.length > 0 && id.length <= 128);
const message = fc.record({
  actor: fc.stringMatching(/^[A-Za-z0-9_.:@|+~=-]{1,128}$/),
  requestId,
  seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  text: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
});

test('every message comes back with its header, and its wire byte for byte', () => {
  fc.assert(
    fc.property(message, (given) => {
      const wire = messageWire(given);
      const decoded = entryDecoder(groupId, room)(payload('m', wire, given));
      expect(decoded?.header).toEqual({
        type: 'message',
        groupId,
        epoch,
        seq: given.seq,
        recipientsCount: 3,
        timestampMs: 1_736_937_000_000,
        actor: given.actor,
        requestId: given.requestId,
      });
      expect(decoded?.entry.wire.toString()).toBe(wire);
      expect(JSON.parse(wire)).toMatchObject({
        request_id: given.requestId,
        result: { message: given.text },
      });
    }),
  );
});

test('the wire of a message is a view into the payload', () => {
  const bytes = payload('m', messageWire({}));
  expect(entryDecoder(groupId, room)(bytes)?.entry.wire.buffer).toBe(bytes.buffer);
});

test('an event is parsed once and its request id may be empty', () => {
  const decoded = entryDecoder(groupId, room)(payload('e', eventWire, { actor: '$service', requestId: '' }));
  expect(decoded).toMatchObject({
    header: { type: 'event', actor: '$service', requestId: '' },
    entry: { type: 'event', epoch, seq: 17, event: { type: 'joined', user_id: 'u1' } },
  });
});

test('an entry of another group is none of this one', () => {
  const other = groupIdSchema.parse('room:two');
  expect(entryDecoder(other, numberedTags.groupRoom(other))(payload('m', messageWire({})))).toBeNull();
});

test.each([
  ['another seq in the wire', payload('m', messageWire({ seq: 18 }))],
  ['another epoch in the wire', payload('m', messageWire({}).replaceAll(epoch, 'f'.repeat(16)))],
  ['an event of another group', payload('e', eventWire.replace('room:one', 'room:two'))],
  ['an event that is no JSON', payload('e', '['.repeat(5000))],
  ['a seq above 2^53', payload('m', messageWire({ seq: 2 ** 53 }), { seq: 2 ** 53 })],
  ['a message under the name of an event', payload('e', messageWire({}))],
])('a payload with %s is no entry', (_, bytes) => {
  expect(entryDecoder(groupId, room)(bytes)).toBeNull();
});

test('no bytes make it throw', () => {
  const valid = payload('m', messageWire({}));
  const damaged = fc
    .tuple(fc.nat(valid.length), fc.uint8Array({ maxLength: 40 }), fc.nat(40))
    .map(([at, bytes, removed]) =>
      Buffer.concat([valid.subarray(0, at), bytes, valid.subarray(Math.min(valid.length, at + removed))]),
    );
  const anything = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
  fc.assert(
    fc.property(fc.oneof(anything, damaged), (bytes) => {
      const decoded = entryDecoder(groupId, room)(bytes);
      expect(decoded === null || decoded.header.groupId === groupId).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('every cut of a payload is refused', () => {
  const valid = payload('e', eventWire);
  for (let length = 0; length < valid.length; length += 1) {
    expect(entryDecoder(groupId, room)(valid.subarray(0, length))).toBeNull();
    expect(entryDecoder(groupId, room)(valid.subarray(length + 1))).toBeNull();
  }
});

test('a stored message shows its epoch whatever its text says', () => {
  const text = `","epoch":"${'0'.repeat(16)}","seq":17}}`;
  const wire = Buffer.from(messageWire({ text }));
  expect(entryOf({ type: 'message', groupId, seq: 17, wire })).toEqual({
    type: 'message',
    epoch,
    seq: 17,
    wire,
  });
});

test('a text without escapes is written as it is, with the same result', () => {
  const message = { groupId, sender: 'u1', requestId: 'r1', text: 'hällo 👋 \u007f \u2028' };
  expect(messageWireHead({ ...message, isUnescaped: true })).toBe(messageWireHead(message));
});
