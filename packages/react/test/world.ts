/** A client with a fake server, and what a provider would observe of it. */
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { ObservedClient } from '../src/observed-client.ts';
import { type FakeClock, FakeServer } from './fake-server.ts';

export const group_id = groupIdSchema.parse('g');
const timestamp = '2025-01-15T10:30:00.000Z';
export const joined_at = timestamp;

export const messageAt = (seq: number, from: string, message = `${seq}`, request_id = `r${seq}`) => ({
  request_id,
  success: true as const,
  result: {
    group_id,
    message_id: `a-${seq}`,
    from_user_id: userIdSchema.parse(from),
    message,
    epoch: 'a',
    seq,
    timestamp,
  },
});
export const eventAt = (
  seq: number,
  type:
    | 'created'
    | 'joined'
    | 'requested'
    | 'accepted'
    | 'muted'
    | 'left'
    | 'promoted'
    | 'updated'
    | 'deleted',
  user_id: string,
) => ({
  group_id,
  type,
  user_id,
  epoch: 'a',
  seq,
  timestamp,
});
const attachedAt = (head_seq: number, epoch = 'a') => ({
  groups: [{ group_id, recovered: false, epoch, head_seq, from_seq: head_seq + 1 }],
});
export const memberRow = (user_id: string, role = 'member') => ({
  user_id,
  roles: [role],
  status: 'active',
  joined_at,
  online: false,
});

interface World {
  readonly server: FakeServer;
  readonly observed: ObservedClient;
  readonly clock: FakeClock;
}

/** The user is `ann`, an active member of `g` and reads up to the entry 4. */
export async function world(options: { readonly isOnDemand?: boolean } = {}): Promise<World> {
  const server = new FakeServer(options.isOnDemand === true ? { subscribe: 'none' } : {});
  Object.assign(server.answers, {
    get_group_info: () => ({
      group_id,
      group_type: 'public',
      epoch: 'a',
      seq: 4,
      me: { status: 'active', roles: ['member'] },
      posting: 'members',
    }),
    history: () => ({ entries: [], epoch: 'a', head_seq: 4, oldest_seq: 1 }),
    list_members: () => ({ members: [memberRow('ann', 'admin'), memberRow('bob')], next_cursor: null }),
    presence: () => ({ online: ['ann'], count: 1 }),
    mark_read: () => ({ read_seq: 4, unread: 0 }),
    typing: () => ({}),
    subscribe: () => attachedAt(4),
    unsubscribe: () => ({}),
  });
  const observed = new ObservedClient({
    client: server.client,
    userId: 'ann',
    isOwn: false,
    isOnDemand: options.isOnDemand === true,
    clock: server.clock,
  });
  await server.connect();
  if (options.isOnDemand !== true) server.pushes.subscribed(attachedAt(4));
  return { server, observed, clock: server.clock };
}
