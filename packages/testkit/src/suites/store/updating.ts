/** Changing the settings of a group. */
import type { UpdateGroup } from '@plenum/core';
import { SERVICE } from '@plenum/protocol';
import { describe, expect, test } from 'vitest';
import { updateCommand } from '../../commands.ts';
import type { MakeEngine } from '../../scene/engine-harness.ts';
import { begin, verdict } from '../../scene/scene.ts';

const groupId = 'room:one';
const settings = {
  maxMembers: 7,
  ephemeral: true,
  history: 'all',
  metadata: '{"topic":"old"}',
  posting: 'members',
  slowModeMs: 1000,
  editWindowMs: 60_000,
  acceptsNeeded: 3,
  muteSurvivesRejoin: true,
  idReservedMs: 5000,
  retention: { maxEntries: 500, maxAgeMs: null },
} as const;
/** JSON as Node writes it, which a store that parsed it would not give back. */
const metadata = '{"b":[],"a":{},"n":12345678901234567000,"t":"\\u0000☃\\"}%s","__proto__":{"x":1e+300}}';

type Changes = UpdateGroup['changes'];
const cases: readonly (readonly [string, Changes, object])[] = [
  ['the limit', { maxMembers: 3 }, { max_members: 3 }],
  ['no limit', { maxMembers: null }, { max_members: null }],
  ['the history', { history: 'since_join' }, { history: 'since_join' }],
  ['metadata', { metadata: '{"topic":[]}' }, { metadata: { topic: [] } }],
  ['no metadata', { metadata: null }, { metadata: null }],
  ['an announcement group', { posting: 'admins' }, { posting: 'admins' }],
  ['slow mode', { slowModeMs: 5000 }, { slow_mode_ms: 5000 }],
  ['a mute that ends with the membership', { muteSurvivesRejoin: false }, { mute_survives_rejoin: false }],
  ['an id that is free at once', { idReservedMs: 0 }, { id_reserved_ms: 0 }],
  [
    'a longer log',
    { retention: { maxEntries: 900, maxAgeMs: 700_000 } },
    { retention: { max_entries: 900, max_age_ms: 700_000 } },
  ],
  ['the log of the service', { retention: null }, { retention: null }],
  ['two accepts', { acceptsNeeded: 2 }, { accepts_needed: 2 }],
  ['no edits', { editWindowMs: 0 }, { edit_window_ms: 0 }],
  [
    'everything',
    {
      maxMembers: 9,
      history: 'since_join',
      metadata: '{}',
      posting: 'nobody',
      slowModeMs: 1,
      editWindowMs: 2,
    },
    {
      max_members: 9,
      history: 'since_join',
      metadata: {},
      posting: 'nobody',
      slow_mode_ms: 1,
      edit_window_ms: 2,
    },
  ],
];

export function updating(makeEngine: MakeEngine): void {
  describe('update', () => {
    test.each(cases)('to %s changes that and leaves the rest', async (_, changes, wire) => {
      await using scene = await begin(makeEngine, settings);
      await scene.do(updateCommand({ groupId, actor: 'owner', ...changes }));
      expect(await scene.group()).toMatchObject({ ...settings, ...changes });
      expect((await scene.events()).at(-1)?.changes).toEqual(wire);
    });

    test('answers with the status and roles of the actor', async () => {
      await using scene = await begin(makeEngine);
      const byOwner = await scene.do(updateCommand({ groupId, actor: 'owner', maxMembers: 3 }));
      expect(byOwner).toMatchObject({ status: 'active', roles: ['admin'], seq: 2 });
      const byService = await scene.do(updateCommand({ groupId, actor: SERVICE, maxMembers: 4 }));
      expect(byService).toMatchObject({ status: 'none', roles: [], seq: 3 });
    });

    test('is in the log as it goes over the wire, the metadata untouched', async () => {
      await using scene = await begin(makeEngine);
      const command = updateCommand({ groupId, actor: 'owner', metadata, history: 'all', maxMembers: null });
      const { epoch, seq } = await scene.do(command);
      const entry = (await scene.log()).at(-1);
      const timestamp = entry?.type === 'event' ? entry.event.timestamp : '';
      const changes = { max_members: null, history: 'all', metadata: null };
      const wire = JSON.stringify({
        group_id: groupId,
        type: 'updated',
        user_id: 'owner',
        epoch,
        seq,
        timestamp,
        changes,
      });
      expect(entry?.wire.toString()).toBe(wire.replace('"metadata":null', () => `"metadata":${metadata}`));
      expect((await scene.group()).metadata).toBe(metadata);
    });

    test('with if_seq is refused if settings were changed after it, whatever else was entered since', async () => {
      await using scene = await begin(makeEngine);
      const update = (ifSeq: number, maxMembers: number) =>
        scene.change(updateCommand({ groupId, actor: 'owner', ifSeq, maxMembers }));
      await scene.send('owner');
      expect(verdict(await update(1, 3))).toBe('done');
      const before = await scene.everything();
      expect(await update(2, 4)).toMatchObject({
        failure: { code: 'conflict', details: { field: 'if_seq' } },
      });
      expect(verdict(await update(99, 4))).toBe('conflict');
      expect(await scene.everything()).toEqual(before);
      expect([verdict(await update(3, 5)), verdict(await update(3, 6))]).toEqual(['done', 'conflict']);
    });

    test('by the service names the service as the user', async () => {
      await using scene = await begin(makeEngine);
      await scene.do(updateCommand({ groupId, actor: SERVICE, history: 'since_join' }));
      const updated = (await scene.events()).at(-1);
      expect(updated).toMatchObject({ type: 'updated', user_id: SERVICE });
      expect(updated).not.toHaveProperty('actor_id');
    });

    test('to a limit below the number of members removes no member and lets none in', async () => {
      await using scene = await begin(makeEngine, { users: { a: 'active', b: 'active' } });
      await scene.do(updateCommand({ groupId, actor: 'owner', maxMembers: 1 }));
      expect((await scene.group()).counts.active).toBe(3);
      expect(verdict(await scene.join('late'))).toBe('group_full');
      await scene.do(updateCommand({ groupId, actor: 'owner', maxMembers: null }));
      expect(verdict(await scene.join('late'))).toBe('done');
    });
  });
}
