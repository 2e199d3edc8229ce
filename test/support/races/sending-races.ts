/** Races of the settings that say who may send, and how often; and of moderators. */
import { expect } from 'vitest';
import type { Race } from './races.ts';
import { act, again, found, send, setPosting } from './requests.ts';

/** The checker finds every message whose sender might not post at its place. */
const postingSwitched: Race = {
  name: 'posting switched while sends run',
  cast: ['owner', 'ann', 'bob'],
  group: () => ({ groupTypes: ['public'] }),
  arrange: (attempt) => found(attempt, { groupType: 'public', admins: ['bob'], active: ['ann'] }),
  asks: (turn) => [
    ...['a', 'b', 'c'].map((text) => send('ann', text, ['posting_restricted'])),
    ...['d', 'e'].map((text) => send('owner', text, turn % 2 === 0 ? [] : ['posting_restricted'])),
    setPosting('owner', turn % 2 === 0 ? 'admins' : 'nobody'),
    ...(turn % 3 === 0 ? [setPosting('bob', 'members')] : []),
  ],
};

const slowMode: Race = {
  name: 'slow mode from several nodes',
  cast: ['owner', 'ann', 'bob'],
  group: () => ({ groupTypes: ['public'] }),
  arrange: async (attempt) => {
    await found(attempt, { groupType: 'public', active: ['ann', 'bob'] });
    await attempt.must('owner', 'update_group', { slow_mode_ms: 3_600_000 });
  },
  asks: () => [
    ...again(send('ann', 'a', ['slow_mode']), 'send', 3),
    ...['b', 'c', 'd'].map((text) => send('ann', text, ['slow_mode'])),
    send('bob', 'e', []),
    ...['f', 'g'].map((text) => send('owner', text, [])),
  ],
  check: ({ answers }) => {
    const sent = answers.filter(({ ask, code }) => ask.by === 'ann' && code === null);
    expect(new Set(sent.map(({ result }) => result['seq'])).size).toBe(1);
    const refused = answers.flatMap(({ code }) => (code === null ? [] : [code]));
    expect(new Set(refused)).toEqual(new Set(['slow_mode']));
  },
};

/** The checker knows who was a moderator at each entry. */
const moderator: Race = {
  name: 'a moderator acts while it is demoted and promoted',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: () => ({ groupTypes: ['strict_private'] }),
  arrange: async (attempt) => {
    await found(attempt, { groupType: 'strict_private', active: ['ann', 'bob'], pending: ['cyd'] });
    await attempt.must('owner', 'promote_member', { user_id: 'ann', role: 'moderator' });
  },
  asks: () => [
    act('mute', ['ann', 'bob'], ['not_admin', 'not_moderator', 'cannot_mute', 'user_not_in_group']),
    act('kick', ['ann', 'bob'], ['not_admin', 'not_moderator', 'user_not_in_group']),
    act('accept', ['ann', 'cyd'], ['not_admin', 'not_moderator']),
    act('demote', ['owner', 'ann'], []),
    act('promote', ['owner', 'bob'], ['cannot_promote', 'user_not_in_group']),
  ],
};

export const sendingRaces: readonly Race[] = [postingSwitched, slowMode, moderator];
