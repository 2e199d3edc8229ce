/** Edits of messages that only the archive has, and reads of such a message. */
import type { HistoryEntry, RequestArgs } from '@plenum/protocol';
import { deleteCommand, reactCommand, recordingModeration, updateCommand } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { targetOf } from '../../src/index.ts';
import { at, callerOf, found, groupId, history, operationsOf, trimmed } from './archived-scene.ts';
import { beginDelivery, type DeliveryScene } from './delivery-scene.ts';

type Given = Partial<RequestArgs<'edit_message'>>;

async function edit(
  scene: DeliveryScene,
  message_id: string,
  given: Given & { readonly by?: string; readonly operations?: ReturnType<typeof operationsOf> } = {},
) {
  const { by = 'guest', operations = operationsOf(scene), ...args } = given;
  const asked = { group_id: groupId, message_id, message: 'green tea', ...args };
  const outcome = await operations.edit_message(callerOf(by), asked);
  return outcome.ok ? outcome.result : outcome.failure.code;
}

async function failureOf(scene: DeliveryScene, message_id: string) {
  const asked = { group_id: groupId, message_id, message: 'green tea' };
  const outcome = await operationsOf(scene).edit_message(callerOf('guest'), asked);
  return outcome.ok ? null : outcome.failure;
}

async function message(scene: DeliveryScene, message_id: string, reader = 'owner') {
  const outcome = await operationsOf(scene).get_message(callerOf(reader), { group_id: groupId, message_id });
  return outcome.ok ? outcome.result : outcome.failure.code;
}

const behind = { code: 'unavailable', retryAfterMs: 1000, details: { reason: 'archive_behind' } };
const targetIn = (id: string) => targetOf(id) ?? { epoch: '', seq: 0 };

test('an edit of what only the archive has is shown at every door, before the archive has it', async () => {
  const { scene, hand, id } = await trimmed();
  await using _ = scene;
  await hand();
  expect(await edit(scene, id)).toMatchObject({ message_id: id, edits: 1, seq: 14 });
  const shown = { message: 'green tea', edits: 1, edited_at: expect.any(String), state_seq: 14, seq: 3 };
  const seen = async () => {
    for (const page of [{}, { after: 0 }, { before: 6 }]) {
      const entries = await history(scene, page);
      expect(at(entries, 3)).toMatchObject(shown);
      expect(JSON.stringify(entries)).not.toContain('secret');
    }
    expect((await found(scene)).at(-1)).toMatchObject(shown);
    expect(await message(scene, id)).toMatchObject(shown);
    expect(at(await history(scene), 14)).toMatchObject({ type: 'edited', message: 'green tea', edits: 1 });
  };
  await seen();
  expect(await edit(scene, id, { metadata: { a: 1 } })).toMatchObject({ edits: 2, seq: 15 });
  expect(await edit(scene, id)).toMatchObject({ edits: 2, seq: 15 });
  await scene.own();
  await scene.pass(300);
  await scene.send('a', 'b', 'c', 'd', 'e', 'f');
  await scene.pass(300);
  const last = { ...shown, edits: 2, state_seq: 15, metadata: { a: 1 } };
  expect(at(await history(scene), 3)).toMatchObject(last);
  expect(await edit(scene, id, { message: 'black tea' })).toMatchObject({ edits: 3, seq: 22 });
  expect(await message(scene, id)).toMatchObject({ message: 'black tea', edits: 3, metadata: { a: 1 } });
});

test('reactions that only the archive has stay with the edited message', async () => {
  await using scene = await beginDelivery({ historyMaxEntries: 5 });
  await scene.own();
  const [id = ''] = await scene.send('tea');
  await scene.engine.messageChanges.change(reactCommand({ groupId, actor: 'owner', target: targetIn(id) }));
  await scene.send(...'abcdefgh');
  await scene.pass(300);
  const reactions = { '👍': { count: 1, me: true } };
  expect(await message(scene, id)).toMatchObject({ message: 'tea', reactions });
  expect(await edit(scene, id, { by: 'owner' })).toMatchObject({ edits: 1 });
  expect(await message(scene, id)).toMatchObject({ message: 'green tea', reactions });
  expect(at(await history(scene), 2)).toMatchObject({ message: 'green tea', reactions });
  await scene.pass(300);
  expect(await message(scene, id)).toMatchObject({ message: 'green tea', reactions });
});

test('while the archive lags such an edit is refused for now, and later it is made', async () => {
  const { scene, hand, id } = await trimmed();
  await using _ = scene;
  await hand();
  await scene.send('a', 'b', 'c', 'd', 'e', 'f');
  expect(await failureOf(scene, id)).toMatchObject(behind);
  await scene.own();
  await scene.pass(300);
  expect(await edit(scene, id)).toMatchObject({ edits: 1 });
});

test('an entry that the archive has refused delays such an edit until it is given up', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  const next = targetIn(id);
  scene.archive.refuse(`${next.epoch}-14`);
  await scene.send('refused', 'a', 'b', 'c', 'd', 'e', 'f');
  await scene.pass(300);
  expect(await failureOf(scene, id)).toMatchObject(behind);
  for (let minutes = 0; (await scene.letters()).length === 0 && minutes < 10; minutes += 1)
    await scene.pass(60_000);
  expect(await failureOf(scene, id)).toMatchObject(behind);
  const [letter] = await scene.letters();
  await scene.engine.deadLetters.delete(letter?.id ?? '');
  expect(await edit(scene, id)).toMatchObject({ edits: 1 });
});

test('an archive that shows late what it has taken lags, too', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  const read = scene.archive.read.bind(scene.archive);
  scene.archive.read = async (page, call) => (await read(page, call)).filter(({ seq }) => seq < 8);
  expect(await failureOf(scene, id)).toMatchObject(behind);
  scene.archive.read = read;
  scene.archive.fault('throw');
  expect(await failureOf(scene, id)).toEqual({ code: 'unavailable' });
  scene.archive.fault(null);
  expect(await edit(scene, id)).toMatchObject({ edits: 1 });
});

/** Does something when the archive has read the message. */
async function whenRead(scene: DeliveryScene, once: (entries: readonly HistoryEntry[]) => Promise<void>) {
  const read = scene.archive.read.bind(scene.archive);
  scene.archive.read = async (page, call) => {
    const entries = await read(page, call);
    if (page.beforeSeq === 4) await once(entries);
    return entries;
  };
}

test('a take-down and an edit after the archive was read come before such an edit', async () => {
  for (const first of ['take_down', 'edit'] as const) {
    const { scene, id } = await trimmed();
    await using _ = scene;
    const operations = operationsOf(scene);
    let isFirst = true;
    await whenRead(scene, async () => {
      if (!isFirst) return;
      isFirst = false;
      if (first === 'edit') expect(await edit(scene, id, { message: 'mint' })).toMatchObject({ edits: 1 });
      else await operations.delete_message(callerOf('guest'), { group_id: groupId, message_id: id });
    });
    const outcome = await edit(scene, id);
    if (first === 'edit') expect(outcome).toMatchObject({ edits: 2 });
    else expect(outcome).toBe('message_not_found');
    expect(JSON.stringify(await history(scene))).not.toContain('secret');
  }
});

test('changes that the log loses meanwhile make it read the archive again, three times at most', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  let readings = 0;
  await whenRead(scene, async () => {
    readings += 1;
    if (readings > 1) return;
    await scene.send('a', 'b', 'c', 'd', 'e', 'f');
    await scene.pass(300);
  });
  expect(await edit(scene, id)).toMatchObject({ edits: 1 });
  expect(readings).toBe(2);
  await whenRead(scene, async () => {
    await scene.send('a', 'b', 'c', 'd', 'e', 'f');
    await scene.pass(300);
  });
  await scene.send('a', 'b', 'c', 'd', 'e', 'f');
  await scene.engine.messageChanges.change(
    reactCommand({ groupId, actor: 'owner', target: targetIn((await scene.send('x'))[0] ?? '') }),
  );
  await scene.pass(300);
  expect(await failureOf(scene, id)).toMatchObject(behind);
});

test('such an edit is for the author, and of a message that the archive has', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  expect(await edit(scene, id, { by: 'owner' })).toBe('not_author');
  expect(await edit(scene, id, { by: 'eve' })).toBe('not_a_member');
  const [epoch] = id.split('-');
  for (const other of [`${epoch}-1`, `${epoch}-2`, `${epoch}-99`, `${'f'.repeat(16)}-3`, 'x', `${epoch}-0`])
    expect(await edit(scene, other)).toBe('message_not_found');
  const { save } = scene.archive;
  for (const adapters of [{}, { archive: { save } }])
    expect(await edit(scene, id, { operations: operationsOf(scene, adapters) })).toBe('message_not_found');
  await scene.engine.groups.change(deleteCommand({ groupId, actor: 'owner' }));
  expect(await edit(scene, id)).toBe('group_not_found');
});

test('moderation is asked once about such an edit', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  let isAllowed = false;
  const asked: string[] = [];
  const moderation = recordingModeration(({ message: text }) => {
    asked.push(text);
    return isAllowed ? { isAllowed } : { isAllowed, reason: 'bad word' };
  });
  const operations = operationsOf(scene, { archive: scene.archive, moderation });
  expect(await edit(scene, id, { operations })).toBe('moderation_blocked');
  isAllowed = true;
  expect(await edit(scene, id, { operations })).toMatchObject({ edits: 1 });
  expect(asked).toEqual(['green tea', 'green tea']);
});

test('a message that only the archive has is read as it is now, in the range of its reader', async () => {
  const { scene, id } = await trimmed();
  await using _ = scene;
  expect(await message(scene, id)).toMatchObject({ message: 'the secret tea', seq: 3 });
  expect(await message(scene, id, 'eve')).toBe('not_a_member');
  await scene.engine.groups.change(updateCommand({ groupId, actor: 'owner', history: 'since_join' }));
  await scene.join('late');
  expect(await message(scene, id, 'late')).toBe('message_not_found');
  const [epoch] = id.split('-');
  for (const other of [`${epoch}-1`, `${epoch}-99`, `${'f'.repeat(16)}-3`, 'x'])
    expect(await message(scene, other)).toBe('message_not_found');
  scene.archive.fault('throw');
  expect(await message(scene, id)).toBe('unavailable');
  scene.archive.fault(null);
  await operationsOf(scene).delete_message(callerOf('guest'), { group_id: groupId, message_id: id });
  expect(await message(scene, id)).toMatchObject({ deleted: true, deleted_by: 'guest', seq: 3 });
});
