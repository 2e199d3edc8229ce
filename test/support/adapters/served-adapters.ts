/** What the adapters of a cluster got, as their own sides have recorded it, and what was buried instead, for the checker. */
import type { DeliveryKind } from '@plenum/core';
import { deadLetterSchema, type HistoryEntry } from '@plenum/protocol';
import type { EpochLog, GivenCopy, GivenEntry, ServedAdapter } from '@plenum/testkit';
import { expect } from 'vitest';
import { httpRequest } from '../wire/http.ts';

interface DeadLetter {
  readonly kind: DeliveryKind;
  readonly entry: GivenCopy;
  readonly reason: string;
}

/** All of them, page by page. @param url of any node */
export async function deadLettersOf(url: string): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await httpRequest('GET', `${url}/v1/dead-letters?limit=100${cursor}`);
    for (const { kind, entry, message_id, reason } of deadLetterSchema.array().parse(body['dead_letters'])) {
      if (entry === null) throw new Error(`the ${kind} has an unreadable dead letter: ${reason}`);
      letters.push({ kind, reason, entry: { ...entry, message_id } });
    }
    const next: unknown = body['next_cursor'];
    cursor = typeof next === 'string' ? `&cursor=${next}` : null;
  }
  return letters;
}

/** @param url of any node */
export async function expectNothingBuried(url: string): Promise<void> {
  expect(await deadLettersOf(url)).toEqual([]);
}

const wants: Readonly<Record<DeliveryKind, (entry: HistoryEntry) => boolean>> = {
  archive: () => true,
  notifier: ({ type }) => type === 'message',
};

export interface AdapterRecord {
  readonly kind: DeliveryKind;
  /** Of whatever groups. */
  readonly given: readonly GivenEntry[];
  readonly copiesMax: (entry: HistoryEntry) => number;
}

/** What belongs to the groups of these logs. @param url of any node */
export async function servedAdapters(
  url: string,
  records: readonly AdapterRecord[],
  logs: readonly EpochLog[],
): Promise<readonly ServedAdapter[]> {
  const groupIds = new Set(logs.map(({ groupId }) => groupId));
  const letters = (await deadLettersOf(url)).filter(({ entry }) => groupIds.has(entry.group_id));
  return records.map(({ kind, given, copiesMax }) => ({
    kind,
    wants: wants[kind],
    given: given.filter(({ entry }) => groupIds.has(entry.group_id)),
    deadLetters: letters.filter((letter) => letter.kind === kind).map(({ entry }) => entry),
    copiesMax,
  }));
}
