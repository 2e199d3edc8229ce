/** Races of those who come in by an invite, or by the accepts of several members. */
import { type HistoryEntry, historyEntrySchema } from '@plenum/protocol';
import { expect } from 'vitest';
import type { Ask, RaceAttempt } from './attempt.ts';
import type { Race } from './races.ts';
import { act, found, leave, type Refusals } from './requests.ts';

const invite = (by: string, user_id: string, refusals: Refusals): Ask => ({
  ...{ by, refusals },
  type: 'invite_member',
  args: { user_id },
  entry: { type: 'invited', user_id, actor_id: by },
});
const decline = (by: string): Ask => ({
  by,
  refusals: ['invite_not_found'],
  type: 'decline_invite',
  entry: { type: 'invite_declined', user_id: by },
});
/** By an invite it is a member at once, without one an applicant. */
const enter = (by: string, refusals: Refusals): Ask => ({
  ...{ by, refusals },
  type: 'join_group',
  entry: { type: 'joined', orType: 'requested', user_id: by },
});
const endorse = (by: string, user_id: string, refusals: Refusals): Ask => ({
  ...{ by, refusals },
  type: 'accept_member',
  args: { user_id },
  entry: { type: 'accepted', orType: 'endorsed', user_id, actor_id: by },
});

async function entriesOf(attempt: RaceAttempt): Promise<readonly HistoryEntry[]> {
  const { body } = await attempt.rest('GET', `/v1/groups/${attempt.groupId}/messages?after=0&limit=200`);
  return historyEntrySchema.array().parse(body['entries']);
}

const inviteAgainstBan: Race = {
  name: 'invite against ban',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: () => ({ groupTypes: ['private'] }),
  arrange: (attempt) => found(attempt, { groupType: 'private', admins: ['cyd'], active: ['bob'] }),
  asks: (turn) => [
    invite('bob', 'ann', ['banned', 'already_member']),
    invite('cyd', 'ann', ['banned', 'already_member']),
    act('ban', ['owner', 'ann'], []),
    enter('ann', ['banned', 'already_member']),
    ...(turn % 2 === 0 ? [decline('ann')] : []),
  ],
  check: async ({ attempt }) => {
    expect((await attempt.ask(enter('ann', []))).code).toBe('banned');
    const { user_id: ann } = attempt.withUsers({ user_id: 'ann' });
    const { body } = await attempt.rest('GET', `/v1/users/${ann}/groups?limit=200`);
    const groups = Object(body['groups']).map((one: { group_id: string }) => one.group_id);
    expect(groups).not.toContain(attempt.groupId);
  },
};

/** How many of those who accepted the user were members when the last accept came; null: it was not accepted. */
function acceptorsAtEnd(entries: readonly HistoryEntry[]): number | null {
  const acceptors = new Set<string | undefined>();
  for (const entry of entries) {
    if (!('user_id' in entry)) continue;
    if (entry.type === 'left' || entry.type === 'kicked') acceptors.delete(entry.user_id);
    if (entry.type === 'endorsed' || entry.type === 'accepted') acceptors.add(entry.actor_id);
    if (entry.type === 'accepted') return acceptors.size;
  }
  return null;
}

const lastAccept: Race = {
  name: 'the last accept against the leave of an earlier acceptor',
  cast: ['owner', 'ann', 'bob', 'cyd'],
  group: () => ({ groupTypes: ['private'] }),
  arrange: async (attempt) => {
    await found(attempt, { groupType: 'private', active: ['bob', 'cyd'], pending: ['ann'] });
    await attempt.must('owner', 'update_group', { accepts_needed: 2 });
    await attempt.must('bob', 'accept_member', { user_id: 'ann' });
  },
  asks: (turn) => [
    endorse('owner', 'ann', ['user_not_pending']),
    leave('bob', ['user_not_in_group']),
    ...(turn % 2 === 0 ? [endorse('cyd', 'ann', ['user_not_pending'])] : []),
    ...(turn % 3 === 0 ? [act('kick', ['owner', 'bob'], ['user_not_in_group'])] : []),
  ],
  check: async ({ attempt, answers, isReceiver }) => {
    const count = acceptorsAtEnd(await entriesOf(attempt));
    expect(count === null).toBe(!isReceiver('ann'));
    if (count !== null) expect(count).toBe(2);
    const accepts = answers.filter(({ ask, code }) => ask.type === 'accept_member' && code === null);
    // Whatever bob did: two others are enough.
    if (accepts.length === 2) expect(count).toBe(2);
  },
};

export const enteringRaces: readonly Race[] = [inviteAgainstBan, lastAccept];
