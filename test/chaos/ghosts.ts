/** Who is said to be there and is not, or is not said to be there: in presence, and in the counts of members. */
import { eventually, type RunHistory, stateOf } from '@plenum/testkit';
import { expect } from 'vitest';
import { httpRequest } from '../support/wire/http.ts';
import type { ChaosNodes } from './chaos-nodes.ts';

const patience = { timeoutMs: 45_000, everyMs: 250 };

/** Each node says of each group that exactly these users are online. */
export async function expectOnline(
  { all }: ChaosNodes,
  online: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  await eventually(async () => {
    for (const { url } of all) {
      for (const [groupId, userIds] of online) {
        const { body } = await httpRequest('GET', `${url}/v1/groups/${groupId}/presence`);
        expect({ groupId, online: [body['online']].flat().toSorted(), count: body['count'] }).toEqual({
          ...{ groupId, online: userIds.toSorted(), count: userIds.length },
        });
      }
    }
  }, patience);
}

/** The counts of members are what the logs add up to. */
export async function expectMembers({ all }: ChaosNodes, logs: RunHistory['logs']): Promise<void> {
  for (const log of logs) {
    for (const { url } of all) {
      const { body } = await httpRequest('GET', `${url}/v1/groups/${log.groupId}`);
      expect({ groupId: log.groupId, counts: body['counts'] }).toEqual({
        ...{ groupId: log.groupId, counts: stateOf(log).counts },
      });
    }
  }
}
