/** Parts of the world around a feed host that have no state. */
import { groupIdSchema, type UserId } from '@plenum/protocol';
import {
  type LogHead,
  type MemberRecord,
  type Membership,
  type Standings,
  strangerStanding,
} from '../src/groups/records.ts';
import type { FanOut } from '../src/ports/devices.ts';
import type { Engine } from '../src/ports/engine.ts';
import { unused } from './unused-ports.ts';
import { WatchfulDevice } from './watchful-device.ts';

/** Delivers at once. */
export const fanOut: FanOut = {
  deliver: (_, devices, entries) => {
    for (const device of devices) {
      if (device instanceof WatchfulDevice) for (const entry of entries) device.take(entry);
    }
  },
  push: (_, to, event, payload) => to.push(event, payload),
  deliverVolatile: (_, devices, pushes) => {
    for (const device of devices) for (const { event, payload } of pushes) device.push(event, payload);
  },
  whenWritten: (_, act) => act(),
  written: async () => {},
  seal: () => {},
};

/** It is not checked; the push of a transition must not fail. */
export const idlePresence: Engine['presence'] = {
  change: async () => {},
  online: unused,
  onlineAmong: unused,
  typing: unused,
  countHosted: unused,
  hosted: unused,
  hostingNodes: unused,
  endAbsences: unused,
};

interface World {
  readonly head: LogHead;
  readonly members: ReadonlyMap<UserId, MemberRecord>;
}

/** The only group. */
export const groupId = groupIdSchema.parse('g');

export const pageOf = <T>(rows: readonly T[]) => ({ rows, nextCursor: null });

export function membershipsOf({ head, members }: World, userId: UserId): Membership[] {
  const member = members.get(userId);
  return member === undefined ? [] : [{ groupId, groupType: 'public', member, invite: null, head }];
}

/** What a read of several users shows now. */
export function standingsOf(
  { head, members }: World,
  { userIds, wholeMax }: { readonly userIds: readonly UserId[]; readonly wholeMax: number },
): Standings {
  const isWhole = members.size <= wholeMax;
  const read = new Map([...members].filter(([userId]) => isWhole || userIds.includes(userId)));
  return { head, isWhole, of: (userId) => ({ ...strangerStanding, member: read.get(userId) ?? null }) };
}
