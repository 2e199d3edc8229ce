import { groupIdSchema } from '@plenum/protocol';
import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import type { LogEntry } from '../log/entry.ts';
import { MessageProbe } from './message-probe.ts';

const groupId = groupIdSchema.parse('g');
const message = (seq: number): LogEntry => ({ type: 'message', epoch: 'e', seq, wire: Buffer.from('{}') });

test('a trace that is full blinds no other trace of the group', () => {
  const probe = new MessageProbe({ clock: new ManualClock(), wallMs: () => 0 });
  const hand = (entries: readonly LogEntry[]) =>
    probe.handedOver(groupId, { entries, to: [] }, () => undefined);
  probe.begin('full', groupId, 1000);
  hand(Array.from({ length: 1500 }, (_, i) => message(i + 1)));
  probe.begin('later', groupId, 1000);
  hand([message(2000)]);
  expect(probe.end('full', 2000)).toEqual([]);
  expect(probe.end('later', 2000)).toMatchObject([{ stage: 'feed', count: 0 }]);
});
