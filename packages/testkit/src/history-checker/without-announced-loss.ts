/**
 * Takes out of a run what a failover of a Redis without synchronous replication may lose, as far as the run shows that it was
 * announced. Every invariant must hold for the rest.
 */
import { type Delivery, placeOf, type RunHistory } from './history.ts';

type Place = { readonly epoch: string; readonly seq: number };

/**
 * Lost is what has its place in an epoch that is over, and is in no log. An ack of it counts as no answer. An entry of it
 * counts as not delivered if the device got a `resync` later.
 */
export function withoutAnnouncedLoss(history: RunHistory): RunHistory {
  const { logs, sends, deliveries, changes } = history;
  const stored = new Set(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => placeOf(groupId, entry))),
  );
  const present = new Map(logs.map(({ groupId, entries }) => [groupId, entries.at(-1)?.epoch]));
  const isLost = (groupId: string, place: Place): boolean =>
    place.epoch !== present.get(groupId) && !stored.has(placeOf(groupId, place));
  const unlessLost = <A extends { readonly type: string }>(groupId: string, answer: A | (A & Place)) =>
    'epoch' in answer && isLost(groupId, answer) ? ({ type: 'unknown' } as const) : answer;
  return {
    ...history,
    sends: sends.map((send) => ({ ...send, answer: unlessLost(send.groupId, send.answer) })),
    ...(changes === undefined
      ? {}
      : { changes: changes.map((one) => ({ ...one, answer: unlessLost(one.groupId, one.answer) })) }),
    deliveries: deliveries.map((delivery) => withoutLost(delivery, isLost)),
  };
}

function withoutLost(delivery: Delivery, isLost: (groupId: string, place: Place) => boolean): Delivery {
  const { groupId, entries, resyncs = [] } = delivery;
  const lastResync = resyncs.at(-1) ?? 0;
  const isKept = entries.map((entry, at) => at >= lastResync || !isLost(groupId, entry));
  const keptOf = (count: number): number => isKept.slice(0, count).filter((kept) => kept).length;
  return {
    ...delivery,
    entries: entries.filter((_, at) => isKept[at]),
    resyncs: resyncs.map(keptOf),
  };
}
