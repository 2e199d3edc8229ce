/** The rules of a group written out by hand, cell by cell: an account of the rule table that does not read it. */
import type { GroupType } from '@plenum/protocol';
import type { Standing } from './standing.ts';

export type Verdict = string;
export type ActorStanding = Standing | 'service';
/** Of an actor: a code ends the matter, `goes on` leaves it to the target. */
type OfActor = Readonly<Record<ActorStanding, Verdict | 'goes on'>>;
/** Of a target: `done` or a code. `admin` is the only admin of his group here, `second admin` one of several. */
type OfTarget = Readonly<Record<Standing, Verdict>>;

export interface TargetedRow {
  readonly operation:
    | 'accept'
    | 'reject'
    | 'mute'
    | 'unmute'
    | 'kick'
    | 'ban'
    | 'unban'
    | 'promote'
    | 'demote'
    | 'admit';
  readonly groupType: GroupType;
  readonly actors: Partial<OfActor>;
  readonly targets: OfTarget;
}

/** What an actor does with himself or with the group as a whole; where `service` has no cell it is no actor. */
export interface OwnRow {
  readonly operation: 'create' | 'join' | 'leave' | 'send' | 'update' | 'delete';
  readonly groupType: GroupType;
  readonly actors: OfTarget & { readonly service?: Verdict };
}

const groupTypes = ['public', 'private', 'strict_private'] as const;
const inEveryType = <Row extends object>(row: Row) => groupTypes.map((groupType) => ({ ...row, groupType }));

const anyActive: OfActor = {
  absent: 'user_not_in_group',
  banned: 'user_not_in_group',
  pending: 'not_admin',
  muted: 'not_admin',
  active: 'goes on',
  admin: 'goes on',
  'second admin': 'goes on',
  service: 'goes on',
};
const adminOnly: OfActor = {
  absent: 'not_admin',
  banned: 'not_admin',
  pending: 'not_admin',
  muted: 'not_admin',
  active: 'not_admin',
  admin: 'goes on',
  'second admin': 'goes on',
  service: 'goes on',
};
const nobody: OfActor = {
  absent: 'not_strict_private',
  banned: 'not_strict_private',
  pending: 'not_strict_private',
  muted: 'not_strict_private',
  active: 'not_strict_private',
  admin: 'not_strict_private',
  'second admin': 'not_strict_private',
  service: 'not_strict_private',
};
const everyMember = (verdict: Verdict, cells: Partial<OfTarget> = {}): OfTarget => ({
  absent: 'user_not_in_group',
  banned: 'user_not_in_group',
  pending: verdict,
  active: verdict,
  muted: verdict,
  admin: verdict,
  'second admin': verdict,
  ...cells,
});

const notPending = everyMember('user_not_pending');
const mutable = everyMember('cannot_mute', { active: 'done' });
const mutedOnly = everyMember('not_muted', { muted: 'done' });
const notLastAdmin = everyMember('done', { admin: 'last_admin' });

const answers = (operation: 'accept' | 'reject'): readonly TargetedRow[] => [
  { operation, groupType: 'public', actors: anyActive, targets: notPending },
  { operation, groupType: 'private', actors: anyActive, targets: { ...notPending, pending: 'done' } },
  {
    operation,
    groupType: 'strict_private',
    actors: { ...adminOnly, absent: 'user_not_in_group', banned: 'user_not_in_group' },
    targets: { ...notPending, pending: 'done' },
  },
];

const mutes = (operation: 'mute' | 'unmute', targets: OfTarget): readonly TargetedRow[] => [
  { operation, groupType: 'public', actors: nobody, targets },
  { operation, groupType: 'private', actors: nobody, targets },
  { operation, groupType: 'strict_private', actors: adminOnly, targets },
];

const byAdmins = (operation: TargetedRow['operation'], targets: OfTarget): readonly TargetedRow[] =>
  inEveryType({ operation, actors: adminOnly, targets });

export const targetedRows: readonly TargetedRow[] = [
  ...answers('accept'),
  ...answers('reject'),
  ...mutes('mute', mutable),
  ...mutes('unmute', mutedOnly),
  ...byAdmins('kick', notLastAdmin),
  ...byAdmins('ban', { ...notLastAdmin, absent: 'done', banned: 'done' }),
  ...byAdmins('unban', { ...everyMember('not_banned'), absent: 'not_banned', banned: 'done' }),
  ...byAdmins('promote', everyMember('cannot_promote', { active: 'done' })),
  ...byAdmins('demote', everyMember('cannot_demote', { admin: 'last_admin', 'second admin': 'done' })),
  ...inEveryType({
    operation: 'admit' as const,
    actors: { service: 'goes on' },
    targets: { ...everyMember('already_member'), absent: 'done', banned: 'banned' },
  }),
];

const joiner = { ...everyMember('already_member'), absent: 'done', banned: 'banned' };
const admin = {
  ...everyMember('not_admin', { admin: 'done', 'second admin': 'done' }),
  absent: 'not_admin',
  banned: 'not_admin',
  service: 'done',
};

export const ownRows: readonly OwnRow[] = [
  ...inEveryType({
    operation: 'create' as const,
    actors: { ...everyMember('already_exists'), absent: 'already_exists', banned: 'already_exists' },
  }),
  { operation: 'join', groupType: 'public', actors: joiner },
  { operation: 'join', groupType: 'private', actors: joiner },
  { operation: 'join', groupType: 'strict_private', actors: { ...joiner, muted: 'done' } },
  ...inEveryType({ operation: 'leave' as const, actors: everyMember('done') }),
  ...inEveryType({ operation: 'update' as const, actors: admin }),
  ...inEveryType({ operation: 'delete' as const, actors: admin }),
  ...inEveryType({
    operation: 'send' as const,
    actors: {
      ...everyMember('done', { pending: 'pending_membership', muted: 'muted' }),
      absent: 'not_a_member',
      banned: 'banned',
    },
  }),
];

/** Where the subject stands when the operation was done; what a change of role leaves is `active`. */
export const statusAfter: Readonly<Record<TargetedRow['operation'], string>> = {
  accept: 'active',
  reject: 'none',
  mute: 'muted',
  unmute: 'active',
  kick: 'none',
  ban: 'none',
  unban: 'none',
  promote: 'active',
  demote: 'active',
  admit: 'active',
};

export const standingsOf: Readonly<Record<GroupType, readonly Standing[]>> = {
  public: ['absent', 'active', 'admin', 'second admin', 'banned'],
  private: ['absent', 'pending', 'active', 'admin', 'second admin', 'banned'],
  strict_private: ['absent', 'pending', 'active', 'muted', 'admin', 'second admin', 'banned'],
};
