/** Stand-ins for the domain behind the gateway: they record calls and answer in wire shapes. */
import {
  type Authenticator,
  type Caller,
  type ClaimedPosition,
  type ClusterOperations,
  type Cut,
  type Device,
  type DeviceHub,
  fail,
  type Logger,
  type Operations,
  type Outcome,
  type Revocations,
  type RoomChannels,
  succeed,
  type WatchOperations,
} from '@plenum/core';
import { groupIdSchema, type MessageSent, type UserId, userIdSchema } from '@plenum/protocol';

export interface Call {
  readonly operation: string;
  readonly caller: Caller;
  readonly args: unknown;
}

export const position = { epoch: '00000000000000aa', seq: 7 };
export const relayed: MessageSent = {
  status: 'relayed',
  recipients_count: 2,
  message_id: '00000000000000aa-7',
  ...position,
  timestamp: '2025-01-15T10:30:00.000Z',
};

export function fakeOperations(calls: Call[], overrides: Partial<Operations> = {}): Operations {
  const answer =
    <R>(operation: string, result: R) =>
    async (caller: Caller, args: unknown): Promise<Outcome<R>> => {
      calls.push({ operation, caller, args });
      return succeed(result);
    };
  const group_id = groupIdSchema.parse('g1');
  return {
    create_group: answer('create_group', { group_id, group_type: 'public', ...position }),
    delete_group: answer('delete_group', { status: 'deleted' }),
    join_group: answer('join_group', { status: 'active', ...position }),
    list_dead_letters: answer('list_dead_letters', { dead_letters: [], next_cursor: null }),
    retry_dead_letter: answer('retry_dead_letter', { status: 'retried' }),
    delete_dead_letter: answer('delete_dead_letter', { status: 'deleted' }),
    change_members: answer('change_members', { added: [], removed: [], ...position }),
    leave_group: answer('leave_group', { status: 'left' }),
    accept_member: answer('accept_member', { status: 'active', ...position }),
    reject_member: answer('reject_member', { status: 'rejected', ...position }),
    mute_member: answer('mute_member', { status: 'muted' }),
    unmute_member: answer('unmute_member', { status: 'active' }),
    kick_member: answer('kick_member', { status: 'kicked' }),
    ban_member: answer('ban_member', { status: 'banned' }),
    unban_member: answer('unban_member', { status: 'unbanned' }),
    invite_member: answer('invite_member', { status: 'invited', ...position }),
    decline_invite: answer('decline_invite', { status: 'declined' }),
    revoke_invite: answer('revoke_invite', { status: 'revoked' }),
    create_invite_link: answer('create_invite_link', { code: 'bGluaw.secret', link_id: 'link' }),
    list_invite_links: answer('list_invite_links', { links: [], next_cursor: null }),
    revoke_invite_link: answer('revoke_invite_link', { status: 'revoked' }),
    preview_invite: answer('preview_invite', {
      ...{ group_id, group_type: 'public' },
      ...{ metadata: null, members_count: 1 },
    }),
    promote_member: answer('promote_member', { roles: ['admin'] }),
    demote_member: answer('demote_member', { roles: ['member'] }),
    transfer_group: answer('transfer_group', { roles: ['member'], epoch: 'e', seq: 1 }),
    update_group: answer('update_group', position),
    explain: answer('explain', { allowed: true, checks: [] }),
    find_groups: answer('find_groups', { groups: [], next_cursor: null }),
    get_group_info: answer('get_group_info', { group_id, group_type: 'public' }),
    list_bans: answer('list_bans', { bans: [], next_cursor: null }),
    list_invites: answer('list_invites', { invites: [], next_cursor: null }),
    list_members: answer('list_members', { members: [], next_cursor: null }),
    list_groups: answer('list_groups', { groups: [], next_cursor: null }),
    subscribe: answer('subscribe', { groups: [] }),
    unsubscribe: answer('unsubscribe', { groups: [] }),
    presence: answer('presence', { online: [], count: 0 }),
    typing: answer('typing', {}),
    mark_read: answer('mark_read', { read_seq: 7, unread: 0 }),
    set_notifications: answer('set_notifications', { level: 'all' }),
    list_read_marks: answer('list_read_marks', { marks: [], epoch: 'e', head_seq: 7, next_cursor: null }),
    disconnect_user: answer('disconnect_user', { status: 'disconnected' }),
    erase_user: answer('erase_user', {
      user_id: userIdSchema.parse('u1'),
      status: 'running',
      groups_left: 0,
    }),
    get_erasure: answer('get_erasure', { user_id: userIdSchema.parse('u1'), status: 'none', groups_left: 0 }),
    revoke_user: answer('revoke_user', { status: 'revoked', revoked_at: '2025-01-15T10:30:00.000Z' }),
    history: answer('history', { entries: [], epoch: position.epoch, head_seq: 7, oldest_seq: 1 }),
    search_messages: answer('search_messages', { entries: [], next_before: null }),
    import_messages: answer('import_messages', { imported: 0, ...position }),
    relay_msg: answer('relay_msg', relayed),
    edit_message: answer('edit_message', { message_id: relayed.message_id, edits: 1, ...position }),
    append_message: answer('append_message', { message_id: relayed.message_id, bytes: 1, ...position }),
    delete_message: answer('delete_message', {
      status: 'deleted',
      message_id: relayed.message_id,
      ...position,
    }),
    react: answer('react', { reaction: '👍', count: 1, ...position }),
    unreact: answer('unreact', { reaction: '👍', count: 0, ...position }),
    pin_message: answer('pin_message', { status: 'pinned', ...position }),
    unpin_message: answer('unpin_message', { status: 'unpinned', ...position }),
    get_message: answer('get_message', {
      type: 'message',
      request_id: 'r1',
      group_id,
      from_user_id: userIdSchema.parse('u1'),
      message: 'hello',
      timestamp: relayed.timestamp,
      message_id: relayed.message_id,
      ...position,
    }),
    list_reactions: answer('list_reactions', { reactions: [], next_cursor: null }),
    ...overrides,
  };
}

/** A cluster of the node `n1`, which owns all but the last partition. */
export function fakeCluster(): ClusterOperations & WatchOperations {
  const owned = { moving: false, node_id: 'n1', token: 5 };
  const moving = { moving: true, node_id: null, token: null };
  const node = { node_id: 'n1', url: null, version: '1.2.3', strategy: 'owner', draining: false } as const;
  return {
    openCanary: async ({ users, token }) =>
      succeed({
        group_id: groupIdSchema.parse(`canary:${token}`),
        users: Array.from({ length: users }, (_, i) => ({ user_id: userIdSchema.parse(`c${i}`) })),
        ends_at: '2025-01-15T10:30:00.000Z',
      }),
    closeCanary: async () => succeed({ status: 'deleted' }),
    audit: async () => succeed({ lines: [], next_cursor: null }),
    exportUser: async function* () {
      yield '{"type":"end"}\n';
    },
    owner: async (group_id) => succeed({ group_id, partition: 7, ...owned, url: 'http://n1:3000' }),
    nodes: async () =>
      succeed({ nodes: [{ ...node, beat: 3, beat_age_ms: 40, partitions: 255 }], dead_after_ms: 6000 }),
    figures: async () => succeed({ at: '2026-03-01T12:00:00.000Z', nodes: [], missing: ['n1'] }),
    warnings: async () => succeed({ nodes: [], missing: ['n1'] }),
    devices: async () => succeed({ devices: [], count: 0, missing: ['n1'], next_cursor: null }),
    trace: async () =>
      succeed({
        ...{ message_id: 'e-1', epoch: 'e', seq: 1, recipients_count: 1 },
        ...{ started_at: '2026-03-01T12:00:00.000Z', events: [], missing: [] },
      }),
    partitions: async () =>
      succeed({
        partitions: [
          { partition: 0, ...owned },
          { partition: 255, ...moving },
        ],
      }),
    drain: async (nodeId) =>
      nodeId === 'n1'
        ? succeed({ node_id: nodeId, status: 'draining' })
        : fail({ code: 'invalid_args', details: { field: 'node_id' } }),
  };
}

/** `user:<id>` is that user's token. */
export const fakeAuthenticator: Authenticator = {
  async authenticate(token) {
    if (token === 'expired') return { type: 'refused', code: 'token_expired' };
    if (token === 'broken') throw new Error('the authenticator has a bug');
    const user = userIdSchema.safeParse(token.startsWith('user:') ? token.slice(5) : undefined);
    return user.success
      ? { type: 'user', userId: user.data, issuedAtMs: null, expiresAtMs: null }
      : { type: 'refused', code: 'unauthenticated' };
  },
};

/** The test decides revocations and cuts. */
export class FakeRevocations implements Revocations {
  readonly revoked = new Map<UserId, number>();
  cut: (cut: Cut) => void = () => {};

  async revoke(userId: UserId): Promise<number> {
    const nowMs = Date.now();
    this.revoked.set(userId, nowMs);
    return nowMs;
  }

  async revokedAt(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>> {
    return new Map([...this.revoked].filter(([userId]) => userIds.includes(userId)));
  }

  onCut(listener: (cut: Cut) => void): void {
    this.cut = listener;
  }
}

export class FakeHub implements DeviceHub {
  readonly devices = new Map<Device, readonly ClaimedPosition[]>();

  async connect(device: Device, positions: readonly ClaimedPosition[]): Promise<void> {
    this.devices.set(device, positions);
  }

  disconnect(device: Device): void {
    this.devices.delete(device);
  }
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: object;
  readonly message: string;
}

export function recordingLogger(lines: LogLine[]): Logger {
  const record = (level: keyof Logger) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { debug: record('debug'), info: record('info'), warn: record('warn'), error: record('error') };
}

/** Sharded channels within the process: what Redis would carry between nodes. */
export function fakeRoomChannels(channelPrefix: string): RoomChannels & { readonly channels: Set<string> } {
  const listeners = new Map<string, (message: Buffer, channel: Buffer) => void>();
  const each = (channels: string | string[]) => (Array.isArray(channels) ? channels : [channels]);
  const subscribed = new Set<string>();
  return {
    channelPrefix,
    channels: subscribed,
    async sSubscribe(channels, listener) {
      for (const channel of each(channels)) {
        listeners.set(channel, listener);
        subscribed.add(channel);
      }
    },
    async sUnsubscribe(channels) {
      for (const channel of each(channels)) {
        listeners.delete(channel);
        subscribed.delete(channel);
      }
    },
    async sPublish(channel, message) {
      listeners.get(channel)?.(Buffer.from(message), Buffer.from(channel));
      return 1;
    },
  };
}
