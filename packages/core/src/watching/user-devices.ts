/** The devices of a user: what one node has of them, and the page that the answers of all nodes make. */
import type { UserDevices, UserId } from '@plenum/protocol';
import type { FeedHost } from '../feed/feed-host.ts';
import { isoTime } from '../groups/records.ts';
import { fail, type Outcome, succeed } from '../outcome/outcome.ts';
import type { DevicePlace, DeviceSeen, NodeAnswer } from '../ports/node-channel.ts';
import type { Asked, NodeQuestions } from './node-questions.ts';

export interface DevicesQuery {
  readonly userId: UserId;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const inOrder = (a: DevicePlace, b: DevicePlace): number => b.sinceMs - a.sinceMs || (a.id < b.id ? -1 : 1);

/** @returns the devices after the place, at most `limit` of them, and the number of all */
export function devicesHere(
  { devices, groupCount }: Pick<FeedHost, 'devices' | 'groupCount'>,
  {
    userId,
    after,
    limit,
  }: { readonly userId: UserId; readonly after: DevicePlace | null; readonly limit: number },
): Extract<NodeAnswer, { readonly topic: 'devices' }> {
  const connected = [...devices.of(userId)].flatMap((device) => {
    const connection = device.connection?.();
    return connection === undefined ? [] : [{ ...connection, id: device.id, device }];
  });
  const page = connected
    .filter((one) => after === null || inOrder(after, one) < 0)
    .sort(inOrder)
    .slice(0, limit)
    .map(({ device, ...seen }) => ({ ...seen, isAuto: device.isAuto, groups: groupCount(device) }));
  return { topic: 'devices', devices: page, count: connected.length };
}

/** Asks every node for so many devices as the page has: only so a page is right wherever they are. */
export async function devicesOfUser(
  questions: Pick<NodeQuestions, 'ask'>,
  { userId, cursor, limit }: DevicesQuery,
): Promise<Outcome<UserDevices>> {
  const after = cursor === undefined ? null : placeOf(cursor);
  if (after === undefined) return fail(strangeCursor);
  // One more says whether there is a further page.
  const asked = await questions.ask({ topic: 'devices', userId, after, limit: limit + 1 });
  return succeed(pageOf(asked, limit));
}

const strangeCursor = {
  code: 'invalid_args',
  error: 'cursor is not one of this list',
  details: { field: 'cursor' },
} as const;

function pageOf({ nodes, answers }: Asked, limit: number): UserDevices {
  const answered = nodes.flatMap(({ nodeId }) => {
    const answer = answers.get(nodeId);
    return answer?.topic === 'devices' ? [{ ...answer, nodeId }] : [];
  });
  const found = answered.flatMap(({ nodeId, devices }) => devices.map((seen) => ({ ...seen, nodeId })));
  const page = found.sort(inOrder).slice(0, limit);
  const last = page.at(-1);
  return {
    devices: page.map(({ nodeId, ...seen }) => viewOf(nodeId, seen)),
    count: answered.reduce((sum, { count }) => sum + count, 0),
    missing: nodes.map(({ nodeId }) => nodeId).filter((id) => answers.get(id)?.topic !== 'devices'),
    next_cursor: last === undefined || found.length <= limit ? null : `${last.sinceMs}.${last.id}`,
  };
}

const viewOf = (
  nodeId: string,
  { id, sinceMs, transport, address, isAuto, groups }: DeviceSeen,
): UserDevices['devices'][number] => ({
  device_id: id,
  node_id: nodeId,
  connected_at: isoTime(sinceMs),
  transport,
  address,
  subscribe: isAuto ? 'auto' : 'none',
  groups,
});

/** @returns undefined if it is a cursor of another list */
function placeOf(cursor: string): DevicePlace | undefined {
  const [, sinceMs, id] = /^(\d{1,15})\.([!-~]{1,128})$/.exec(cursor) ?? [];
  return sinceMs === undefined || id === undefined ? undefined : { sinceMs: Number(sinceMs), id };
}
