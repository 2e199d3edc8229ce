import { messageDraft } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { groupId, onEveryRedis, user } from './stage.ts';

onEveryRedis((open) => {
  test('an admission without a rate writes no key, one with a rate the bucket alone', async () => {
    const stage = open();
    await stage.create();
    const before = await stage.keyNames();
    const draft = messageDraft({ groupId, sender: 'owner' });
    expect(await stage.log.admit({ ...draft, isRateLimited: false })).toEqual({ type: 'admitted' });
    expect(await stage.keyNames()).toEqual(before);
    expect(await stage.log.admit(draft)).toEqual({ type: 'admitted' });
    expect(await stage.redis.exists(stage.keys.bucket(groupId, user('owner')))).toBe(1);
    expect(await stage.keyNames()).toHaveLength(before.length + 1);
  });

  test('an admission publishes nothing', async () => {
    const stage = open();
    await stage.create();
    const heard = await stage.listen();
    await stage.log.admit(messageDraft({ groupId, sender: 'owner' }));
    await stage.send('owner');
    expect((await heard.decoded(1)).map(({ header }) => header.type)).toEqual(['message']);
  });

  test('an append whose token was taken leaves the bucket as it is', async () => {
    const stage = open({ settings: { ratePerSec: 0.001, rateBurst: 5 } });
    await stage.create();
    const draft = messageDraft({ groupId, sender: 'owner' });
    await stage.log.admit(draft);
    const bucket = stage.keys.bucket(groupId, user('owner'));
    const charged = await stage.redis.get(bucket);
    await stage.log.append({ ...draft, isRateLimited: false });
    expect(await stage.redis.get(bucket)).toBe(charged);
  });

  test('the first answer to a stored message comes from the record of its append', async () => {
    const stage = open();
    await stage.create();
    const draft = messageDraft({ groupId, sender: 'owner' });
    const first = await stage.log.append(draft);
    expect(await stage.log.admit(draft)).toEqual({ ...first, isDuplicate: true });
  });
});
