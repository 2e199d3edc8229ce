/**
 * Takes out of a run what a failover of a Redis without synchronous replication may lose, as far as the run shows that it was
 * announced. Every invariant must hold for the rest.
 */
import {
  type ChangeAttempt,
  type Delivery,
  type GivenCopy,
  placeOf,
  type RunHistory,
  type Send,
} from './history.ts';

type Place = { readonly epoch: string; readonly seq: number };

type IsLost = (groupId: string, place: Place) => boolean;

/** Lost is what has its place in an epoch that is over, and is in no log. */
function lossesOf({ logs }: RunHistory): IsLost {
  const stored = new Set(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => placeOf(groupId, entry))),
  );
  const present = new Map(logs.map(({ groupId, entries }) => [groupId, entries.at(-1)?.epoch]));
  return (groupId, place) => place.epoch !== present.get(groupId) && !stored.has(placeOf(groupId, place));
}

/**
 * An ack of what is lost counts as no answer. An entry of it counts as not delivered if the device got a `resync` later, and as
 * not given to an adapter.
 */
export function withoutAnnouncedLoss(history: RunHistory): RunHistory {
  const { sends, deliveries, changes, served } = history;
  const isLost = lossesOf(history);
  const unlessLost = <A extends { readonly type: string }>(groupId: string, answer: A | (A & Place)) =>
    'epoch' in answer && isLost(groupId, answer) ? ({ type: 'unknown' } as const) : answer;
  const isKept = (entry: GivenCopy) => !isLost(entry.group_id, entry);
  return {
    ...history,
    sends: sends.map((send) => ({ ...send, answer: unlessLost(send.groupId, send.answer) })),
    ...(changes === undefined
      ? {}
      : { changes: changes.map((one) => ({ ...one, answer: unlessLost(one.groupId, one.answer) })) }),
    ...(served === undefined
      ? {}
      : {
          served: served.map((adapter) => ({
            ...adapter,
            given: adapter.given.filter(({ entry }) => isKept(entry)),
            deadLetters: adapter.deadLetters.filter(isKept),
          })),
        }),
    deliveries: deliveries.map((delivery) => withoutLost(delivery, isLost)),
  };
}

/** @returns the sends and changes with an ack whose entry is lost: they are what a failover, or a cut of the AOF, has cost */
export function lostAcks(history: RunHistory): readonly (Send | ChangeAttempt)[] {
  const isLost = lossesOf(history);
  return [...history.sends, ...(history.changes ?? [])].filter(
    ({ groupId, answer }) => answer.type === 'ack' && isLost(groupId, answer),
  );
}

function withoutLost(delivery: Delivery, isLost: IsLost): Delivery {
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
