import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { type EpochLog, eventually } from '@plenum/testkit';
import { expect } from 'vitest';
import { httpRequest } from '../wire/http.ts';

const pageSize = 200;

/** The whole log of a public group as `history` shows it to the service, page by page. @param url of any node. */
export async function storedLog(url: string, groupId: string): Promise<EpochLog> {
  const entries: HistoryEntry[] = [];
  for (;;) {
    const after = entries.at(-1)?.seq ?? 0;
    const path = `/v1/groups/${groupId}/messages?after=${after}&limit=${pageSize}`;
    // A node may still be reconnecting, and its archive be left alone for a while after failures.
    const page = await eventually(
      async () => {
        const { status, body } = await httpRequest('GET', `${url}${path}`);
        expect({ status, code: body['code'] }).toEqual({ status: 200 });
        return historyEntrySchema.array().parse(body['entries']);
      },
      { timeoutMs: 60_000, everyMs: 200 },
    );
    entries.push(...page);
    // A page may end early for its size: only an empty one is the end.
    if (page.length === 0) return { groupId, groupType: 'public', entries };
  }
}
