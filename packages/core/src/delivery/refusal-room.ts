/**
 * How many more entries an adapter may refuse. What it has refused is kept, to be tried again or as a dead letter, and
 * must not grow for ever. Pure.
 */
import type { DeliveryKind } from '../ports/adapters.ts';
import type { OutboxBatch } from '../ports/outbox.ts';

/**
 * What the archive refuses counts for the room queue of its group: a group whose entries it does not take fills its own room
 * and no other one, so there is no bound for all groups together, which one of them could use up. A notifier's oldest dead
 * letters give way, so only what it is still to be offered again counts.
 */
export const refusalRoom = (
  kind: DeliveryKind,
  { retrying }: Pick<OutboxBatch, 'retrying'>,
  deadLettersMax: number,
): number => (kind === 'archive' ? Number.POSITIVE_INFINITY : Math.max(0, deadLettersMax - retrying));

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
