import { expect, test } from 'vitest';
import { BareDialect } from './bare-dialect.ts';
import { CentrifugoDialect } from './centrifugo-dialect.ts';
import type { Dialect } from './dialect.ts';
import { messageText, sentUsIn, textLengthFor } from './message-text.ts';
import { PlenumDialect } from './plenum-dialect.ts';
import { lostOf } from './receiver.ts';
import { Tally } from './tally.ts';

const groupId = 'b:01234567:0000';
const userId = 'u:01234567:0000:0000';
const textOf = (sender: number, number: number) =>
  messageText({ sender, number, sentUs: 1_700_000 + number }, 60);

const plenumPush = (seq: number, number = seq) => [
  'relay_message',
  {
    request_id: 'm0000000001',
    success: true,
    result: {
      group_id: groupId,
      from_user_id: userId,
      message: textOf(0, number),
      timestamp: '2025-01-15T10:30:00.000Z',
      message_id: `0123456789abcdef-${seq}`,
      epoch: '0123456789abcdef',
      seq,
    },
  },
];
const barePush = (sender: number, number: number) => [
  'relay_message',
  { group_id: groupId, from_user_id: userId, message: textOf(sender, number) },
];

const centrifugoPush = (offset: number, number: number, more: object = {}) => ({
  push: {
    channel: `grp:${groupId}`,
    pub: {
      data: { group_id: groupId, from_user_id: userId, message: textOf(0, number) },
      info: { user: '', client: '01234567-0123-0123-0123-0123456789ab' },
      offset,
      ...more,
    },
  },
});

function newReceiver(Kind: new (context: ConstructorParameters<typeof PlenumDialect>[0]) => Dialect) {
  const tally = new Tally();
  const dialect = new Kind({
    groupId,
    userId,
    isCreator: true,
    sendersPerGroup: 2,
    areJoinsCounted: false,
    arePlain: false,
    tally,
  });
  const receive = (packet: unknown): number => {
    const bytes = Buffer.from(`garbage${JSON.stringify(packet)}`);
    const textAt = dialect.receiver.receive(bytes, { start: 7, end: bytes.length, isTimed: true });
    return textAt < 0 ? -1 : sentUsIn(bytes, textAt);
  };
  return { tally, dialect, receive };
}

test('seqs of messages and of group events are one stream', () => {
  const { dialect, receive, tally } = newReceiver(PlenumDialect);
  dialect.attached('[{"success":true,"result":{"seq":7}}]');
  expect(receive(['group_event', { group_id: groupId, type: 'joined', seq: 7, timestamp: 'x' }])).toBe(-1);
  expect(receive(plenumPush(8, 1))).toBe(1_700_001);
  expect(receive(plenumPush(10, 3))).toBe(1_700_003);
  expect(lostOf(dialect.receiver, { [groupId]: 10 })).toBe(1);
  expect(tally.malformed).toBe(0);
});

test('a seq is found where another server would put it', () => {
  const { dialect, receive, tally } = newReceiver(PlenumDialect);
  dialect.attached('[{"success":true,"result":{"seq":5}}]');
  receive(['relay_message', { result: { seq: 5, group_id: groupId, message: textOf(0, 1) }, success: true }]);
  expect(lostOf(dialect.receiver, { [groupId]: 5 })).toBe(0);
  expect(tally.malformed).toBe(0);
});

test('a message without a seq, and one of another group, are malformed', () => {
  const { receive, tally } = newReceiver(PlenumDialect);
  receive(['relay_message', { result: { group_id: groupId, message: textOf(0, 1) } }]);
  expect(tally.malformed).toBe(1);
  const other = newReceiver(PlenumDialect);
  other.receive(['relay_message', { result: { group_id: 'other', message: textOf(0, 1), seq: 1 } }]);
  expect(other.tally.malformed).toBe(1);
});

test('a resync under load is a fault', () => {
  const { receive, tally } = newReceiver(PlenumDialect);
  receive(['resync', { group_id: groupId, reason: 'too_far' }]);
  expect(tally.resyncs).toBe(1);
});

test('each sender of a baseline has a stream of its own', () => {
  const { dialect, receive } = newReceiver(BareDialect);
  expect(receive(barePush(0, 1))).toBe(1_700_001);
  receive(barePush(1, 1));
  receive(barePush(1, 2));
  receive(barePush(1, 2));
  const [, second] = [...dialect.receiver.streams.values()];
  expect(second?.duplicated).toBe(1);
  expect(lostOf(dialect.receiver, { [`${groupId}/0`]: 3, [`${groupId}/1`]: 2 })).toBe(2);
});

test('the offsets of a channel of Centrifugo are one stream, and each sender has one of its own', () => {
  const { dialect, receive, tally } = newReceiver(CentrifugoDialect);
  dialect.attached('{"id":2,"subscribe":{"recoverable":true,"epoch":"abcd","offset":6,"positioned":true}}');
  expect(receive(centrifugoPush(7, 1, { epoch: 'abcd' }))).toBe(1_700_001);
  expect(receive(centrifugoPush(9, 3))).toBe(1_700_003);
  const [offsets, first] = [...dialect.receiver.streams.values()];
  expect([offsets?.lost(0), first?.lost(4)]).toEqual([1, 2]);
  receive(centrifugoPush(9, 3));
  expect([offsets?.duplicated, first?.duplicated]).toEqual([1, 1]);
  receive(centrifugoPush(8, 2));
  expect([offsets?.reordered, first?.reordered]).toEqual([1, 1]);
  expect(tally.malformed).toBe(0);
});

test('a push of Centrifugo without an offset, and one of another channel, are malformed', () => {
  const { receive, tally } = newReceiver(CentrifugoDialect);
  receive({ push: { channel: `grp:${groupId}`, pub: { data: { message: textOf(0, 1) } } } });
  expect(tally.malformed).toBe(1);
  const other = newReceiver(CentrifugoDialect);
  const { pub } = centrifugoPush(1, 1).push;
  other.receive({ push: { channel: 'grp:other', pub } });
  expect(other.tally.malformed).toBe(1);
});

test('a failure is known by its code', () => {
  const [plenum, other] = [newReceiver(PlenumDialect).dialect, newReceiver(CentrifugoDialect).dialect];
  expect(plenum.failureIn('[{"success":true}]')).toBeNull();
  expect(plenum.failureIn('[{"success":false,"error":{"code":"rate_limited"}}]')).toBe('rate_limited');
  expect(other.failureIn('{"id":3,"publish":{}}')).toBeNull();
  expect(other.failureIn('{"id":5,"error":{"code":102,"message":"unknown channel"}}')).toBe('error 102');
});

test('frames of all systems are of one length', () => {
  const framed = (packet: unknown) => `42${JSON.stringify(packet)}`.length;
  const names = { groupId, userId };
  const plenum = framed(plenumPush(12_345)) - 60 + textLengthFor('plenum', names, 320);
  const bare = framed(barePush(0, 1)) - 60 + textLengthFor('bare', names, 320);
  const pushed = JSON.stringify(centrifugoPush(12_345, 1)).length - 60;
  const centrifugo = pushed + textLengthFor('centrifugo', names, 320);
  expect([plenum, bare, centrifugo]).toEqual([320, 320, 320]);
});
