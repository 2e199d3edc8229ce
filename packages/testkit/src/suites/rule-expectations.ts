/** The rules of a group written out by hand, cell by cell: an account of the rule table that does not read it. */
import type { GroupType } from '@plenum/protocol';
import type { Standing } from './standing.ts';

export type Verdict = string;
/** Of an actor: a code ends the matter, `goes on` leaves it to the target. */
type OfActor = Readonly<Partial<Record<Standing | 'service', Verdict | 'goes on'>>>;
/** Of a target: `done` or a code. A standing that the type does not know has no cell. */
type OfTarget = Readonly<Partial<Record<Standing, Verdict>>>;

export interface TargetedRow {
  readonly operation: 'accept' | 'reject' | 'mute' | 'unmute' | 'kick';
  readonly groupType: GroupType;
  readonly actors: OfActor;
  readonly targets: OfTarget;
}

/** What a user may do by himself; `delete` and `send` included. */
export interface OwnRow {
  readonly operation: 'create' | 'join' | 'leave' | 'send' | 'delete';
  readonly groupType: GroupType;
  readonly actors: OfTarget;
}

const anyActive: OfActor = {
  absent: 'user_not_in_group',
  pending: 'not_admin',
  active: 'goes on',
  admin: 'goes on',
  service: 'goes on',
};
const adminOnly: OfActor = {
  absent: 'not_admin',
  pending: 'not_admin',
  active: 'not_admin',
  muted: 'not_admin',
  admin: 'goes on',
  service: 'goes on',
};
const nobody: OfActor = {
  absent: 'not_strict_private',
  pending: 'not_strict_private',
  active: 'not_strict_private',
  admin: 'not_strict_private',
  service: 'not_strict_private',
};
const everybodyElseThan = (code: Verdict, cells: OfTarget = {}): OfTarget => ({
  absent: 'user_not_in_group',
  pending: code,
  active: code,
  muted: code,
  admin: code,
  ...cells,
});

const answers = (operation: 'accept' | 'reject'): readonly TargetedRow[] => [
  {
    operation,
    groupType: 'public',
    actors: anyActive,
    targets: everybodyElseThan('user_not_pending'),
  },
  {
    operation,
    groupType: 'private',
    actors: anyActive,
    targets: everybodyElseThan('user_not_pending', { pending: 'done' }),
  },
  {
    operation,
    groupType: 'strict_private',
    actors: { ...adminOnly, absent: 'user_not_in_group' },
    targets: everybodyElseThan('user_not_pending', { pending: 'done' }),
  },
];

const mutes = (operation: 'mute' | 'unmute', targets: OfTarget): readonly TargetedRow[] => [
  { operation, groupType: 'public', actors: nobody, targets },
  { operation, groupType: 'private', actors: nobody, targets },
  { operation, groupType: 'strict_private', actors: adminOnly, targets },
];

const kicks = (groupType: GroupType): TargetedRow => ({
  operation: 'kick',
  groupType,
  actors: adminOnly,
  targets: everybodyElseThan('done', { admin: 'last_admin' }),
});

export const targetedRows: readonly TargetedRow[] = [
  ...answers('accept'),
  ...answers('reject'),
  ...mutes('mute', everybodyElseThan('cannot_mute', { active: 'done' })),
  ...mutes('unmute', everybodyElseThan('not_muted', { muted: 'done' })),
  kicks('public'),
  kicks('private'),
  kicks('strict_private'),
];

const member = everybodyElseThan('already_member', { absent: 'done' });
const inEveryType = (operation: OwnRow['operation'], actors: OfTarget): readonly OwnRow[] => [
  { operation, groupType: 'public', actors },
  { operation, groupType: 'private', actors },
  { operation, groupType: 'strict_private', actors },
];

export const ownRows: readonly OwnRow[] = [
  ...inEveryType('create', everybodyElseThan('already_exists', { absent: 'already_exists' })),
  { operation: 'join', groupType: 'public', actors: member },
  { operation: 'join', groupType: 'private', actors: member },
  { operation: 'join', groupType: 'strict_private', actors: { ...member, muted: 'done' } },
  ...inEveryType('leave', everybodyElseThan('done')),
  ...inEveryType('delete', everybodyElseThan('not_admin', { absent: 'not_admin', admin: 'done' })),
  ...inEveryType('send', {
    absent: 'not_a_member',
    pending: 'pending_membership',
    active: 'done',
    muted: 'muted',
    admin: 'done',
  }),
];

/** Where the subject stands when the operation was done. */
export const statusAfter = {
  accept: 'active',
  reject: 'none',
  mute: 'muted',
  unmute: 'active',
  kick: 'none',
  leave: 'none',
  delete: 'none',
} as const;

export const standingsOf: Readonly<Record<GroupType, readonly Standing[]>> = {
  public: ['absent', 'active', 'admin'],
  private: ['absent', 'pending', 'active', 'admin'],
  strict_private: ['absent', 'pending', 'active', 'muted', 'admin'],
};
