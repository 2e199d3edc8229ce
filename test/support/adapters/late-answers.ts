/**
 * Calls whose answers came too late: the adapter has taken what it was given, and its node, which has heard nothing in time, gives
 * it again. A machine that is busy with other programs makes such answers.
 */
import type { DeliveryKind } from '@plenum/core';
import { adminToken } from '../wire/http.ts';
import type { AdapterSides } from './adapter-sides.ts';

const failures = /^plenum_adapter_failures_total\{(.*)\} (\d+)$/gm;

/** @returns how many calls of the adapter the node has counted as failed; 0 if the node is gone */
async function failuresAt(url: string, kind: DeliveryKind): Promise<number> {
  const headers = { authorization: `Bearer ${adminToken}` };
  const page = await fetch(`${url}/metrics`, { headers }).then(
    (answer) => answer.text(),
    () => '',
  );
  const counts = [...page.matchAll(failures)].map(([, labels = '', count]) =>
    labels.includes(`adapter="${kind}"`) ? Number(count) : 0,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Since the start of the nodes: what they count as failed, without the calls that the test made fail. */
export async function lateAnswers(
  sides: Pick<AdapterSides, 'callsInVain'>,
  nodeUrls: readonly string[],
  kind: DeliveryKind,
): Promise<number> {
  const counts = await Promise.all(nodeUrls.map((url) => failuresAt(url, kind)));
  return Math.max(0, counts.reduce((sum, count) => sum + count, 0) - sides.callsInVain(kind));
}
