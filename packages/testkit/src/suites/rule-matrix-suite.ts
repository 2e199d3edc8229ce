/** Tests the group rules of an engine: every cell of the grids, in one test per operation and group type. */
import type {
  AppendOutcome,
  ChangeOutcome,
  GroupCommand,
  MembersChanged,
  MessageCommand,
  MessageOutcome,
  MessageTarget,
} from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
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
import {
  appendCommand,
  editCommand,
  pinCommand,
  reactCommand,
  takeDownCommand,
} from '../message-commands.ts';
import { type Cell, cells } from '../rules/cells.ts';
import type { EngineHarness, MakeEngine } from '../scene/engine-harness.ts';
import { Scene, type Seat, seat, verdict } from '../scene/scene.ts';

/** Of the link that the owner has made where an operation needs one. */
const linkId = 'link';

interface Ids {
  readonly groupId: string;
  readonly actor: string;
  /** The target of the operation; of an operation without one the actor again. */
  readonly userId: string;
}
const commands: Readonly<Record<string, (ids: Ids) => GroupCommand>> = {
  create_group: ({ groupId, actor }) => createCommand({ groupId, actor }),
  join_group: ({ groupId, userId }) => joinCommand({ groupId, userId }),
  admit: (ids) => joinCommand({ ...ids, admit: true }),
  leave_group: ({ groupId, userId }) => leaveCommand({ groupId, userId }),
  update_group: ({ groupId, actor }) => updateCommand({ groupId, actor, maxMembers: 9 }),
  delete_group: ({ groupId, actor }) => deleteCommand({ groupId, actor }),
  accept_member: acceptCommand,
  reject_member: rejectCommand,
  mute_member: muteCommand,
  'mute_member:timed': (ids) => muteCommand({ ...ids, forMs: 3_600_000 }),
  unmute_member: unmuteCommand,
  kick_member: kickCommand,
  ban_member: banCommand,
  unban_member: unbanCommand,
  invite_member: inviteCommand,
  decline_invite: ({ groupId, userId }) => declineInviteCommand({ groupId, userId }),
  revoke_invite: revokeInviteCommand,
  'join_group:link': ({ groupId, userId }) => joinCommand({ groupId, userId, linkId }),
  create_invite_link: ({ groupId, actor }) => createLinkCommand({ groupId, actor, linkId: 'new-link' }),
  revoke_invite_link: ({ groupId, actor }) => revokeLinkCommand({ groupId, actor, linkId }),
  promote_member: promoteCommand,
  'promote_member:moderator': (ids) => promoteCommand({ ...ids, role: 'moderator' }),
  demote_member: demoteCommand,
  transfer_group: transferCommand,
};

type OnMessage = Omit<Ids, 'userId'> & { readonly target: MessageTarget };
/** On a message of the owner. */
const messageCommands: Readonly<Record<string, (ids: OnMessage) => MessageCommand>> = {
  edit_message: editCommand,
  append_message: appendCommand,
  delete_message: takeDownCommand,
  react: reactCommand,
  pin_message: pinCommand,
};

/** The status of the target after a success; a change of role leaves it `active`. */
const statusAfter: Readonly<Record<string, string>> = {
  admit: 'active',
  add: 'active',
  remove: 'none',
  accept_member: 'active',
  reject_member: 'none',
  mute_member: 'muted',
  'mute_member:timed': 'muted',
  unmute_member: 'active',
  kick_member: 'none',
  ban_member: 'none',
  unban_member: 'none',
  invite_member: 'none',
  revoke_invite: 'none',
  promote_member: 'active',
  'promote_member:moderator': 'active',
  demote_member: 'active',
  transfer_group: 'active',
};

/** One cell with the users who play it: `owner` has created the group, `actor` and `target` come to it. */
interface Played {
  readonly cell: Cell;
  readonly actor: string;
  readonly userId: string;
  readonly expected: string;
}

/** What one `change_members` does to one user. */
const ofMembers = ['add', 'remove'];

const cellCount = 3191;
const played: readonly Played[] = cells.flatMap((cell) => {
  const { operation } = cell;
  const isDecided =
    operation in commands || operation in messageCommands || [...ofMembers, 'relay_msg'].includes(operation);
  return isDecided ? castings(cell).map((casting) => ({ ...casting, cell, expected: expectedOf(cell) })) : [];
});

/** The owner is an admin like others: a cell between two admins is played by each of them, and by two others. */
function castings({ actor, target }: Cell): Pick<Played, 'actor' | 'userId'>[] {
  const actorId = actor === 'service' ? SERVICE : actor === 'last_admin' ? 'owner' : 'actor';
  if (target === null || target === 'self') return [{ actor: actorId, userId: actorId }];
  const userId = target === 'last_admin' ? 'owner' : 'target';
  const one = { actor: actorId, userId };
  if (actor !== 'admin' || target !== 'admin') return [one];
  return [one, { actor: 'owner', userId }, { actor: actorId, userId: 'owner' }];
}

/** Core refuses with `invalid_args` before it asks an engine, which judges oneself as it judges others. */
function expectedOf(cell: Cell): string {
  if (cell.expected !== 'invalid_args') return cell.expected;
  const actors = [cell.actor, 'service'];
  const others = cells.filter(
    ({ operation, groupType, actor, target }) =>
      operation === cell.operation &&
      groupType === cell.groupType &&
      target === cell.actor &&
      actors.includes(actor),
  );
  const same = others.find(({ actor }) => actor === cell.actor) ?? others[0];
  if (same === undefined) throw new Error(`no cell says what ${cell.operation} of an ${cell.actor} does`);
  return same.expected;
}

const rows = new Map<string, Played[]>();
for (const one of played) {
  const { operation, groupType } = one.cell;
  const name = groupType === 'none' ? 'without a group' : `${operation} in a ${groupType} group`;
  rows.set(name, [...(rows.get(name) ?? []), one]);
}

export function ruleMatrixSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: rules`, () => {
    let harness: EngineHarness | undefined;
    let begun = 0;
    beforeAll(async () => {
      harness = await makeEngine();
    });
    afterAll(() => harness?.[Symbol.asyncDispose]());
    /** Every cell has a group of its own on one engine. */
    const nextScene = (): Scene => {
      if (harness === undefined) throw new Error('the engine has not been made');
      begun += 1;
      return new Scene(harness, `cell-${begun}`);
    };

    test.each([...rows])('%s', async (_, row) => {
      const mistakes = await Promise.all(row.map((one) => mistakesOf(nextScene(), one)));
      expect(mistakes).toHaveLength(row.length);
      expect(mistakes.flat()).toEqual([]);
    });

    test('the cells are counted', () => {
      expect(played.length).toBe(cellCount);
    });
  });
}

async function mistakesOf(scene: Scene, one: Played): Promise<object[]> {
  try {
    await expectCell(scene, one);
    return [];
  } catch (error) {
    return [{ ...one, error: error instanceof Error ? error.message : error }];
  }
}

/** A refusal leaves everything as it was; a success adds to the log, and the target is what it should be. */
async function expectCell(scene: Scene, { cell, actor, userId, expected }: Played): Promise<void> {
  const { operation, groupType } = cell;
  if (groupType !== 'none') {
    await scene.do(createCommand({ groupId: scene.groupId, actor: 'owner', groupType }));
    await seatUnlessOwner(scene, actor, cell.actor);
    if (userId !== actor) await seatUnlessOwner(scene, userId, cell.target);
  }
  if (groupType !== 'none' && onLink.includes(operation)) {
    await scene.do(createLinkCommand({ groupId: scene.groupId, actor: 'owner', linkId }));
  }
  const target = groupType !== 'none' && operation in messageCommands ? await scene.send('owner') : noMessage;
  if (target.type === 'refused') throw new Error('the owner could not send');
  const before = groupType === 'none' ? null : await scene.everything();
  const headBefore = await scene.head();
  expect(answerOf(operation, await attempt(scene, operation, { actor, userId, target }))).toBe(expected);
  if (!expected.startsWith('done')) {
    expect(groupType === 'none' ? await scene.head() : await scene.everything()).toEqual(before);
    return;
  }
  expect((await scene.head())?.seq).toBeGreaterThan(headBefore?.seq ?? 0);
  const status = statusAfter[operation];
  if (status !== undefined) expect((await scene.member(userId))?.status ?? 'none').toBe(status);
}

async function seatUnlessOwner(scene: Scene, userId: string, standing: Cell['actor'] | Cell['target']) {
  if (userId !== 'owner' && isSeat(standing)) await seat(scene, userId, standing);
}
const isSeat = (standing: string | null): standing is Seat =>
  standing !== null && !['self', 'service', 'last_admin'].includes(standing);

const onLink = ['join_group:link', 'revoke_invite_link'];
const noMessage = { type: 'none', epoch: 'e', seq: 1 } as const;

function attempt(
  scene: Scene,
  operation: string,
  users: Omit<Ids, 'groupId'> & { readonly target: MessageTarget },
) {
  if (ofMembers.includes(operation)) return scene.changeMembers({ [operation]: [users.userId] });
  const command = commands[operation];
  const onMessage = messageCommands[operation];
  if (onMessage !== undefined) {
    return scene.engine.messageChanges.change(onMessage({ groupId: scene.groupId, ...users }));
  }
  return command === undefined
    ? scene.send(users.actor)
    : scene.change(command({ groupId: scene.groupId, ...users }));
}

/** The outcome in the words of the cells: a join is named by the status to which it led. */
function answerOf(
  operation: string,
  outcome: ChangeOutcome | AppendOutcome | MembersChanged | MessageOutcome,
): string {
  if (outcome.type === 'members_changed') {
    const [one] = [...outcome.added, ...outcome.removed];
    if (one?.type === 'refused') return one.failure.code;
    return one?.status === 'none' ? 'done' : `done: ${one?.status}`;
  }
  const isJoin = operation.startsWith('join_group') || operation === 'admit';
  return isJoin && 'status' in outcome ? `done: ${outcome.status}` : verdict(outcome);
}
