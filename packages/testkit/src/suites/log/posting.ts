/** Who may send by the settings `posting` and `slow_mode_ms`, and how often. */
import type { AppendOutcome } from '@plenum/core';
import type { Posting } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import {
  createCommand,
  deleteCommand,
  joinCommand,
  leaveCommand,
  messageDraft,
  updateCommand,
} from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, expectAppended, type Scene, verdict } from '../../scene/scene.ts';

/** One interval of slow mode, ms: longer than a test's steps take. */
const intervalMs = 400;
const users = { ann: 'admin', eve: 'active', max: 'muted', pam: 'pending', bob: 'banned' } as const;

/** The answers to `ann` (an admin), `eve` (active), `max` (muted), `pam` (pending), `bob` (banned) and a stranger. */
const answers: readonly (readonly [Posting, readonly string[]])[] = [
  ['members', ['done', 'done', 'muted', 'pending_membership', 'banned', 'not_a_member']],
  ['admins', ['done', 'posting_restricted', 'muted', 'pending_membership', 'banned', 'not_a_member']],
  [
    'nobody',
    ['posting_restricted', 'posting_restricted', 'muted', 'pending_membership', 'banned', 'not_a_member'],
  ],
];

const update = (scene: Scene, changes: { posting?: Posting; slowModeMs?: number }) =>
  scene.do(updateCommand({ groupId: scene.groupId, actor: 'owner', ...changes }));
const inSlowMode = (makeEngine: MakeEngine) =>
  begin(makeEngine, { users: { eve: 'active', ann: 'admin' }, slowModeMs: intervalMs });
const waitOf = (outcome: AppendOutcome): number =>
  outcome.type === 'refused' && outcome.failure.code === 'slow_mode'
    ? (outcome.failure.retryAfterMs ?? 0)
    : 0;

export function posting(makeEngine: MakeEngine): void {
  describe('posting', () => {
    test.each(answers)('by %s, in the append and in the admission', async (who, expected) => {
      const setting = { posting: who };
      await using scene = await begin(makeEngine, { groupType: 'strict_private', users, ...setting });
      const { log } = scene.engine;
      const asked = [...Object.keys(users), 'stranger'].map((sender) =>
        messageDraft({ groupId: scene.groupId, sender }),
      );
      const admissions = await Promise.all(asked.map((draft) => log.admit(draft)));
      expect(admissions.map((one) => (one.type === 'refused' ? one.failure.code : 'done'))).toEqual(expected);
      const appends = await Promise.all(asked.map((draft) => log.append(draft)));
      expect(appends.map(verdict)).toEqual(expected);
    });

    test('changes with an update, and leaves slow mode as it is', async () => {
      await using scene = await begin(makeEngine, { users: { eve: 'active' }, slowModeMs: 7000 });
      await update(scene, { posting: 'nobody' });
      expect(verdict(await scene.send('owner'))).toBe('posting_restricted');
      await update(scene, { slowModeMs: 0 });
      expect(await scene.group()).toMatchObject({ posting: 'nobody', slowModeMs: 0 });
      await update(scene, { posting: 'members' });
      expect([verdict(await scene.send('eve')), verdict(await scene.send('eve'))]).toEqual(['done', 'done']);
    });

    test('gives a stored message its first answer after the group was frozen', async () => {
      await using scene = await begin(makeEngine, { users: { eve: 'active' } });
      const draft = messageDraft({ groupId: scene.groupId, sender: 'eve' });
      const first = expectAppended(await scene.engine.log.append(draft));
      await update(scene, { posting: 'nobody' });
      const again = { ...first, isDuplicate: true };
      expect(await scene.engine.log.append(draft)).toEqual(again);
      expect(await scene.engine.log.admit(draft)).toEqual(again);
    });
  });

  describe('slow mode', () => {
    test('lets a member without a role send once in an interval, and says how long to wait', async () => {
      await using scene = await inSlowMode(makeEngine);
      expectAppended(await scene.send('eve'));
      const wait = waitOf(await scene.send('eve'));
      expect(wait).toBeGreaterThanOrEqual(1);
      expect(wait).toBeLessThanOrEqual(intervalMs);
      await scene.advance(wait);
      expectAppended(await scene.send('eve'));
    });

    test('is refused in the admission too, which begins no interval', async () => {
      await using scene = await inSlowMode(makeEngine);
      const draft = () => messageDraft({ groupId: scene.groupId, sender: 'eve', isRateLimited: false });
      for (let time = 0; time < 2; time += 1) {
        expect(await scene.engine.log.admit(draft())).toEqual({ type: 'admitted' });
      }
      expectAppended(await scene.engine.log.append(draft()));
      expect(await scene.engine.log.admit(draft())).toMatchObject({ failure: { code: 'slow_mode' } });
    });

    test('does not hold for an admin', async () => {
      await using scene = await inSlowMode(makeEngine);
      for (let time = 0; time < 3; time += 1) expectAppended(await scene.send('ann'));
    });

    test('stores one of many messages that come at once, and leaves the tokens of the others', async () => {
      await using scene = await inSlowMode(makeEngine);
      const outcomes = await Promise.all(Array.from({ length: 60 }, () => scene.send('eve')));
      expect(outcomes.filter(({ type }) => type === 'appended')).toHaveLength(1);
      expect(new Set(outcomes.map(verdict))).toEqual(new Set(['done', 'slow_mode']));
      expect(await scene.messages()).toHaveLength(1);
    });

    test('gives a repeated request its first answer', async () => {
      await using scene = await inSlowMode(makeEngine);
      const draft = messageDraft({ groupId: scene.groupId, sender: 'eve' });
      const first = expectAppended(await scene.engine.log.append(draft));
      expect(await scene.engine.log.append(draft)).toEqual({ ...first, isDuplicate: true });
    });

    test('outlasts a leave and a new join', async () => {
      await using scene = await begin(makeEngine, { users: { eve: 'active' }, slowModeMs: 3_600_000 });
      const { groupId } = scene;
      expectAppended(await scene.send('eve'));
      await scene.do(leaveCommand({ groupId, userId: 'eve' }));
      await scene.do(joinCommand({ groupId, userId: 'eve' }));
      expect(verdict(await scene.send('eve'))).toBe('slow_mode');
    });

    test('ends with the group: nothing of it is left in the next group of the id', async () => {
      await using scene = await begin(makeEngine, { users: { eve: 'active' }, slowModeMs: 3_600_000 });
      const { groupId } = scene;
      expectAppended(await scene.send('eve'));
      await scene.advance(5);
      await scene.do(deleteCommand({ groupId, actor: 'owner' }));
      await scene.do(createCommand({ groupId, actor: 'owner', slowModeMs: 3_600_000 }));
      await scene.join('eve');
      expectAppended(await scene.send('eve'));
    });

    test('is part of the position, until it ends', async () => {
      await using scene = await inSlowMode(makeEngine);
      const until = async () =>
        (
          await scene.engine.groups.position(
            scene.groupId,
            messageDraft({ groupId: 'g', sender: 'eve' }).sender,
          )
        )?.slowedUntilMs;
      expect(await until()).toBe(null);
      const { timestampMs } = expectAppended(await scene.send('eve'));
      expect(await until()).toBe(timestampMs + intervalMs);
      await scene.advance(intervalMs);
      expect(await until()).toBe(null);
    });
  });
}
