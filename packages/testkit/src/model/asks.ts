/** Generates single operations of a run: by any user on any user, with new and with shared request ids. */
import { type GroupType, SERVICE, userIdSchema } from '@plenum/protocol';
import * as fc from 'fast-check';
import {
  type Attempt,
  acceptCommand,
  banCommand,
  createCommand,
  createLinkCommand,
  declineInviteCommand,
  deleteCommand,
  demoteCommand,
  inviteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  membersCommand,
  messageDraft,
  muteCommand,
  promoteCommand,
  rejectCommand,
  revokeInviteCommand,
  revokeLinkCommand,
  transferCommand,
  unbanCommand,
  unmuteCommand,
  updateCommand,
} from '../commands.ts';
import { momentMs, userNames } from './cast.ts';

export interface Ask {
  readonly text: string;
  readonly attempt: Attempt;
}

/** Chooses mostly the first group, its creator and the service, because other choices are nearly always refused. */
export const groupId = fc.oneof(
  { weight: 6, arbitrary: fc.constant('g0') },
  { weight: 1, arbitrary: fc.constant('g1') },
);
export const userId = fc.constantFrom(...userNames);
const user = userId.map((id): string => id);
const actor = fc.oneof(
  { weight: 5, arbitrary: fc.constant('u0') },
  { weight: 3, arbitrary: user },
  { weight: 5, arbitrary: fc.constant<string>(SERVICE) },
);
/** Half of the groups are strict_private: no other type has mutes. */
export const groupType: fc.Arbitrary<GroupType> = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom('public' as const, 'private' as const) },
  { weight: 1, arbitrary: fc.constant('strict_private' as const) },
);
const reason = fc.constantFrom('spam', '"☃"\n');
const forMs = fc.constantFrom(3_600_000, momentMs);
const maxMembers = fc.constantFrom(null, 1, 3);
const metadata = fc.constantFrom(null, '{}', '{"a":[],"n":1e+21}');
const posting = fc.constantFrom('members' as const, 'members' as const, 'admins' as const, 'nobody' as const);
/** One interval outlasts a run, so both engines refuse the same messages. */
const slowModeMs = fc.constantFrom(0, 0, 3_600_000);
const ifSeq = fc.nat({ max: 20 });
const editWindowMs = fc.constantFrom(0, 86_400_000);
const retention = fc.constantFrom(null, null, { maxEntries: 5, maxAgeMs: null });
const muteSurvivesRejoin = fc.boolean();
/** A reservation outlasts a run, or there is none. */
const idReservedMs = fc.constantFrom(0, 0, 3_600_000);
const acceptsNeeded = fc.constantFrom(1, 1, 2);
const requestTtlMs = fc.constantFrom(null, null, 3_600_000, momentMs);
const membershipEvents = fc.constantFrom('all' as const, 'counts' as const);
const history = fc.constantFrom('all' as const, 'since_join' as const);
/** Request ids that repeat. For one user a repeated id is a retry or a conflict; for two users it has no meaning. */
const sharedId = fc.oneof(
  { weight: 4, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ requestId: fc.constantFrom('r0', 'r1', 'r2') }) },
);

const asking = <G extends object>(
  operation: string,
  build: (given: G & { readonly requestId?: string }) => Attempt,
  given: fc.Arbitrary<G>,
): fc.Arbitrary<Ask> =>
  fc.tuple(given, sharedId).map(([rest, id]) => ({
    text: `${operation} ${JSON.stringify({ ...rest, ...id })}`,
    attempt: build({ ...rest, ...id }),
  }));

const target = { groupId, actor, userId: user };
const onTarget = fc.record(target);
const withReason = fc.record({ ...target, reason }, { requiredKeys: ['groupId', 'actor', 'userId'] });
const promoting = fc.record({ ...target, role: fc.constantFrom('admin' as const, 'moderator' as const) });
const transferring = fc.record({
  ...target,
  actor: fc.oneof({ weight: 1, arbitrary: fc.constant('u0') }, { weight: 1, arbitrary: user }),
});
const self = fc.record({ groupId, userId: user });

const linkId = fc.constantFrom('link-1', 'link-2');
const linking = fc.record(
  { groupId, actor, linkId, maxUses: fc.constantFrom(1, 2), forMs },
  { requiredKeys: ['groupId', 'actor', 'linkId'] },
);
const creating = fc.record({
  groupId,
  actor: user,
  groupType,
  maxMembers,
  history,
  metadata,
  posting,
  slowModeMs,
  acceptsNeeded,
  muteSurvivesRejoin,
  idReservedMs,
  retention,
  isByService: fc.boolean(),
  requestTtlMs,
  membershipEvents,
});
const joining = fc.record(
  {
    groupId,
    userId: user,
    ensure: fc.constantFrom(false, false, true),
    createsPublic: fc.boolean(),
    note: fc.constantFrom('let me in', '"☃"\n'),
    linkId,
  },
  { requiredKeys: ['groupId', 'userId', 'ensure', 'createsPublic'] },
);
/** Rarely chooses the creator, because an admin cannot be muted. */
const userToMute = fc.constantFrom('u0', 'u1', 'u1', 'u2', 'u2', 'u3');
const muting = fc.record(
  { groupId, actor, userId: userToMute, forMs },
  { requiredKeys: ['groupId', 'actor', 'userId'] },
);
const banning = fc.record({ ...target, forMs, reason }, { requiredKeys: ['groupId', 'actor', 'userId'] });
const updating = fc.record(
  {
    groupId,
    actor,
    maxMembers,
    history,
    metadata,
    posting,
    slowModeMs,
    editWindowMs,
    acceptsNeeded,
    muteSurvivesRejoin,
    idReservedMs,
    requestTtlMs,
    membershipEvents,
    ifSeq,
  },
  { requiredKeys: ['groupId', 'actor'] },
);
const isEphemeral = fc.constantFrom(false, false, false, true);
const sending = fc.record({
  groupId,
  sender: user,
  message: fc.constantFrom('hello', '"}]☃\u2028'),
  isEphemeral,
});

/** Additions and removals of different users, as core sees to. */
const changingMembers = fc
  .record({
    groupId,
    users: fc.shuffledSubarray(userNames.map(String), { minLength: 1 }),
    added: fc.nat({ max: 4 }),
    statuses: fc.array(
      fc.constantFrom('active' as const, 'active' as const, 'pending' as const, 'muted' as const),
      {
        minLength: 4,
        maxLength: 4,
      },
    ),
    role: fc.constantFrom('member' as const, 'admin' as const),
  })
  .map(({ groupId: id, users, added, statuses, role }) => ({
    groupId: id,
    add: users.slice(0, added).map((who, i) => {
      const status = statuses[i] ?? 'active';
      return {
        userId: userIdSchema.parse(who),
        status,
        role: status === 'active' ? role : ('member' as const),
      };
    }),
    remove: users.slice(added),
  }));

export const ask: fc.Arbitrary<Ask> = fc.oneof(
  { weight: 3, arbitrary: asking('create', createCommand, creating) },
  { weight: 12, arbitrary: asking('join', joinCommand, joining) },
  {
    weight: 2,
    arbitrary: asking('admit', (given) => joinCommand({ ...given, actor: SERVICE, admit: true }), self),
  },
  { weight: 2, arbitrary: asking('leave', leaveCommand, self) },
  { weight: 8, arbitrary: asking('accept', acceptCommand, withReason) },
  { weight: 2, arbitrary: asking('reject', rejectCommand, withReason) },
  { weight: 6, arbitrary: asking('mute', muteCommand, muting) },
  { weight: 5, arbitrary: asking('unmute', unmuteCommand, withReason) },
  { weight: 2, arbitrary: asking('kick', kickCommand, withReason) },
  { weight: 3, arbitrary: asking('ban', banCommand, banning) },
  { weight: 5, arbitrary: asking('unban', unbanCommand, withReason) },
  { weight: 5, arbitrary: asking('invite', inviteCommand, muting) },
  { weight: 1, arbitrary: asking('decline', declineInviteCommand, self) },
  { weight: 1, arbitrary: asking('revoke', revokeInviteCommand, onTarget) },
  { weight: 5, arbitrary: asking('link', createLinkCommand, linking) },
  { weight: 1, arbitrary: asking('revoke link', revokeLinkCommand, fc.record({ groupId, actor, linkId })) },
  { weight: 4, arbitrary: asking('promote', promoteCommand, promoting) },
  { weight: 4, arbitrary: asking('demote', demoteCommand, onTarget) },
  { weight: 2, arbitrary: asking('transfer', transferCommand, transferring) },
  { weight: 5, arbitrary: asking('members', membersCommand, changingMembers) },
  { weight: 2, arbitrary: asking('update', updateCommand, updating) },
  { weight: 1, arbitrary: asking('delete', deleteCommand, fc.record({ groupId, actor: user })) },
  { weight: 7, arbitrary: asking('send', messageDraft, sending) },
);
