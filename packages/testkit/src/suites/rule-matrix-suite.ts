/** Every cell of the rules: operation × group type × standing of the actor × standing of the target. */
import type { AppendOutcome, ChangeOutcome } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  acceptCommand,
  createCommand,
  deleteCommand,
  joinCommand,
  kickCommand,
  leaveCommand,
  messageDraft,
  muteCommand,
  rejectCommand,
  unmuteCommand,
} from '../commands.ts';
import type { EngineHarness, MakeEngine } from './engine-harness.ts';
import {
  type OwnRow,
  ownRows,
  standingsOf,
  statusAfter,
  type TargetedRow,
  targetedRows,
} from './rule-expectations.ts';
import { Scene, verdict } from './scene.ts';
import { type Standing, seat } from './standing.ts';

const targeted = {
  accept: acceptCommand,
  reject: rejectCommand,
  mute: muteCommand,
  unmute: unmuteCommand,
  kick: kickCommand,
};
const actorsOf = (groupType: TargetedRow['groupType']) => [...standingsOf[groupType], 'service' as const];
const idOf = (standing: Standing | 'service', otherwise: string) =>
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
    test.each([...Object.keys(targeted), 'join', 'leave', 'delete', 'send'])(
      '%s where there is no group is refused: group_not_found',
      async (operation) => {
        const scene = scenes.empty();
        expect(verdict(await attempt(scene, operation, 'somebody'))).toBe('group_not_found');
        expect(await scene.head()).toBeNull();
      },
    );
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
    async begin(groupType: TargetedRow['groupType']): Promise<Scene> {
      const scene = empty();
      await scene.do(createCommand({ groupId: scene.groupId, actor: 'owner', groupType }));
      return scene;
    },
  };
}

function targetedCells(row: TargetedRow, scenes: Scenes): void {
  for (const actor of actorsOf(row.groupType)) {
    for (const target of standingsOf[row.groupType]) {
      const ofActor = row.actors[actor];
      const expected = ofActor === 'goes on' ? row.targets[target] : ofActor;
      test(`by one who is ${actor} to one who is ${target}: ${expected}`, async () => {
        const scene = await scenes.begin(row.groupType);
        if (actor !== 'service') await seat(scene, 'actor', actor);
        await seat(scene, 'target', target);
        const command = targeted[row.operation]({
          groupId: scene.groupId,
          actor: idOf(actor, 'actor'),
          userId: idOf(target, 'target'),
        });
        await expectVerdict(scene, () => scene.change(command), expected);
        if (expected === 'done') {
          const status = (await scene.member('target'))?.status ?? 'none';
          expect(status).toBe(statusAfter[row.operation]);
        }
      });
    }
  }
}

function ownCells(row: OwnRow, scenes: Scenes): void {
  for (const standing of standingsOf[row.groupType]) {
    const expected = row.actors[standing];
    test(`by one who is ${standing}: ${expected}`, async () => {
      const scene = await scenes.begin(row.groupType);
      await seat(scene, 'actor', standing);
      const actor = idOf(standing, 'actor');
      await expectVerdict(scene, () => attempt(scene, row.operation, actor), expected);
    });
  }
}

function attempt(scene: Scene, operation: string, actor: string): Promise<ChangeOutcome | AppendOutcome> {
  const { groupId } = scene;
  if (operation === 'create') return scene.change(createCommand({ groupId, actor }));
  if (operation === 'join') return scene.change(joinCommand({ groupId, userId: actor }));
  if (operation === 'leave') return scene.change(leaveCommand({ groupId, userId: actor }));
  if (operation === 'delete') return scene.change(deleteCommand({ groupId, actor }));
  if (operation === 'send') return scene.engine.log.append(messageDraft({ groupId, sender: actor }));
  const [, build] = Object.entries(targeted).find(([name]) => name === operation) ?? [];
  if (build === undefined) throw new Error(`no such operation: ${operation}`);
  return scene.change(build({ groupId, actor, userId: 'target' }));
}

/** A refusal leaves everything as it was; a success adds to the log. */
async function expectVerdict(
  scene: Scene,
  act: () => Promise<ChangeOutcome | AppendOutcome>,
  expected: string | undefined,
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
