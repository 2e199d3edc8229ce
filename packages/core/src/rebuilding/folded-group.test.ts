import { type GroupEvent, groupIdSchema, userIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { FoldedGroup } from './folded-group.ts';

const group_id = groupIdSchema.parse('g');
const user = (id: string) => userIdSchema.parse(id);
const timeOf = (seq: number) => new Date(seq * 1000).toISOString();

type Told = Omit<GroupEvent, 'group_id' | 'epoch' | 'seq' | 'timestamp'>;

/** Applies these events after `created` by `ann`, at seqs from 2 on. */
function folded(events: readonly Told[], settings: Record<string, unknown> = {}): FoldedGroup {
  const group = new FoldedGroup();
  const created: Told = { type: 'created', user_id: 'ann', group_type: 'strict_private', settings };
  for (const [at, event] of [created, ...events].entries())
    group.apply({ ...event, group_id, epoch: 'e', seq: at + 1, timestamp: timeOf(at + 1) });
  return group;
}

const joined = (id: string): Told => ({ type: 'joined', user_id: id });

test('settings are those of the creation with all updates; null removes one', () => {
  const updates: readonly Told[] = [
    { type: 'updated', user_id: 'ann', changes: { metadata: { a: [1] }, max_members: null } },
    { type: 'updated', user_id: 'ann', changes: { retention: { max_entries: 100 }, posting: 'admins' } },
  ];
  const group = folded(updates, { max_members: 5, slow_mode_ms: 7 });
  expect(group.settings).toMatchObject({
    maxMembers: null,
    slowModeMs: 7,
    metadata: '{"a":[1]}',
    posting: 'admins',
    retention: { maxEntries: 100, maxAgeMs: null },
  });
  expect(group).toMatchObject({
    groupType: 'strict_private',
    creator: 'ann',
    createdAtMs: 1000,
    changedSeq: 3,
  });
});

test('settings that this version cannot read are noticed, at the creation and in an update', () => {
  const updated: Told = { type: 'updated', user_id: 'ann', changes: { posting: 'owls' } };
  expect(folded([updated]).areSettingsKnown).toBe(false);
  expect(folded([], { posting: 'owls' }).areSettingsKnown).toBe(false);
  expect(folded([{ ...updated, changes: { posting: 'admins', feathers: 3 } }]).areSettingsKnown).toBe(true);
});

test('a created entry without its type gives none', () => {
  const group = new FoldedGroup();
  const at = { group_id, epoch: 'e', seq: 1, timestamp: timeOf(1) };
  group.apply({ type: 'created', user_id: 'ann', roles: ['admin'], ...at });
  expect(group.groupType).toBeNull();
});

test('a member has its latest role, status and end, and its place from its application', () => {
  const group = folded([
    { type: 'requested', user_id: 'bob', note: 'please' },
    { type: 'endorsed', user_id: 'bob', actor_id: 'ann' },
    { type: 'accepted', user_id: 'bob', actor_id: '$service' },
    { type: 'promoted', user_id: 'bob', actor_id: 'ann', roles: ['moderator'] },
    { type: 'muted', user_id: 'bob', actor_id: 'ann', muted_until: timeOf(90) },
  ]);
  expect(group.members.get(user('bob'))).toEqual({
    userId: 'bob',
    status: 'muted',
    role: 'moderator',
    joinedAtMs: 4000,
    sinceSeq: 4,
    place: 2,
    endsAtMs: 90_000,
  });
  expect([group.notes.size, group.accepts.size]).toEqual([0, 0]);
});

test('an applicant keeps its note, its accepts and the end of its request', () => {
  const group = folded(
    [
      { type: 'requested', user_id: 'bob', note: 'please' },
      { type: 'endorsed', user_id: 'bob', actor_id: 'ann' },
      { type: 'endorsed', user_id: 'bob', actor_id: 'cyd' },
    ],
    { request_ttl_ms: 60_000 },
  );
  expect(group.members.get(user('bob'))).toMatchObject({ status: 'pending', endsAtMs: 62_000 });
  expect(group.notes.get(user('bob'))).toBe('please');
  expect(group.accepts.get(user('bob'))).toEqual(['ann', 'cyd']);
});

test.each([
  [true, 90_000],
  [false, undefined],
])('with mute_survives_rejoin %s a mute of a user that went ends at %s', (survives, endsAtMs) => {
  const group = folded(
    [
      joined('bob'),
      { type: 'muted', user_id: 'bob', actor_id: 'ann', muted_until: timeOf(90) },
      { type: 'left', user_id: 'bob' },
    ],
    { mute_survives_rejoin: survives },
  );
  expect(group.members.has(user('bob'))).toBe(false);
  expect(group.keptMutes.get(user('bob'))).toBe(endsAtMs);
});

test('a batch adds and removes, in the order of its places', () => {
  const members: GroupEvent['members'] = [
    { user_id: user('cyd'), status: 'active', roles: ['member'] },
    { user_id: user('bob'), status: 'none' },
    { user_id: user('dan'), status: 'pending', roles: ['member'] },
  ];
  const group = folded([joined('bob'), { type: 'members_changed', user_id: '$service', members }]);
  expect([...group.members.keys()]).toEqual(['ann', 'cyd', 'dan']);
  const [cyd, dan] = ['cyd', 'dan'].map((id) => group.members.get(user(id))?.place ?? 0);
  expect(cyd).toBeGreaterThan(2);
  expect(dan).toBeGreaterThan(cyd ?? 0);
  expect(dan).toBeLessThan(3);
});

test('a ban ends the membership and the invite, and ends by an unban', () => {
  const ban: Told = { type: 'banned', user_id: 'bob', actor_id: 'ann', reason: 'spam' };
  const invited: Told = { type: 'invited', user_id: 'cyd', actor_id: 'ann' };
  const group = folded([joined('bob'), invited, ban, { ...ban, user_id: 'cyd' }]);
  expect([...group.members.keys()]).toEqual(['ann']);
  expect(group.invites.size).toBe(0);
  expect(group.bans.get(user('bob'))).toMatchObject({
    bannedBy: 'ann',
    reason: 'spam',
    seq: 4,
    untilMs: null,
  });
  const free = folded([ban, { type: 'unbanned', user_id: 'bob', actor_id: 'ann' }]);
  expect(free.bans.size).toBe(0);
});

const added: GroupEvent['members'] = [{ user_id: user('bob'), status: 'active', roles: ['member'] }];
test.each<[Told]>([
  [joined('bob')],
  [{ type: 'requested', user_id: 'bob' }],
  [{ type: 'members_changed', user_id: '$service', members: added }],
])('a user that comes back after its ban has ended by itself is banned no longer', (back) => {
  const group = folded([
    joined('bob'),
    { type: 'banned', user_id: 'bob', actor_id: 'ann', banned_until: timeOf(3) },
    back,
  ]);
  expect(group.bans.size).toBe(0);
  expect([...group.members.keys()]).toEqual(['ann', 'bob']);
});

test('an invite link counts those who came by it, until it is revoked', () => {
  const made: Told = { type: 'link_created', user_id: 'ann', link_id: 'L', max_uses: 3 };
  const uses: readonly Told[] = [made, { ...joined('bob'), link_id: 'L' }];
  expect(folded(uses).links.get('L')).toMatchObject({ createdBy: 'ann', maxUses: 3, uses: 1, untilMs: null });
  expect(folded([...uses, { type: 'link_revoked', user_id: 'ann', link_id: 'L' }]).links.size).toBe(0);
});

test('a deleted group is known as such', () => {
  expect(folded([{ type: 'deleted', user_id: '$service' }]).isDeleted).toBe(true);
});
