/** The values of a restored group in Redis, in the forms that the scripts read. */
import type { RestoredBan, RestoredGroup, RestoredMember } from '@plenum/core';
import { letterOfRole } from '../script-calls/member-record.ts';
import { sendingText } from '../script-calls/sending.ts';

/** A field of a hash and its value. */
export type Field = readonly [name: string, value: string];
/** A member of a sorted set and its score. */
export type Scored = readonly [member: string, score: number | string];

const letterOfStatus = { active: 'a', pending: 'p', muted: 'm' } as const;
const endText = (ms: number | null): string => (ms === null ? '-' : String(ms));
const endScore = (ms: number | null): number | '+inf' => ms ?? '+inf';

const recordOf = ({ status, role, joinedAtMs, sinceSeq, endsAtMs }: RestoredMember): string =>
  `${letterOfStatus[status]} ${letterOfRole[role]} ${joinedAtMs} ${sinceSeq} ${endText(endsAtMs)}`;
const banOf = ({ atMs, seq, untilMs }: RestoredBan): string => `b m ${atMs} ${seq} ${endText(untilMs)}`;

/** The hash of members: also those who are banned. */
export const recordsOf = ({ members, bans }: RestoredGroup): readonly Field[] => [
  ...members.map((one): Field => [one.userId, recordOf(one)]),
  ...bans.map((one): Field => [one.userId, banOf(one)]),
];

export const placesOf = ({ members }: RestoredGroup, isPending: boolean): readonly Scored[] =>
  members
    .filter(({ status }) => (status === 'pending') === isPending)
    .map(({ userId, place }) => [userId, place]);

export const endsOf = ({ members }: RestoredGroup): readonly Scored[] =>
  members.flatMap(({ userId, endsAtMs }) => (endsAtMs === null ? [] : [[userId, endsAtMs] as const]));

export const bansOf = ({ bans, keptMutes }: RestoredGroup): readonly Scored[] => [
  ...bans.map(({ userId, untilMs }): Scored => [userId, endScore(untilMs)]),
  ...[...keptMutes].map(([userId, untilMs]): Scored => [`${userId} muted`, endScore(untilMs)]),
];

export const applicationsOf = ({ notes, accepts, bans }: RestoredGroup): readonly Field[] => [
  ...[...notes].map(([userId, note]): Field => [userId, JSON.stringify(note)]),
  ...[...accepts].map(([userId, actors]): Field => [`${userId} accepts`, actors.join(',')]),
  ...bans.map(({ userId, bannedBy, reason }): Field => {
    return [`${userId} ban`, `${bannedBy} ${reason === null ? '' : JSON.stringify(reason)}`];
  }),
];

export const invitesOf = ({ invites }: RestoredGroup): readonly Field[] =>
  [...invites].map(([userId, { invitedBy, untilMs }]) => [userId, `${invitedBy} ${endText(untilMs)}`]);

export const linksOf = ({ links }: RestoredGroup): readonly Field[] =>
  links.map(({ linkId, createdBy, createdAtMs, untilMs, maxUses, uses }) => [
    linkId,
    `${createdBy} ${createdAtMs} ${endText(untilMs)} ${endText(maxUses)} ${uses}`,
  ]);

/** As many finished epochs as the scripts keep. */
const pastKept = 8;

/** The first end of a mute, a request or a ban, ms; null: none ends. */
export function nextDueOf(group: RestoredGroup): number | null {
  const ends = [
    ...group.members.map(({ endsAtMs }) => endsAtMs),
    ...group.bans.map(({ untilMs }) => untilMs),
  ];
  let first = Number.POSITIVE_INFINITY;
  for (const end of [...ends, ...group.keptMutes.values()]) if (end !== null && end < first) first = end;
  return Number.isFinite(first) ? first : null;
}

const countOf = ({ members }: RestoredGroup, is: (member: RestoredMember) => boolean): string =>
  String(members.filter(is).length);

/** True for a group without a receiver, which ends after a time. */
export const isEmptyPublic = ({ groupType, members }: RestoredGroup): boolean =>
  groupType === 'public' && !members.some(({ status }) => status !== 'pending');

/**
 * The fields of the group's hash besides its epoch, those first that every message reads. All entries count as events: only differences
 * of message counts are used.
 */
export function fieldsOf(group: RestoredGroup): readonly Field[] {
  const { settings } = group;
  const nextDue = nextDueOf(group);
  const moderators = countOf(group, ({ role }) => role === 'moderator');
  const optional: readonly Field[] = [
    ['mute_survives_rejoin', settings.muteSurvivesRejoin ? '1' : ''],
    ['id_reserved_ms', settings.idReservedMs === 0 ? '' : String(settings.idReservedMs)],
    ['request_ttl_ms', settings.requestTtlMs === null ? '' : String(settings.requestTtlMs)],
    ['moderators', moderators === '0' ? '' : moderators],
  ];
  return [
    ['seq', String(group.seq)],
    ['active', countOf(group, ({ status }) => status === 'active')],
    ['muted', countOf(group, ({ status }) => status === 'muted')],
    ['next_due', nextDue === null ? '' : String(nextDue)],
    ['log_renewal', ''],
    ['events', String(group.seq)],
    ['sending', sendingText(settings)],
    ['type', group.groupType],
    ['created', String(group.createdAtMs)],
    ['max_members', settings.maxMembers === null ? '' : String(settings.maxMembers)],
    ['ephemeral', settings.ephemeral ? '1' : '0'],
    ['history', settings.history],
    ['metadata', settings.metadata ?? ''],
    ['edit_window_ms', String(settings.editWindowMs)],
    ['accepts_needed', settings.acceptsNeeded === 1 ? '' : String(settings.acceptsNeeded)],
    ['creator', group.creator],
    ['pending', countOf(group, ({ status }) => status === 'pending')],
    ['admins', countOf(group, ({ role }) => role === 'admin')],
    ['changed_seq', String(group.changedSeq)],
    [
      'past',
      group.past
        .slice(-pastKept)
        .map(({ epoch, endSeq }) => `${epoch}:${endSeq}`)
        .join(','),
    ],
    ...optional.filter(([, value]) => value !== ''),
  ];
}
