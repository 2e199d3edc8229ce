/** Tests the group rules of an engine: every cell of the grids, in one test per standing of the actor and group type. */
import type {
  AppendOutcome,
  ChangeOutcome,
  GroupCommand,
  MembersChanged,
  MessageCommand,
  MessageOutcome,
  MessageTarget,
  PushOutcome,
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
import {
  appendCommand,
  editCommand,
  pinCommand,
  reactCommand,
  takeDownCommand,
} from '../message-commands.ts';
import { type Cell, cells } from '../rules/cells.ts';
import type { EngineHarness, MakeEngine } from '../scene/engine-harness.ts';
import { expectAppended, Scene, type Seat, seat, verdict } from '../scene/scene.ts';

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

/** It is judged like a message of the log, and changes nothing. */
const ephemeral = 'relay_msg:ephemeral';

/** What one `change_members` does to one user. */
const ofMembers = ['add', 'remove'];

/** What an engine decides; the edge reads and explains. */
const operations = [
  ...Object.keys(commands),
  ...Object.keys(messageCommands),
  ...ofMembers,
  'relay_msg',
  ephemeral,
];
const played: readonly Played[] = cells
  .filter(({ operation }) => operations.includes(operation))
  .flatMap((cell) => castings(cell).map((casting) => ({ ...casting, cell, expected: expectedOf(cell) })));

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

/** Plays in one group, one after the other: all that two users are refused there, or one success. */
type Trial = readonly [Played, ...Played[]];

const isSuccess = ({ expected }: Played): boolean => expected.startsWith('done');

const trials = new Map<string, Trial>();
for (const one of played) {
  const { groupType, actor, target } = one.cell;
  const users = [groupType, actor, target === 'self' ? null : target, one.actor, one.userId].join(' ');
  const before = trials.get(users);
  if (isSuccess(one)) trials.set(`${trials.size}`, [one]);
  else trials.set(users, before === undefined ? [one] : [...before, one]);
}

const rows = new Map<string, Trial[]>();
for (const trial of trials.values()) {
  const { actor, groupType } = trial[0].cell;
  const name = groupType === 'none' ? 'without a group' : `${actor} in a ${groupType} group`;
  rows.set(name, [...(rows.get(name) ?? []), trial]);
}

export function ruleMatrixSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: rules`, () => {
    let harness: EngineHarness | undefined;
    let begun = 0;
    beforeAll(async () => {
      harness = await makeEngine();
    });
    afterAll(() => harness?.[Symbol.asyncDispose]());
    /** Every trial has a group of its own on one engine. */
    const nextScene = (): Scene => {
      if (harness === undefined) throw new Error('the engine has not been made');
      begun += 1;
      return new Scene(harness, `cell-${begun}`);
    };

    test.each([...rows])('%s', async (_, row) => {
      const mistakes = await Promise.all(row.map((trial) => mistakesOf(nextScene(), trial)));
      expect(mistakes).toHaveLength(row.length);
      expect(mistakes.flat()).toEqual([]);
    });

    test('every operation of the engine is played', () => {
      const tried = new Set(played.map(({ cell }) => cell.operation));
      expect(operations.filter((operation) => !tried.has(operation))).toEqual([]);
    });
  });
}

async function mistakesOf(scene: Scene, trial: Trial): Promise<object[]> {
  const [first] = trial;
  try {
    const target = await arrange(scene, trial);
    if (isSuccess(first)) return await mistakesOfSuccess(scene, first, target);
    return await mistakesOfRefusals(scene, trial, target);
  } catch (error) {
    return [{ trial, error: error instanceof Error ? error.message : error }];
  }
}

/** The group with its users, with a link and a message of the owner where an operation needs one. @returns the message */
async function arrange(scene: Scene, trial: Trial): Promise<MessageTarget> {
  const [{ cell, actor, userId }] = trial;
  const { groupId } = scene;
  if (cell.groupType === 'none') return noMessage;
  await scene.do(createCommand({ groupId, actor: 'owner', groupType: cell.groupType }));
  await seatUnlessOwner(scene, actor, cell.actor);
  if (userId !== actor) await seatUnlessOwner(scene, userId, cell.target);
  const operations = trial.map((one) => one.cell.operation);
  if (operations.some((operation) => onLink.includes(operation)))
    await scene.do(createLinkCommand({ groupId, actor: 'owner', linkId }));
  if (!operations.some((operation) => operation in messageCommands)) return noMessage;
  return expectAppended(await scene.send('owner'));
}

/** A refusal leaves everything as it was. */
async function mistakesOfRefusals(scene: Scene, trial: Trial, target: MessageTarget): Promise<object[]> {
  const state = () => (trial[0].cell.groupType === 'none' ? scene.head() : scene.everything());
  const before = await state();
  const wrong: object[] = [];
  for (const one of trial) {
    const answer = await answerTo(scene, one, target);
    if (answer !== one.expected) wrong.push({ ...one, answer });
  }
  expect(await state()).toEqual(before);
  return wrong;
}

/** A success adds to the log unless it is an ephemeral message, and the target is what it should be. */
async function mistakesOfSuccess(scene: Scene, one: Played, target: MessageTarget): Promise<object[]> {
  const before = await scene.head();
  const answer = await answerTo(scene, one, target);
  if (answer !== one.expected) return [{ ...one, answer }];
  if (one.cell.operation === ephemeral) expect(await scene.head()).toEqual(before);
  else expect((await scene.head())?.seq).toBeGreaterThan(before?.seq ?? 0);
  const status = statusAfter[one.cell.operation];
  if (status !== undefined) expect((await scene.member(one.userId))?.status ?? 'none').toBe(status);
  return [];
}

const answerTo = async (scene: Scene, { cell, actor, userId }: Played, target: MessageTarget) =>
  answerOf(cell.operation, await attempt(scene, cell.operation, { actor, userId, target }));

async function seatUnlessOwner(scene: Scene, userId: string, standing: Cell['actor'] | Cell['target']) {
  if (userId !== 'owner' && isSeat(standing)) await seat(scene, userId, standing);
}
const isSeat = (standing: string | null): standing is Seat =>
  standing !== null && !['self', 'service', 'last_admin'].includes(standing);

const onLink = ['join_group:link', 'revoke_invite_link'];
const noMessage: MessageTarget = { epoch: 'e', seq: 1 };

function attempt(
  scene: Scene,
  operation: string,
  users: Omit<Ids, 'groupId'> & { readonly target: MessageTarget },
) {
  if (operation === ephemeral) {
    const { groupId } = scene;
    const draft = messageDraft({ groupId, sender: users.actor, isEphemeral: true });
    return scene.engine.log.sendEphemeral(draft);
  }
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
  outcome: ChangeOutcome | AppendOutcome | PushOutcome | MembersChanged | MessageOutcome,
): string {
  if (outcome.type === 'members_changed') {
    const [one] = [...outcome.added, ...outcome.removed];
    if (one?.type === 'refused') return one.failure.code;
    return one?.status === 'none' ? 'done' : `done: ${one?.status}`;
  }
  const isJoin = operation.startsWith('join_group') || operation === 'admit';
  return isJoin && 'status' in outcome ? `done: ${outcome.status}` : verdict(outcome);
}
