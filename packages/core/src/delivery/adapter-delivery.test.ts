/** Delivery with an adapter that fails at all entries of one group and accepts some pages of another group. */
import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import type { ArchiveEntry } from '../log/entry.ts';
import type { OutboxBatch } from '../ports/outbox.ts';
import type { Clock } from '../ports/runtime.ts';
import { AdapterDelivery } from './adapter-delivery.ts';
import { defaultDeliverySettings } from './delivery-settings.ts';
import type { Delivered, DeliveryTarget } from './target.ts';

const clock: Clock = { monotonicMs: () => 0, after: () => () => {} };
const random = { token: () => 'abcdef01' };

const entryOf = (groupId: string, seq: number): ArchiveEntry => ({
  type: 'joined',
  group_id: groupIdSchema.parse(groupId),
  user_id: 'ann',
  epoch: groupId,
  seq,
  timestamp: '2026-01-01T00:00:00.000Z',
  message_id: `${groupId}-${seq}`,
});

/** A line of these entries from an offset on. */
function lineOf(entries: readonly ArchiveEntry[], from: number): OutboxBatch {
  const waiting = entries.map((entry, at) => ({ offset: String(at + 1), entry })).slice(from);
  return {
    ...{ cursor: String(from), entries: waiting, unreadable: [], endOffset: String(entries.length) },
    ...{ waiting: waiting.length, pageMark: null, retries: [], unreadableRetries: [], nextRetryMs: null },
    ...{ retrying: 0, retryingOf: new Map() },
  };
}

test('a message of many pages that was offered ahead continues where it stopped, each page once', async () => {
  const pages: (string | null)[] = [];
  let successes = 0;
  const next: ReadonlyMap<string | null, string | null> = new Map([
    [null, 'r:5000'],
    ['r:5000', 'r:10000'],
    ['r:10000', 'r:15000'],
    ['r:15000', 'r:20000'],
    ['r:20000', null],
  ]);
  const target: DeliveryTarget = {
    ...{ kind: 'notifier', callMax: 1, wants: () => true },
    get successes() {
      return successes;
    },
    deliver: async ([entry], membersCursor): Promise<Delivered> => {
      if (entry?.group_id === 'bad') return { type: 'failed', membersCursor: null };
      pages.push(membersCursor);
      successes += 1;
      const page = next.get(membersCursor) ?? null;
      return page === null
        ? { type: 'taken', refused: new Map(), membersCursor: null }
        : { type: 'partly', membersCursor: page };
    },
  };
  const delivery = new AdapterDelivery({ target, settings: defaultDeliverySettings, clock, random });
  const line = [entryOf('bad', 1), entryOf('large', 1)];
  let batch = lineOf(line, 0);
  const signal = new AbortController().signal;
  for (let rounds = 0; rounds < 12 && batch.entries.length > 0; rounds += 1) {
    const { round } = await delivery.deliver(batch, signal);
    const { cursor = batch.cursor, pageMark = batch.pageMark } = round.commit() ?? {};
    batch = { ...lineOf(line, Number(cursor)), pageMark };
  }
  expect(batch.entries).toEqual([]);
  expect(pages).toEqual([null, 'r:5000', 'r:10000', 'r:15000', 'r:20000']);
});
