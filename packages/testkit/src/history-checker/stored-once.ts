/** Compares the answers to senders with the logs, and checks the shape of the logs. */
import { type HistoryEntry, isMessageEvent } from '@plenum/protocol';
import {
  isChanged,
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

/** I1: every acknowledged send is in the log, at the place of its ack and with its payload. */
export function acksAreStored(history: RunHistory): Violation[] {
  const byPlace = new Map(messagesIn(history).map((entry) => [placeOf(entry.group_id, entry), entry]));
  return history.sends.flatMap(({ groupId, userId, requestId, message, answer }): Violation[] => {
    if (answer.type !== 'ack') return [];
    const entry = byPlace.get(placeOf(groupId, answer));
    const acked = `the ack of request ${requestId} of ${userId} names seq ${answer.seq}`;
    if (entry === undefined) {
      return [{ invariant: 'I1', harm: 'lost', groupId, what: `${acked}, and no message is there` }];
    }
    const isSame =
      entry.from_user_id === userId &&
      entry.request_id === requestId &&
      (isChanged(entry) || entry.message === message) &&
      entry.message_id === answer.messageId;
    if (isSame) return [];
    const what = `${acked}, and something else is there: ${named(entry)}`;
    return [{ invariant: 'I1', harm: 'conflicting', groupId, what }];
  });
}

/** I2: no log and no device has a message whose request was always refused, or never sent. */
export function refusedIsInvisible(history: RunHistory): Violation[] {
  const attempts = new Map<string, boolean>();
  for (const { groupId, userId, requestId, answer } of history.sends) {
    const key = requestOf(groupId, userId, requestId);
    attempts.set(key, (attempts.get(key) ?? false) || answer.type !== 'refused');
  }
  const visible = [
    ...messagesIn(history),
    ...history.deliveries.flatMap(({ entries }) => entries.filter(isMessage)),
  ];
  const unwanted = new Map<string, Violation>();
  for (const entry of visible) {
    if (attempts.get(requestIn(entry)) === true) continue;
    const what = `${named(entry)} was never sent, or was refused each time`;
    const { group_id: groupId } = entry;
    unwanted.set(placeOf(groupId, entry), { invariant: 'I2', harm: 'forbidden', groupId, what });
  }
  return [...unwanted.values()];
}

/** I3: a request has one entry, a place has one entry, and a request always gets the same ack. */
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
    const what = `${named(entry)} repeats ${named(first)}`;
    return [{ invariant: 'I3', harm: 'duplicated', groupId: entry.group_id, what }];
  });
}

/**
 * All entries with the same epoch and seq, in the log and at devices, are equal, and the log contains that entry. What
 * changes make of a message is not compared here.
 */
function entriesOfOnePlace({ logs, deliveries }: RunHistory): Violation[] {
  const seen = new Map<string, string>();
  const texts = new Map<string, string>();
  const violations = new Map<string, Violation>();
  const known = new Set(
    logs.flatMap(({ groupId, entries }) => entries.map((entry) => placeOf(groupId, entry))),
  );
  const see = (groupId: string, entry: HistoryEntry, isStored: boolean) => {
    const place = placeOf(groupId, entry);
    const bare = canonical(withoutState(entry));
    const first = seen.get(place) ?? bare;
    seen.set(place, first);
    const text = isMessage(entry) && !isChanged(entry) ? canonical(entry) : null;
    const firstText = texts.get(place) ?? text;
    if (firstText !== null) texts.set(place, firstText);
    if (!isStored && !known.has(place)) {
      const what = `${named(entry)} was delivered and is not stored`;
      violations.set(place, { invariant: 'I3', harm: 'lost', groupId, what });
    } else if (first !== bare || (text !== null && firstText !== text)) {
      const what = `${named(entry)} differs from what else has its epoch and seq`;
      violations.set(place, { invariant: 'I3', harm: 'conflicting', groupId, what });
    }
  };
  for (const { groupId, entries } of logs) for (const entry of entries) see(groupId, entry, true);
  for (const { groupId, entries } of deliveries) for (const entry of entries) see(groupId, entry, false);
  return [...violations.values()];
}

/** The entry without what depends on when it is read. */
function withoutState(entry: HistoryEntry): object {
  if (isMessage(entry)) {
    const { group_id, epoch, seq, message_id, from_user_id, request_id, timestamp } = entry;
    return { type: 'message', group_id, epoch, seq, message_id, from_user_id, request_id, timestamp };
  }
  if (!isMessageEvent(entry) || entry.type !== 'edited') return entry;
  const { message: _, metadata: _metadata, mentions: _mentions, deleted: _deleted, ...rest } = entry;
  return rest;
}

const canonical = (entry: object): string =>
  JSON.stringify(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));

function differingAcks({ sends }: RunHistory): Violation[] {
  const seen = new Map<string, string>();
  return sends.flatMap(({ groupId, userId, requestId, answer }): Violation[] => {
    if (answer.type !== 'ack') return [];
    const key = requestOf(groupId, userId, requestId);
    const ack = JSON.stringify([answer.epoch, answer.seq, answer.messageId]);
    const first = seen.get(key) ?? ack;
    seen.set(key, first);
    if (first === ack) return [];
    const what = `request ${requestId} of ${userId} was acked as ${first} and as ${ack}`;
    return [{ invariant: 'I3', harm: 'conflicting', groupId, what }];
  });
}

/** I4: the seqs of a log are 1, 2, 3, …, and an epoch never returns after another one has begun. */
export const seqsAreDense = ({ logs }: RunHistory): Violation[] =>
  logs.flatMap(({ groupId, entries }) => {
    const begun = new Set<string>();
    return entries.flatMap((entry, i): Violation[] => {
      const before = entries[i - 1];
      const isOver = begun.has(entry.epoch) && before?.epoch !== entry.epoch;
      begun.add(entry.epoch);
      const step = entry.seq - (before?.seq ?? 0);
      if (step === 1 && !isOver) return [];
      const place = before === undefined ? 'at the beginning' : `behind ${named(before)}`;
      const what = `the log has ${named(entry)} ${place}`;
      return [{ invariant: 'I4', harm: step > 1 ? 'lost' : 'reordered', groupId, what }];
    });
  });
