/** Reads the groups anew when all is quiet: their messages in their present state. */
import { setTimeout as pause } from 'node:timers/promises';
import { type HistoryEntry, requestTable } from '@plenum/protocol';
import type { Reading } from '@plenum/testkit';
import type { Device } from './device.ts';

const pageLimit = 200;
const tryAgainMs = 200;
const historyResult = requestTable().history.result;

/** What reads: the device of one member. */
export type ReadingDevice = Pick<Device, 'ask' | 'firstOddity'> & {
  readonly views: Pick<Device['views'], 'keys'>;
};

/**
 * A page that the protocol does not allow, or that has no answer for so long, is an oddity of the device. Its group has no reading then:
 * in the state of a message of an early page is what later pages would say.
 */
export async function readAnew(device: ReadingDevice, patienceMs: number): Promise<readonly Reading[]> {
  const readings: Reading[] = [];
  for (const groupId of device.views.keys()) {
    const entries = await readGroup(device, groupId, patienceMs);
    if (entries !== null) readings.push({ groupId, entries });
  }
  return readings;
}

async function readGroup(
  device: ReadingDevice,
  groupId: string,
  patienceMs: number,
): Promise<HistoryEntry[] | null> {
  const entries: HistoryEntry[] = [];
  let askedMs = performance.now();
  while (performance.now() - askedMs < patienceMs) {
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
      return null;
    }
    // A page may end early for its size: only an empty one is the end.
    if (page.data.entries.length === 0) return entries;
    entries.push(...page.data.entries);
    askedMs = performance.now();
  }
  device.firstOddity ??= `${groupId} could not be read at the end`;
  return null;
}
