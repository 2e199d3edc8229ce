/** The races that the rules have to survive: who is in the group before, and what is asked all at once. */
import type { GroupType } from '@plenum/protocol';
import { expect } from 'vitest';
import type { Device } from '../devices/device.ts';
import type { Answered, Ask, RaceAttempt } from './attempt.ts';
import { act, again, create, found, join, leave, type Refusals, remove, send } from './requests.ts';
import type { RaceGroup } from './verdict.ts';

interface Finish {
  readonly attempt: RaceAttempt;
  readonly answers: readonly Answered[];
  readonly isReceiver: (name: string) => boolean;
  /** A new device of a user, with what it is sent at once. */
  readonly connect: (name: string) => Promise<Device>;
}

export interface Race {
  readonly name: string;
  /** Who has devices. */
  readonly cast: readonly string[];
  readonly group: (turn: number) => RaceGroup;
  readonly arrange: (attempt: RaceAttempt, turn: number) => Promise<void>;
  readonly asks: (turn: number) => readonly Ask[];
  /** What has to hold besides what holds after every race. */
  readonly check?: (finish: Finish) => void | Promise<void>;
}

const always = (groupType: GroupType) => () => ({ groupTypes: [groupType] });
const succeeded = (answers: readonly Answered[], type: string) =>
  answers.filter(({ ask, code }) => ask.type === type && code === null).length;

const lastPlace: Race = {
  name: 'joins for the last place',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: () => ({ groupTypes: ['public'], maxMembers: 2 }),
  arrange: (attempt) => found(attempt, { groupType: 'public', maxMembers: 2 }),
  asks: () => ['ann', 'bob', 'cyd'].map((name) => join(name, ['group_full'])),
  check: ({ answers }) => expect(succeeded(answers, 'join_group')).toBe(1),
};

const lastAcceptance: Race = {
  name: 'acceptances for the last place',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: () => ({ groupTypes: ['private'], maxMembers: 2 }),
  arrange: (attempt) =>
    found(attempt, { groupType: 'private', maxMembers: 2, pending: ['ann', 'bob', 'cyd'] }),
  asks: () => ['ann', 'bob', 'cyd'].map((name) => act('accept', ['owner', name], ['group_full'])),
  check: ({ answers }) => expect(succeeded(answers, 'accept_member')).toBe(1),
};

const applicant: Race = {
  name: 'accept, reject, leave and delete of one applicant',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: always('private'),
  arrange: (attempt) => found(attempt, { groupType: 'private', admins: ['bob', 'cyd'], pending: ['ann'] }),
  asks: (turn) => [
    act('accept', ['owner', 'ann'], ['user_not_in_group', 'user_not_pending', 'group_not_found']),
    act('reject', ['bob', 'ann'], ['user_not_in_group', 'user_not_pending', 'group_not_found']),
    leave('ann', ['user_not_in_group', 'group_not_found']),
    ...(turn % 2 === 0 ? [remove('cyd')] : []),
  ],
};

const kick: Race = {
  name: 'kick against send',
  cast: ['owner', 'ann', 'bob'],
  group: always('public'),
  arrange: (attempt) => found(attempt, { groupType: 'public', active: ['ann', 'bob'] }),
  asks: () => [
    ...['a', 'b', 'c'].map((text) => send('ann', text, ['not_a_member'])),
    ...['d', 'e'].map((text) => send('bob', text, [])),
    act('kick', ['owner', 'ann'], []),
  ],
  check: async ({ attempt }) => {
    const late = await attempt.ask(send('ann', 'late', []));
    expect(late.code).toBe('not_a_member');
  },
};

const mute: Race = {
  name: 'mute, unmute and send',
  cast: ['owner', 'ann', 'bob'],
  group: always('strict_private'),
  arrange: (attempt, turn) =>
    found(attempt, {
      groupType: 'strict_private',
      admins: ['bob'],
      [turn % 2 === 0 ? 'active' : 'muted']: ['ann'],
    }),
  asks: () => [
    ...['a', 'b', 'c'].map((text) => send('ann', text, ['muted'])),
    act('mute', ['owner', 'ann'], ['cannot_mute']),
    act('unmute', ['bob', 'ann'], ['not_muted']),
    act('mute', ['bob', 'ann'], ['cannot_mute']),
  ],
};

const rebirth: Race = {
  name: 'delete, join, send and create of one id',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: () => ({ groupTypes: ['private', 'public'] }),
  arrange: (attempt) => found(attempt, { groupType: 'private', active: ['cyd'] }),
  asks: () => [
    remove('owner'),
    create('ann', ['already_exists']),
    create('bob', ['already_exists']),
    send('cyd', 'a', ['group_not_found', 'not_a_member']),
    send('owner', 'b', ['group_not_found', 'not_a_member']),
    send('ann', 'c', ['group_not_found', 'not_a_member']),
  ],
  check: ({ answers }) => expect(succeeded(answers, 'create_group')).toBeLessThan(2),
};

const rejoin: Race = {
  name: 'delete and create against a join',
  cast: ['owner', 'ann', 'bob'],
  group: () => ({ groupTypes: ['public', 'public'] }),
  arrange: (attempt) => found(attempt, { groupType: 'public' }),
  asks: () => [
    remove('owner'),
    create('bob', ['already_exists']),
    join('ann', ['group_not_found', 'already_member']),
    join('ann', ['group_not_found', 'already_member']),
  ],
};

const exodus: Race = {
  name: 'the last two admins leave at once',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: (turn) => ({ groupTypes: [turn % 3 === 0 ? 'public' : 'strict_private'] }),
  arrange: (attempt, turn) =>
    turn % 3 === 0
      ? found(attempt, { groupType: 'public', admins: ['bob'], active: ['ann', 'cyd'] })
      : found(attempt, {
          groupType: 'strict_private',
          admins: ['bob'],
          active: turn % 3 === 1 ? ['ann'] : [],
          muted: ['cyd'],
        }),
  asks: (turn) => [leave('owner'), leave('bob'), ...(turn % 2 === 0 && turn % 3 < 2 ? [leave('ann')] : [])],
};

const demotion: Race = {
  name: 'promote against demote of the last two admins',
  cast: ['owner', 'ann', 'bob'],
  group: always('private'),
  arrange: (attempt) => found(attempt, { groupType: 'private', admins: ['bob'], active: ['ann'] }),
  asks: () => [
    act('demote', ['owner', 'bob'], ['not_admin', 'cannot_demote', 'last_admin']),
    act('demote', ['bob', 'owner'], ['not_admin', 'cannot_demote', 'last_admin']),
    act('promote', ['owner', 'ann'], ['not_admin', 'cannot_promote']),
    act('promote', ['bob', 'ann'], ['not_admin', 'cannot_promote']),
  ],
};

const ban: Race = {
  name: 'ban against join',
  cast: ['owner', 'ann', 'bob'],
  group: always('public'),
  arrange: (attempt, turn) =>
    found(attempt, { groupType: 'public', admins: ['bob'], active: turn % 2 === 0 ? ['ann'] : [] }),
  asks: () => [
    act('ban', ['owner', 'ann'], []),
    join('ann', ['banned', 'already_member']),
    act('unban', ['bob', 'ann'], ['not_banned']),
    join('ann', ['banned', 'already_member']),
    send('ann', 'a', ['banned', 'not_a_member']),
  ],
};

const banApplicant: Race = {
  name: 'ban against accept and ask again',
  cast: ['owner', 'ann', 'bob'],
  group: always('private'),
  arrange: (attempt) => found(attempt, { groupType: 'private', active: ['bob'], pending: ['ann'] }),
  asks: () => [
    act('ban', ['owner', 'ann'], []),
    act('accept', ['bob', 'ann'], ['user_not_in_group', 'user_not_pending']),
    leave('ann', ['user_not_in_group']),
    join('ann', ['banned', 'already_member'], 'requested'),
  ],
};

/** The user index is not part of the group's step: what it says afterwards must be what the group says. */
const comings: Race = {
  name: 'leave against join, and what the index of the user says',
  cast: ['owner', 'ann'],
  group: always('public'),
  arrange: (attempt, turn) => found(attempt, { groupType: 'public', active: turn % 2 === 0 ? ['ann'] : [] }),
  asks: () => [
    leave('ann', ['user_not_in_group']),
    join('ann', ['already_member']),
    leave('ann', ['user_not_in_group']),
    join('ann', ['already_member']),
  ],
  check: async ({ attempt, isReceiver, connect }) => {
    const { groupId } = attempt;
    const device = await connect('ann');
    const { groups } = await device.must('list_groups', { limit: 200 });
    const ids = Array.isArray(groups) ? groups.map(({ group_id }) => group_id) : [];
    expect(ids.includes(groupId)).toBe(isReceiver('ann'));
    const attached = await device.until('subscribed');
    expect(JSON.stringify(attached).includes(`"${groupId}"`)).toBe(isReceiver('ann'));
    device.socket.disconnect();
  },
};

const inNoGroup: Refusals = ['group_not_found', 'not_a_member'];
const retries: Race = {
  name: 'retries of one id while the group is deleted and created again',
  cast: ['owner', 'ann', 'bob'],
  group: () => ({ groupTypes: ['private', 'public'] }),
  arrange: (attempt) => found(attempt, { groupType: 'private', active: ['ann'] }),
  asks: () => [
    ...again(send('ann', 'a', inNoGroup), 'send', 3),
    ...again(remove('owner', ['group_not_found', 'not_admin']), 'delete', 2),
    ...again(create('bob', ['already_exists']), 'create', 3),
    ...again(send('bob', 'b', inNoGroup), 'send', 2),
  ],
  check: async ({ attempt, answers }) => {
    const done = answers.filter(({ code }) => code === null);
    const asked = new Map(done.map((one) => [`${one.ask.by} ${one.ask.type}`, one]));
    const madeAnew = done.find(({ ask }) => ask.type === 'create_group')?.result['epoch'];
    for (const { ask, result } of asked.values()) {
      const again = await attempt.ask(ask);
      // The answer to a send counts in the log that holds the message: in the next one the retry is a new request.
      const isOfEndedLog = ask.type === 'relay_msg' && madeAnew !== undefined && result['epoch'] !== madeAnew;
      if (isOfEndedLog) expect(ask.refusals).toContain(again.code);
      else expect(again.result).toEqual(result);
    }
  },
};

export const races: readonly Race[] = [
  lastPlace,
  lastAcceptance,
  applicant,
  kick,
  mute,
  rebirth,
  rejoin,
  exodus,
  demotion,
  ban,
  banApplicant,
  comings,
  retries,
];
