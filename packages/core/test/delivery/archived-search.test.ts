/** Messages are searched in the archive, as far as the reader may read. */
import { type GroupId, groupIdSchema, SERVICE } from '@plenum/protocol';
import { joinCommand, messageDraft, updateCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import type { Adapters } from '../../src/index.ts';
import { callerOf, groupId, operationsOf } from './archived-scene.ts';
import { beginDelivery, type DeliveryScene } from './delivery-scene.ts';

/** `created`, eight messages, `joined` of bob, two messages; the log still has the last five entries. */
async function searched(): Promise<DeliveryScene> {
  const scene = await beginDelivery({ historyMaxEntries: 5 });
  await scene.own();
  await scene.send(...Array.from({ length: 8 }, (_, at) => `tea ${at + 2}`));
  await scene.engine.groups.change(joinCommand({ groupId, userId: 'bob' }));
  await scene.send('tea 11', 'coffee 12');
  await scene.pass(300);
  return scene;
}

interface Asked {
  readonly query?: string;
  readonly before?: number;
  readonly limit?: number;
  readonly as?: string;
  readonly in?: GroupId;
  readonly adapters?: Pick<Adapters, 'archive'>;
}

async function search(scene: DeliveryScene, asked: Asked = {}) {
  const { as = 'owner', query = 'tea', limit = 50, before, in: group_id = groupId } = asked;
  const args = { group_id, query, limit, ...(before === undefined ? {} : { before }) };
  const outcome = await operationsOf(scene, asked.adapters).search_messages(callerOf(as), args);
  if (!outcome.ok) return outcome.failure.code;
  const { entries, next_before } = outcome.result;
  return [entries.map(({ seq }) => seq), next_before];
}

test.each<[Asked, readonly [number[], number | null]]>([
  [{}, [[11, 9, 8, 7, 6, 5, 4, 3, 2], null]],
  [{ as: SERVICE }, [[11, 9, 8, 7, 6, 5, 4, 3, 2], null]],
  [{ limit: 3 }, [[11, 9, 8], 8]],
  [{ limit: 3, before: 8 }, [[7, 6, 5], 5]],
  [{ limit: 3, before: 3 }, [[2], null]],
  [{ query: 'coffee' }, [[12], null]],
  [{ query: 'milk' }, [[], null]],
])('%j finds the newest first, in the log and below it', async (asked, found) => {
  await using scene = await searched();
  expect(await search(scene, asked)).toEqual(found);
});

test('a member of a group without a history for newcomers finds nothing from before its join', async () => {
  await using scene = await beginDelivery({ historyMaxEntries: 5 });
  await scene.own();
  await scene.engine.groups.change(updateCommand({ groupId, actor: 'owner', history: 'since_join' }));
  await scene.send('tea 3', 'tea 4');
  await scene.engine.groups.change(joinCommand({ groupId, userId: 'bob' }));
  await scene.send('tea 6');
  await scene.pass(300);
  expect(await search(scene, { as: 'bob' })).toEqual([[6], null]);
  expect(await search(scene)).toEqual([[6, 4, 3], null]);
});

test('outsiders, an unknown group, a failing archive and a missing one are refused', async () => {
  await using scene = await searched();
  expect(await search(scene, { as: 'eve' })).toBe('not_a_member');
  expect(await search(scene, { in: groupIdSchema.parse('other') })).toBe('group_not_found');
  expect(await search(scene, { adapters: {} })).toBe('unsupported_request');
  const { save, read } = scene.archive;
  expect(await search(scene, { adapters: { archive: { save, read } } })).toBe('unsupported_request');
  scene.archive.fault('throw');
  expect(await search(scene)).toBe('unavailable');
});

test('an answer in another order is a failure', async () => {
  await using scene = await searched();
  const { save } = scene.archive;
  const archive = {
    save,
    search: async (...asked: Parameters<typeof scene.archive.search>) =>
      [...(await scene.archive.search(...asked))].reverse(),
  };
  expect(await search(scene, { adapters: { archive } })).toBe('unavailable');
});

test('a message is found when the archive has got it', async () => {
  await using scene = await searched();
  await scene.engine.log.append(messageDraft({ groupId, sender: 'owner', message: 'tea 13' }));
  expect(await search(scene, { limit: 1 })).toEqual([[11], 11]);
  await scene.pass(300);
  expect(await search(scene, { limit: 1 })).toEqual([[13], 13]);
});

test('a message that has reached its end is not found, also while its take-down is on its way', async () => {
  await using scene = await searched();
  const found = scene.archive.search.bind(scene.archive);
  scene.archive.search = async (asked, call) =>
    (await found(asked, call)).map((entry) =>
      entry.seq === 4 ? { ...entry, expires_at: '2000-01-01T00:00:00.000Z' } : entry,
    );
  expect(await search(scene, { before: 7 })).toEqual([[6, 5, 3, 2], null]);
});
