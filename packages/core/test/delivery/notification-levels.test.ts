/** Which members are notified by their levels. */
import { groupIdSchema, userIdSchema } from '@plenum/protocol';
import { messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { beginDelivery, groupId } from './delivery-scene.ts';

const users = (count: number) => Array.from({ length: count }, (_, at) => `user-${at + 1}`);

test('a member hears of the messages that its level at the delivery lets through', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join('ann', 'bob', 'cleo', 'dora');
  const bob = userIdSchema.parse('bob');
  const set = (name: string, level: 'all' | 'mentions' | 'none', untilMs: number | null = null) =>
    scene.engine.notificationLevels.set(groupIdSchema.parse(groupId), userIdSchema.parse(name), {
      level,
      untilMs,
    });
  await scene.send('before the levels');
  await set('ann', 'none');
  await set('bob', 'mentions');
  await set('cleo', 'none', 1);
  await scene.send('plain');
  await scene.engine.log.append(
    messageDraft({
      ...{ groupId, sender: 'owner', message: 'bob?' },
      extras: { mentions: [bob, userIdSchema.parse('ann')] },
    }),
  );
  await scene.own();
  await scene.pass(200);
  const heard = () =>
    scene.notifier.sent.map(({ recipients, message }) => [
      message.message,
      recipients.map(({ user_id }) => user_id).join(' '),
    ]);
  const first = [
    ['before the levels', 'cleo dora'],
    ['plain', 'cleo dora'],
    ['bob?', 'bob cleo dora'],
  ];
  expect(heard()).toEqual(first);
  await set('ann', 'all');
  await scene.send('again');
  await scene.pass(200);
  expect(heard()).toEqual([...first, ['again', 'ann cleo dora']]);
});

test('a page whose members all want nothing is followed by the next one', async () => {
  await using scene = await beginDelivery({ hasArchive: false, hasNotifier: true });
  await scene.join(...users(1200));
  for (const name of users(900)) {
    const userId = userIdSchema.parse(name);
    await scene.engine.notificationLevels.set(groupIdSchema.parse(groupId), userId, {
      level: 'none',
      untilMs: null,
    });
  }
  await scene.own();
  await scene.send('one');
  await scene.pass(400);
  expect(scene.notifier.sent.map(({ recipients }) => recipients.length)).toEqual([99, 201]);
});
