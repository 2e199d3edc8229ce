/**
 * How many more entries an adapter may refuse. What it has refused is kept, to be tried again or as a dead letter, and
 * must not grow for ever. Pure.
 */
import type { DeliveryKind } from '../ports/adapters.ts';
import type { OutboxBatch } from '../ports/outbox.ts';

/**
 * An archive that refuses everything is broken: a bounded number of entries is set aside, the others wait for a remedy in
 * the outbox. A notifier's oldest dead letters give way, so only what it is still to be offered again counts.
 */
export const refusalRoom = (
  kind: DeliveryKind,
  { retrying, deadLetters }: Pick<OutboxBatch, 'retrying' | 'deadLetters'>,
  deadLettersMax: number,
): number => Math.max(0, deadLettersMax - retrying - (kind === 'archive' ? deadLetters : 0));

/** The batch as if it ended behind its first `count` entries, unreadable ones included; its retries stay. */
export function firstOf(batch: OutboxBatch, count: number): OutboxBatch {
  const { entries, unreadable, cursor } = batch;
  if (entries.length + unreadable.length <= count) return batch;
  const places: string[] = [];
  let [read, skipped] = [0, 0];
  while (places.length < count) {
    const next = unreadable[skipped];
    const place = next !== undefined && next.behind <= read ? next.place : (entries[read]?.place ?? '');
    if (next?.place === place) skipped += 1;
    else read += 1;
    places.push(place);
  }
  return {
    ...batch,
    entries: entries.slice(0, read),
    unreadable: unreadable.slice(0, skipped),
    endPlace: places.at(-1) ?? cursor,
  };
}
