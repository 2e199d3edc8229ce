/** Every cell of the rules: operation × group type × standing of the actor × standing of the target. */
import type { AppendOutcome, ChangeOutcome, GroupCommand } from '@plenum/core';
import { type GroupType, SERVICE } from '@plenum/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  acceptCommand,
  banCommand,
  createCommand,
  deleteCommand,
  demoteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  muteCommand,
  promoteCommand,
  rejectCommand,
  unbanCommand,
  unmuteCommand,
  updateCommand,
} from '../commands.ts';
import type { EngineHarness, MakeEngine } from './engine-harness.ts';
import {
  type ActorStanding,
  type OwnRow,
  ownRows,
  standingsOf,
  statusAfter,
  type TargetedRow,
  targetedRows,
} from './rule-expectations.ts';
import { Scene, verdict } from './scene.ts';
import { type Standing, seat } from './standing.ts';

interface Ids {
  readonly groupId: string;
  readonly actor: string;
  readonly userId: string;
}
const targeted: Readonly<Record<TargetedRow['operation'], (ids: Ids) => GroupCommand>> = {
  accept: acceptCommand,
  reject: rejectCommand,
  mute: muteCommand,
  unmute: unmuteCommand,
  kick: kickCommand,
  ban: banCommand,
  unban: unbanCommand,
  promote: promoteCommand,
  demote: demoteCommand,
  admit: (ids) => joinCommand({ ...ids, admit: true }),
};
/** Of the service these are called for `update` and `delete` only. */
const own: Readonly<
  Record<OwnRow['operation'], (scene: Scene, actor: string) => Promise<ChangeOutcome | AppendOutcome>>
> = {
  create: (scene, actor) => scene.change(createCommand({ groupId: scene.groupId, actor })),
  join: (scene, actor) => scene.change(joinCommand({ groupId: scene.groupId, userId: actor })),
  leave: (scene, actor) => scene.change(leaveCommand({ groupId: scene.groupId, userId: actor })),
  send: (scene, actor) => scene.send(actor),
  update: (scene, actor) => scene.change(updateCommand({ groupId: scene.groupId, actor, maxMembers: 9 })),
  delete: (scene, actor) => scene.change(deleteCommand({ groupId: scene.groupId, actor })),
};

const idOf = (standing: ActorStanding, otherwise: string) =>
  standing === 'admin' ? 'owner' : standing === 'service' ? SERVICE : otherwise;

export function ruleMatrixSuite(name: string, makeEngine: MakeEngine): void {
  describe(`${name}: rules`, () => {
    const scenes = sharedScenes(makeEngine);
    for (const row of targetedRows) {
      describe(`${row.operation} in a ${row.groupType} group`, () => targetedCells(row, scenes));
    }
    for (const row of ownRows) {
      describe(`${row.operation} in a ${row.groupType} group`, () => ownCells(row, scenes));
    }
    whereThereIsNoGroup(scenes);
  });
}

type Scenes = ReturnType<typeof sharedScenes>;

/** Every cell has a group of its own on one engine. */
function sharedScenes(makeEngine: MakeEngine) {
  let harness: EngineHarness | undefined;
  let begun = 0;
  beforeAll(async () => {
    harness = await makeEngine();
  });
  afterAll(() => harness?.[Symbol.asyncDispose]());
  const empty = (): Scene => {
    if (harness === undefined) throw new Error('the engine has not been made');
    begun += 1;
    return new Scene(harness, `cell-${begun}`);
  };
  return {
    empty,
    async begin(groupType: GroupType): Promise<Scene> {
      const scene = empty();
      await scene.do(createCommand({ groupId: scene.groupId, actor: 'owner', groupType }));
      return scene;
    },
  };
}

function targetedCells(row: TargetedRow, scenes: Scenes): void {
  for (const actor of [...standingsOf[row.groupType], 'service' as const]) {
    const ofActor = row.actors[actor];
    if (ofActor === undefined) continue;
    for (const target of standingsOf[row.groupType]) {
      const expected = ofActor === 'goes on' ? row.targets[amongAdmins(actor, target)] : ofActor;
      test(`by one who is ${actor} to one who is ${target}: ${expected}`, async () => {
        const scene = await scenes.begin(row.groupType);
        if (actor !== 'service') await seat(scene, 'actor', actor);
        await seat(scene, 'target', target);
        const userId = idOf(target, 'target');
        const command = targeted[row.operation]({
          groupId: scene.groupId,
          actor: idOf(actor, 'actor'),
          userId,
        });
        await expectVerdict(scene, () => scene.change(command), expected);
        if (expected !== 'done') return;
        expect((await scene.member(userId))?.status ?? 'none').toBe(statusAfter[row.operation]);
      });
    }
  }
}

/** Where the actor is a second admin, the creator is not the last one. */
const amongAdmins = (actor: ActorStanding, target: Standing): Standing =>
  actor === 'second admin' && target === 'admin' ? 'second admin' : target;

function ownCells(row: OwnRow, scenes: Scenes): void {
  for (const standing of [...standingsOf[row.groupType], 'service' as const]) {
    const expected = row.actors[standing];
    if (expected === undefined) continue;
    test(`by one who is ${standing}: ${expected}`, async () => {
      const scene = await scenes.begin(row.groupType);
      if (standing !== 'service') await seat(scene, 'actor', standing);
      const actor = idOf(standing, 'actor');
      await expectVerdict(scene, () => own[row.operation](scene, actor), expected);
    });
  }
}

function whereThereIsNoGroup(scenes: Scenes): void {
  const expectNotFound = async (
    attempt: (scene: Scene, actor: string) => Promise<ChangeOutcome | AppendOutcome>,
  ) => {
    const scene = scenes.empty();
    expect(verdict(await attempt(scene, 'somebody'))).toBe('group_not_found');
    expect(await scene.head()).toBeNull();
  };
  const isRefused = 'where there is no group is refused: group_not_found';
  for (const [operation, attempt] of Object.entries(own)) {
    if (operation !== 'create') test(`${operation} ${isRefused}`, () => expectNotFound(attempt));
  }
  for (const [operation, build] of Object.entries(targeted)) {
    const attempt = (scene: Scene, actor: string) =>
      scene.change(build({ groupId: scene.groupId, actor, userId: 'target' }));
    test(`${operation} ${isRefused}`, () => expectNotFound(attempt));
  }
}

/** A refusal leaves everything as it was; a success adds to the log. */
async function expectVerdict(
  scene: Scene,
  act: () => Promise<ChangeOutcome | AppendOutcome>,
  expected: string,
): Promise<void> {
  const before = await scene.everything();
  const headBefore = await scene.head();
  expect(verdict(await act())).toBe(expected);
  if (expected === 'done') {
    expect((await scene.head())?.seq).toBeGreaterThan(headBefore?.seq ?? 0);
  } else {
    expect(await scene.everything()).toEqual(before);
  }
}
