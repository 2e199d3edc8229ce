/** Compares the answers to senders with the logs, and checks the shape of the logs. */
import type { HistoryEntry } from '@plenum/protocol';
import {
  isMessage,
  type MessageEntry,
  named,
  placeOf,
  type RunHistory,
  requestOf,
  type Violation,
} from './history.ts';

const messagesIn = ({ logs }: RunHistory): MessageEntry[] =>
  logs.flatMap(({ entries }) => entries.filter(isMessage));
const requestIn = (entry: MessageEntry): string =>
  requestOf(entry.group_id, entry.from_user_id, entry.request_id);

/** I1: every acked send is in the log at the place that the ack names, with its payload. */
export function acksAreStored(history: RunHistory): Violation[] {
  const byPlace = new Map(messagesIn(history).map((entry) => [placeOf(entry.group_id, entry), entry]));
  return history.sends.flatMap(({ groupId, userId, requestId, message, answer }): Violation[] => {
    if (answer.kind !== 'ack') return [];
    const entry = byPlace.get(placeOf(groupId, answer));
    const isSame =
      entry !== undefined &&
      entry.from_user_id === userId &&
      entry.request_id === requestId &&
      entry.message === message &&
      entry.message_id === answer.messageId;
    return isSame
      ? []
      : [{ invariant: 'I1', groupId, what: `no entry for the ack ${answer.seq} of ${requestId}` }];
  });
}

/** I2: nothing in a log or at a device comes from a request of which every attempt was refused, or of none. */
export function refusedIsInvisible(history: RunHistory): Violation[] {
  const attempts = new Map<string, boolean>();
  for (const { groupId, userId, requestId, answer } of history.sends) {
    const key = requestOf(groupId, userId, requestId);
    attempts.set(key, (attempts.get(key) ?? false) || answer.kind !== 'refused');
  }
  const visible = [
    ...messagesIn(history),
    ...history.deliveries.flatMap(({ entries }) => entries.filter(isMessage)),
  ];
  const unwanted = new Map<string, Violation>();
  for (const entry of visible) {
    if (attempts.get(requestIn(entry)) === true) continue;
    const what = `${named(entry)} comes from no accepted request`;
    unwanted.set(placeOf(entry.group_id, entry), { invariant: 'I2', groupId: entry.group_id, what });
  }
  return [...unwanted.values()];
}

/** I3: one entry per request, one entry per place, the same ack for the same request. */
export const requestsAreStoredOnce = (history: RunHistory): Violation[] => [
  ...entriesOfOneRequest(history),
  ...entriesOfOnePlace(history),
  ...differingAcks(history),
];

function entriesOfOneRequest(history: RunHistory): Violation[] {
  const seen = new Map<string, MessageEntry>();
  return messagesIn(history).flatMap((entry): Violation[] => {
    const key = requestIn(entry);
    const first = seen.get(key);
    seen.set(key, first ?? entry);
    if (first === undefined) return [];
    return [{ invariant: 'I3', groupId: entry.group_id, what: `${named(entry)} repeats ${named(first)}` }];
  });
}

/** Whatever has a place in a log or reached a device under it is the same entry. */
function entriesOfOnePlace({ logs, deliveries }: RunHistory): Violation[] {
  const seen = new Map<string, string>();
  const violations = new Map<string, Violation>();
  const known = new Set(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => placeOf(groupId, entry))),
  );
  const see = (groupId: string, entry: HistoryEntry, isStored: boolean) => {
    const place = placeOf(groupId, entry);
    const text = canonical(entry);
    const what =
      !isStored && !known.has(place)
        ? `${named(entry)} was delivered and is not stored`
        : (seen.get(place) ?? text) !== text
          ? `${named(entry)} is not the only entry of its place`
          : null;
    if (what !== null) violations.set(place, { invariant: 'I3', groupId, what });
    seen.set(place, seen.get(place) ?? text);
  };
  for (const { groupId, entries } of logs) for (const entry of entries) see(groupId, entry, true);
  for (const { groupId, entries } of deliveries) for (const entry of entries) see(groupId, entry, false);
  return [...violations.values()];
}

const canonical = (entry: HistoryEntry): string =>
  JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));

function differingAcks({ sends }: RunHistory): Violation[] {
  const seen = new Map<string, string>();
  return sends.flatMap(({ groupId, userId, requestId, answer }): Violation[] => {
    if (answer.kind !== 'ack') return [];
    const key = requestOf(groupId, userId, requestId);
    const ack = JSON.stringify([answer.epoch, answer.seq, answer.messageId]);
    const first = seen.get(key) ?? ack;
    seen.set(key, first);
    return first === ack
      ? []
      : [{ invariant: 'I3', groupId, what: `${requestId} was acked as ${first} and ${ack}` }];
  });
}

/** I4: the seqs of a log are 1, 2, 3, …, and no epoch comes back once another has begun. */
export const seqsAreDense = ({ logs }: RunHistory): Violation[] =>
  logs.flatMap(({ groupId, entries }) => {
    const begun = new Set<string>();
    return entries.flatMap((entry, i): Violation[] => {
      const isOver = begun.has(entry.epoch) && entries[i - 1]?.epoch !== entry.epoch;
      begun.add(entry.epoch);
      if (entry.seq === i + 1 && !isOver) return [];
      return [{ invariant: 'I4', groupId, what: `${named(entry)} is at place ${i + 1}` }];
    });
  });
