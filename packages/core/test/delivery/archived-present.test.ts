/** Archived messages as they are now: whatever the archive has got, and whenever it was asked. */
import { type HistoryEntry, SERVICE } from '@plenum/protocol';
import {
  deleteCommand,
  editCommand,
  reactCommand,
  recordingModeration,
  takeDownCommand,
} from '@plenum/testkit';
import { expect, test } from 'vitest';
import { type MessageCommand, targetOf } from '../../src/index.ts';
import { at, callerOf, found, groupId, history, operationsOf, trimmed } from './archived-scene.ts';
import { beginDelivery, type DeliveryScene } from './delivery-scene.ts';

const hourMs = 3_600_000;

async function change(scene: DeliveryScene, command: MessageCommand): Promise<void> {
  const outcome = await scene.engine.messageChanges.change(command);
  if (outcome.type === 'refused') throw new Error(outcome.failure.code);
}

async function takeDown(scene: DeliveryScene, message_id: string, actor = 'guest') {
  const outcome = await operationsOf(scene).delete_message(callerOf(actor), {
    group_id: groupId,
    message_id,
  });
  return outcome.ok ? outcome.result : outcome.failure.code;
}

const targetIn = (id: string) => targetOf(id) ?? { epoch: '', seq: 0 };

test('a message that only the archive has is taken down, though the archive gets it later', async () => {
  const { scene, hand, id } = await trimmed();
  await using _ = scene;
  await hand();
  expect(at(await history(scene), 3)).toMatchObject({ message: 'the secret tea' });
  expect(await takeDown(scene, id)).toMatchObject({ status: 'deleted', message_id: id, seq: 14 });
  const tombstone = { deleted: true, deleted_by: 'guest', from_user_id: 'guest', state_seq: 14, seq: 3 };
  for (const page of [{}, { after: 0 }, { before: 6 }]) {
    const entries = await history(scene, page);
    expect(at(entries, 3)).toMatchObject(tombstone);
    expect(JSON.stringify(entries)).not.toContain('secret');
  }
  expect(JSON.stringify(await found(scene))).not.toContain('secret');
  expect(await found(scene, 'secret')).toEqual([]);
  expect(scene.archive.saved).toHaveLength(13);
  expect(await takeDown(scene, id, 'owner')).toMatchObject({ seq: 14 });

  await scene.own();
  await scene.pass(300);
  expect(at(await history(scene), 3)).toMatchObject(tombstone);
  await scene.clock.advance(2 * hourMs);
  expect(JSON.stringify([await history(scene), await found(scene)])).not.toContain('secret');
  expect(await takeDown(scene, id, SERVICE)).toMatchObject({ seq: 14 });
});

test.each(['history', 'search'] as const)(
  'a page of %s that was read before a take-down, and is answered after it, has no text',
  async (door) => {
    const { scene, hand, id } = await trimmed();
    await using _ = scene;
    await hand();
    const { archive } = scene;
    const [read, search] = [archive.read.bind(archive), archive.search.bind(archive)];
    const seen: string[] = [];
    const withTakeDown = async (entries: readonly HistoryEntry[]) => {
      seen.push(JSON.stringify(entries));
      if (seen.length === 1) expect(await takeDown(scene, id)).toMatchObject({ status: 'deleted' });
      return entries;
    };
    archive.read = async (page, call) => withTakeDown(await read(page, call));
    archive.search = async (asked, call) => withTakeDown(await search(asked, call));
    const shown = door === 'history' ? await history(scene, { after: 2 }) : await found(scene);
    expect(seen[0]).toContain('secret');
    expect(shown.length).toBeGreaterThan(5);
    expect(JSON.stringify(shown)).not.toContain('secret');
  },
);

test('an edit and reactions that the log still has are shown, though the archive gets them later', async () => {
  await using scene = await beginDelivery({ historyMaxEntries: 5 });
  const hand = await scene.own();
  const [id = ''] = await scene.send('before the edit');
  await scene.pass(300);
  await hand();
  const target = targetIn(id);
  await change(scene, reactCommand({ groupId, actor: 'owner', target }));
  await change(scene, editCommand({ groupId, actor: 'owner', target, message: 'tea', metadata: '{"a":1}' }));
  await scene.send('x', 'y', 'z');
  const shown = {
    message: 'tea',
    metadata: { a: 1 },
    edits: 1,
    edited_at: expect.any(String),
    reactions: { '👍': { count: 1, me: true } },
    state_seq: 4,
  };
  expect((await scene.engine.log.heads([groupId])).get(groupId)).toMatchObject({ oldestSeq: 3 });
  expect(at(await history(scene), 2)).toMatchObject(shown);
  expect(await found(scene, 'before')).toMatchObject([shown]);
  await scene.own();
  await scene.pass(300);
  expect(at(await history(scene), 2)).toMatchObject(shown);
});

test('a take-down by others than the author, admins and the service is refused', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  await scene.join('other');
  expect(await takeDown(scene, id, 'other')).toBe('not_author');
  expect(await takeDown(scene, id, 'eve')).toBe('not_a_member');
  expect(at(await history(scene), 3)).toMatchObject({ message: 'the secret tea' });
  const [epoch] = id.split('-');
  for (const other of [`${epoch}-1`, `${epoch}-99`, `${'f'.repeat(16)}-3`, 'x', '-1', `${epoch}-0`]) {
    expect(await takeDown(scene, other)).toBe('message_not_found');
  }
  scene.archive.fault('throw');
  expect(await takeDown(scene, id)).toBe('unavailable');
  scene.archive.fault(null);
  await scene.engine.groups.change(deleteCommand({ groupId, actor: 'owner' }));
  expect(await takeDown(scene, id)).toBe('group_not_found');
});

test('without an archive that can be read no such message is found', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  const { save } = scene.archive;
  const asked = { group_id: groupId, message_id: id };
  for (const adapters of [{}, { archive: { save } }]) {
    const operations = operationsOf(scene, adapters);
    expect(await operations.delete_message(callerOf('guest'), asked)).toMatchObject({
      failure: { code: 'message_not_found' },
    });
  }
});

test('the reason of such a take-down is moderated', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  const moderation = recordingModeration(() => ({ isAllowed: false, reason: 'bad word' }));
  const operations = operationsOf(scene, { archive: scene.archive, moderation });
  const asked = { group_id: groupId, message_id: id, reason: 'any' };
  expect(await operations.delete_message(callerOf('guest'), asked)).toMatchObject({
    failure: { code: 'moderation_blocked' },
  });
  expect(at(await history(scene), 3)).toMatchObject({ message: 'the secret tea' });
});

test('a message that ends on its way to the archive leaves no hole, also if the log has lost it', async () => {
  await using scene = await beginDelivery({ historyMaxEntries: 5 });
  await (await scene.own())();
  const [id = '', edited = ''] = await scene.send('the secret tea', 'secret');
  await scene.send('a', 'b');
  await change(
    scene,
    editCommand({ groupId, actor: 'owner', target: targetIn(edited), message: 'secret 2' }),
  );
  await scene.send('c', 'd', 'e');
  const ending = takeDownCommand({ groupId, actor: SERVICE, target: targetIn(id) });
  await change(scene, { ...ending, isExpired: true });
  await change(scene, takeDownCommand({ groupId, actor: 'owner', target: targetIn(edited) }));
  await scene.own();
  await scene.pass(300);
  const entries = await history(scene, { after: 0 });
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => index + 1));
  for (const seq of [2, 3]) expect(at(entries, seq)).toMatchObject({ deleted: true, from_user_id: 'owner' });
  expect(JSON.stringify(entries)).not.toContain('secret');
});
