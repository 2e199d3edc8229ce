/** Checks which entry may follow which state of a group. These group rules share no code with the product. */
import { type GroupEvent, type GroupType, type HistoryEntry, isMessageEvent } from '@plenum/protocol';
import {
  actorIn,
  apply,
  countsOf,
  type FoldedGroup,
  foldLog,
  inviterAt,
  isBannedAt,
  isService,
  linkAt,
  membersOf,
  successorIn,
} from './fold-log.ts';
import { type EpochLog, isMessage, named, type RunHistory, type Violation } from './history.ts';

interface Case {
  readonly group: FoldedGroup;
  readonly groupType: GroupType;
  readonly event: GroupEvent;
}
/** Conditions for an entry, each with the text of the violation. */
type Demands = readonly (readonly [boolean, string])[];

const memberOf = ({ group, event }: Case) => group.members.get(event.user_id);
const statusOf = (one: Case) => memberOf(one)?.status ?? 'none';
const isAdmin = ({ group }: Case, userId: string) => {
  const member = group.members.get(userId);
  return member?.status === 'active' && member.roles.includes('admin');
};

const hasRole = ({ group }: Case, userId: string) =>
  group.members.get(userId)?.roles.some((role) => role !== 'member') === true;
const isModerator = (one: Case, userId: string) =>
  one.group.members.get(userId)?.status === 'active' && hasRole(one, userId);

const hasPlace = ({ group }: Case): Demands[number] => {
  const { active, muted } = countsOf(group);
  return [active + muted < group.maxMembers, 'the group was full'];
};
const notBanned = ({ group, event }: Case): Demands[number] => [
  !isBannedAt(group, event.user_id, event.timestamp),
  'the user was banned',
];
const byAdmin = (one: Case, actor = actorIn(one.event)): Demands[number] => [
  isService(actor) || isAdmin(one, actor),
  `${actor} was no active admin`,
];
const is = (one: Case, status: string): Demands[number] => [
  statusOf(one) === status,
  `the user was ${statusOf(one)}`,
];
const isMember = (one: Case): Demands[number] => [
  memberOf(one) !== undefined,
  'the user was not in the group',
];
const notLastAdmin = (one: Case): Demands[number] => [
  !isAdmin(one, one.event.user_id) || countsOf(one.group).admins > 1,
  'the user was the last admin',
];
const isStrict = ({ groupType }: Case): Demands[number] => [
  groupType === 'strict_private',
  'the type knows no mutes',
];

/** A moderator acts on plain members only. */
const byModerator = (one: Case): Demands[number] => {
  const actor = actorIn(one.event);
  const isPlain = !hasRole(one, one.event.user_id);
  const mayAct = isService(actor) || isAdmin(one, actor) || (isModerator(one, actor) && isPlain);
  return [mayAct, `${actor} was no active admin, nor a moderator above the user`];
};

/**
 * Any active member may answer applicants and invite users in a private group, only an admin or a
 * moderator in a strict_private one. */
function mayAnswer(one: Case, userId: string): boolean {
  if (one.groupType === 'strict_private') return isService(userId) || isModerator(one, userId);
  return isService(userId) || one.group.members.get(userId)?.status === 'active';
}
const byAnswerer = (one: Case): Demands[number] => [
  mayAnswer(one, actorIn(one.event)),
  `${actorIn(one.event)} might not answer applicants`,
];

const isInvited = ({ group, event }: Case): Demands[number] => [
  inviterAt(group, event.user_id, event.timestamp) !== undefined,
  'the user was not invited',
];
/** True if the invite of the user lets it in: its inviter could accept it now. */
function isAdmittedByInvite(one: Case): boolean {
  const inviters = [
    inviterAt(one.group, one.event.user_id, one.event.timestamp),
    linkAt(one.group, one.event)?.creator,
  ];
  return inviters.some((inviter) => inviter !== undefined && mayAnswer(one, inviter));
}

const hasLink = (one: Case): Demands[number] => [
  one.event.link_id === undefined || linkAt(one.group, one.event) !== undefined,
  'no user could join by the link',
];

function joined(one: Case): Demands {
  const { group, groupType, event } = one;
  const isFirst = groupType === 'public' && countsOf(group).active === 0;
  return [
    [
      groupType === 'public' || isService(actorIn(event)) || isAdmittedByInvite(one),
      'no admission let the user in',
    ],
    is(one, 'none'),
    hasLink(one),
    notBanned(one),
    hasPlace(one),
    [
      isFirst === (event.roles?.includes('admin') ?? false),
      'the first active one of a public group is its admin',
    ],
  ];
}

/** An admin promotes, or the service does after the last admin has left. */
function promoted(one: Case): Demands {
  const { group, event } = one;
  const isSuccession = isService(actorIn(event)) && countsOf(group).admins === 0;
  return [
    byAdmin(one),
    is(one, 'active'),
    [!isAdmin(one, event.user_id), 'the user was an admin'],
    [!isSuccession || successorIn(group) === event.user_id, `${successorIn(group)} was a member for longer`],
  ];
}

const demands: Readonly<Record<GroupEvent['type'], (one: Case) => Demands>> = {
  created: ({ event }) => [[event.seq === 1, 'it is not the first entry']],
  joined,
  requested: (one) => [
    [one.groupType !== 'public', 'a public group has no applicants'],
    [['none', 'muted'].includes(statusOf(one)), `the user was ${statusOf(one)}`],
    notBanned(one),
    hasLink(one),
    ...(statusOf(one) === 'muted' ? [] : [hasPlace(one)]),
  ],
  accepted: (one) => [byAnswerer(one), is(one, 'pending'), hasPlace(one)],
  endorsed: (one) => [byAnswerer(one), is(one, 'pending')],
  rejected: (one) => [byAnswerer(one), is(one, 'pending')],
  request_expired: (one) => [
    [isService(actorIn(one.event)), 'a user ended the request of another one'],
    is(one, 'pending'),
  ],
  left: (one) => [isMember(one)],
  kicked: (one) => [byModerator(one), isMember(one), notLastAdmin(one)],
  banned: (one) => [byAdmin(one), notLastAdmin(one)],
  unbanned: (one) => [
    byAdmin(one),
    [isBannedAt(one.group, one.event.user_id, one.event.timestamp), 'the user was not banned'],
  ],
  muted: (one) => [
    isStrict(one),
    byModerator(one),
    one.event.muted_until !== undefined && statusOf(one) === 'muted' ? is(one, 'muted') : is(one, 'active'),
    [!isAdmin(one, one.event.user_id), 'the user was an admin'],
  ],
  unmuted: (one) => [isStrict(one), byModerator(one), is(one, 'muted')],
  promoted,
  demoted: (one) => [
    byAdmin(one),
    [hasRole(one, one.event.user_id), 'the user had no role'],
    notLastAdmin(one),
  ],
  invited: (one) => [byAnswerer(one), is(one, 'none'), notBanned(one)],
  invite_declined: (one) => [
    [isService(actorIn(one.event)) || actorIn(one.event) === one.event.user_id, 'another user declined'],
    isInvited(one),
  ],
  invite_revoked: (one) => [byAnswerer(one), isInvited(one)],
  link_created: (one) => [byAnswerer(one)],
  link_revoked: (one) => [
    byAnswerer(one),
    [one.group.links.has(one.event.link_id ?? ''), 'there was no such link'],
  ],
  updated: (one) => [byAdmin(one, one.event.user_id)],
  deleted: (one) => [byAdmin(one, one.event.user_id)],
  members_changed: membersChanged,
};

/** The service does it; each user is judged in the state that the users before it left. */
function membersChanged({ group, groupType, event }: Case): Demands {
  const { members = [] } = event;
  const state: FoldedGroup = { ...group, members: new Map(group.members), ranges: [] };
  const ofEach = membersOf(event).flatMap((one, i): Demands => {
    const status = members[i]?.status;
    const asked: Case = { group: state, groupType, event: one };
    const due: Demands =
      status === 'none'
        ? [isMember(asked), notLastAdmin(asked)]
        : [is(asked, 'none'), notBanned(asked), hasPlace(asked)];
    const known = groupType === 'strict_private' || status !== 'muted';
    const isAsked = groupType !== 'public' || status !== 'pending';
    apply(state, one);
    if (status === 'muted') apply(state, { ...one, type: 'muted' });
    return [...due, [known && isAsked, `the type knows no ${status} members`]];
  });
  return [
    [isService(event.user_id), 'the service did not do it'],
    [members.length > 0 && members.length <= 100, `it names ${members.length} users`],
    [new Set(members.map(({ user_id }) => user_id)).size === members.length, 'it names a user twice'],
    ...ofEach,
  ];
}

/** True if the group has no admin but needs one: the next entry must promote a member or delete the group. */
function missesAdmin({ groupType, group }: Omit<Case, 'event'>): boolean {
  const { active, admins } = countsOf(group);
  if (group.isDeleted || admins > 0) return false;
  return active > 0 || groupType !== 'public';
}

function judge(log: EpochLog): Violation[] {
  const { groupId, groupType, entries } = log;
  const violations: Violation[] = [];
  const violated = (what: string) => violations.push({ invariant: 'I9', harm: 'forbidden', groupId, what });
  let isLeaderless = false;
  const visit = (group: FoldedGroup, entry: HistoryEntry) => {
    if (group.isDeleted) violated(`${named(entry)} comes after the group's end`);
    const mends = entry.type === 'promoted' || (entry.type === 'deleted' && !isMessageEvent(entry));
    isLeaderless = entry.seq > 1 && missesAdmin({ groupType, group });
    if (isLeaderless && !mends) violated(`${named(entry)} comes while there is no admin`);
    if (isMessage(entry) || isMessageEvent(entry)) return;
    for (const [isHeld, what] of demands[entry.type]({ group, groupType, event: entry })) {
      if (!isHeld) violated(`${named(entry)}: ${what}`);
    }
  };
  const group = foldLog(log, visit);
  if (entries.length > 0 && missesAdmin({ groupType, group })) violated('there is no admin at the end');
  return violations;
}

/** I9: the rules allowed every entry at its place, and no group stays without an admin. */
export const permissionsHold = ({ logs }: RunHistory): Violation[] => logs.flatMap(judge);

/** @returns why the user may not send, or null */
export function hindranceOf({ members, posting }: FoldedGroup, userId: string): string | null {
  const sender = members.get(userId);
  if (sender?.status !== 'active') return `the sender was ${sender?.status ?? 'not in the group'}`;
  const mayPost = posting === 'members' || (posting === 'admins' && sender.roles.includes('admin'));
  return mayPost ? null : `only ${posting} might send`;
}

/** I8: the sender of every message was an active member, and one of those who might send. */
export const sendersWereActive = ({ logs }: RunHistory): Violation[] =>
  logs.flatMap((log) => {
    const violations: Violation[] = [];
    foldLog(log, (group, entry) => {
      const hindrance = isMessage(entry) ? hindranceOf(group, entry.from_user_id) : null;
      if (hindrance === null) return;
      violations.push({
        invariant: 'I8',
        harm: 'forbidden',
        groupId: log.groupId,
        what: `${named(entry)}: ${hindrance}`,
      });
    });
    return violations;
  });
