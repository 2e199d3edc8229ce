/** Reads the groups anew when all is quiet: their messages in their present state. */
import { setTimeout as pause } from 'node:timers/promises';
import { type HistoryEntry, requestTable } from '@plenum/protocol';
import type { Reading } from '@plenum/testkit';
import type { Device } from './device.ts';

const pageLimit = 200;
const tryAgainMs = 200;
const historyResult = requestTable().history.result;

/** A page that the protocol does not allow, or that has no answer until `givenUp`, ends its group and is an oddity of the device. */
export async function readAnew(device: Device, givenUp: AbortSignal): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  for (const groupId of device.views.keys()) {
    readings.push({ groupId, entries: await readGroup(device, groupId, givenUp) });
  }
  return readings;
}

async function readGroup(device: Device, groupId: string, givenUp: AbortSignal): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  while (!givenUp.aborted) {
    const after = entries.at(-1)?.seq ?? 0;
    const args = { group_id: groupId, after, limit: pageLimit };
    const answer = await device.ask({ type: 'history', args, requestId: `read ${groupId} ${after}` });
    if (answer?.success !== true) {
      await pause(tryAgainMs);
      continue;
    }
    const page = historyResult.safeParse(answer.result);
    if (!page.success) {
      const [issue] = page.error.issues;
      device.firstOddity ??= `a page of ${groupId} is not as the protocol says: ${issue?.path.join('.')}: ${issue?.message}`;
      return entries;
    }
    // A page may end early for its size: only an empty one is the end.
    if (page.data.entries.length === 0) return entries;
    entries.push(...page.data.entries);
  }
  device.firstOddity ??= `${groupId} could not be read at the end`;
  return entries;
}
