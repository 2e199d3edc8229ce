import { eventually } from '@plenum/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';
import { isDense } from '../support/devices/device.ts';
import { SdkUser } from '../support/devices/sdk-user.ts';

const fast = { ratePerSec: 1e6, rateBurst: 1e6, membershipRatePerSec: 1e6, membershipRateBurst: 1e6 };

describe.each(engines)('the SDK on the %s engine', (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await Service.start(engine, { engineSettings: fast });
  });
  afterAll(() => service[Symbol.asyncDispose]());
  const connect = (userId: string, options = {}) => SdkUser.connect(userId, { url: service.url, ...options });

  test('creates, joins, sends and receives, each entry once and in order', async () => {
    using ada = await connect('ada');
    using bob = await connect('bob');
    expect(await ada.client.create('hall', 'public')).toMatchObject({ ok: true, result: { seq: 1 } });
    expect(await bob.client.join('hall')).toMatchObject({ ok: true, result: { status: 'active', seq: 2 } });
    await ada.say('hall', 'a');
    await bob.say('hall', 'b');
    await ada.untilTexts('hall', ['a', 'b']);
    await bob.untilTexts('hall', ['a', 'b']);
    expect(ada.seqs('hall')).toEqual([1, 2, 3, 4]);
    expect(bob.seqs('hall')).toEqual([2, 3, 4]);
    expect(bob.client.positions()).toMatchObject([{ group_id: 'hall', seq: 4 }]);
  });

  test('an ephemeral message comes as an event of its own, and the log shows nothing of it', async () => {
    using ada = await connect('ada');
    using bob = await connect('bob');
    await ada.client.create('desk', 'public');
    await bob.client.join('desk');
    const heard: object[] = [];
    bob.client.on('ephemeral', (push) => heard.push(push));
    const fields = { ephemeral: true, metadata: { x: 3 }, requestId: 'here' } as const;
    const sent = await ada.client.send('desk', 'cursor', fields);
    expect(sent.ok && Object.keys(sent.result).sort()).toEqual(['recipients_count', 'status', 'timestamp']);
    expect(await ada.client.send('desk', 'cursor', fields)).toEqual(sent);
    await ada.say('desk', 'stored');
    await bob.untilTexts('desk', ['stored']);
    const pushed = {
      request_id: 'here',
      from_user_id: 'ada',
      message: 'cursor',
      metadata: { x: 3 },
      after_seq: 2,
    };
    await eventually(() => expect(heard).toMatchObject([pushed]));
    expect(bob.seqs('desk')).toEqual([2, 3]);
  });

  test('a refusal is a value, with the code of the table', async () => {
    using ada = await connect('ada');
    const sent = await ada.client.send('nowhere', 'hello');
    expect(sent).toMatchObject({ ok: false, failure: { code: 'group_not_found', can_retry: false } });
    const asked = await ada.client.request('get_group_info', { group_id: 'nowhere' });
    expect(asked).toMatchObject({ ok: false, failure: { code: 'group_not_found' } });
  });

  test('two clients of a user both get everything, and a join on one attaches the other', async () => {
    using owner = await connect('owner');
    await owner.client.create('both', 'public');
    using phone = await connect('cyd');
    using desk = await connect('cyd');
    const subscribed: string[] = [];
    desk.client.on('subscribed', ({ group_id }) => subscribed.push(group_id));
    await phone.client.join('both');
    await owner.say('both', 'welcome');
    await phone.untilTexts('both', ['welcome']);
    await desk.untilTexts('both', ['welcome']);
    expect(subscribed).toContain('both');
    expect(desk.seqs('both')).toEqual(phone.seqs('both'));
  });

  test('positions of an earlier process continue in a new one without a gap', async () => {
    using owner = await connect('owner');
    await owner.client.create('diary', 'public');
    const before = await connect('dan');
    await before.client.join('diary');
    await owner.say('diary', 'one');
    await before.untilTexts('diary', ['one']);
    const positions = before.client.positions();
    before.client.close();
    await owner.say('diary', 'two');
    using after = await connect('dan', { positions });
    await after.untilTexts('diary', ['two']);
    await owner.say('diary', 'three');
    await after.untilTexts('diary', ['two', 'three']);
    expect(after.recoveries).toContainEqual({ group_id: 'diary', from_seq: 4, head_seq: 4 });
  });

  test('an unsubscribed group is silent over a reconnect, and continues from its position later', async () => {
    using owner = await connect('owner');
    await owner.client.create('noisy', 'public');
    using eve = await connect('eve');
    await eve.client.join('noisy');
    await owner.say('noisy', 'one');
    await eve.untilTexts('noisy', ['one']);
    await eve.client.unsubscribe('noisy');
    eve.client.close();
    expect(await eve.client.connect()).toBe(true);
    await owner.say('noisy', 'two');
    expect(eve.texts('noisy')).toEqual(['one']);
    expect(await eve.client.subscribe('noisy')).toMatchObject({ ok: true });
    await owner.say('noisy', 'three');
    await eve.untilTexts('noisy', ['one', 'two', 'three']);
  });

  test('a user who leaves and joins again begins anew, and is shown nothing of the time between', async () => {
    using owner = await connect('owner');
    await owner.client.create('door', 'public');
    using fay = await connect('fay');
    await fay.client.join('door');
    await fay.client.leave('door');
    await owner.say('door', 'secret');
    await fay.client.join('door');
    await owner.say('door', 'hello again');
    await fay.untilTexts('door', ['hello again']);
    expect(fay.seqs('door')).toEqual([2, 3, 5, 6]);
    expect(fay.resyncs).toEqual([]);
  });

  /** Seqs of the group in the epoch of the last entry shown. */
  const lastLog = (user: SdkUser, groupId: string) => {
    const shown = user.entries.filter(({ group_id }) => group_id === groupId);
    return shown.filter(({ epoch }) => epoch === shown.at(-1)?.epoch).map(({ seq }) => seq);
  };
  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

  test.each([
    ['knew of the end', true],
    ['had no time to see the end', false],
  ])('a group created and joined again by a client that %s is shown from its join on', async (_, waits) => {
    const groupId = `anew-${waits}`;
    using owner = await connect('owner');
    using hal = await connect(`hal-${waits}`);
    await owner.client.create(groupId, 'public');
    await hal.client.join(groupId);
    for (let seq = 3; seq <= 8; seq += 1) await owner.say(groupId, `old ${seq}`);
    await eventually(() => expect(hal.seqs(groupId).at(-1)).toBe(8));
    await owner.client.request('delete_group', { group_id: groupId });
    if (waits) await eventually(() => expect(hal.client.positions()).toEqual([]));
    await owner.client.create(groupId, 'public');
    expect(await hal.client.join(groupId)).toMatchObject({ ok: true, result: { seq: 2 } });
    for (let seq = 3; seq <= 12; seq += 1) await owner.say(groupId, `new ${seq}`);
    await eventually(() => expect(lastLog(hal, groupId).at(-1)).toBe(12));
    expect(lastLog(hal, groupId)).toEqual(upTo(2, 12));
    expect(hal.client.positions()).toMatchObject([{ group_id: groupId, seq: 12 }]);
  });

  test('a group that was created again twice is shown from the last join on, with a notice', async () => {
    using owner = await connect('owner');
    using ivy = await connect('ivy');
    await owner.client.create('thrice', 'public');
    await ivy.client.join('thrice');
    for (let seq = 3; seq <= 8; seq += 1) await owner.say('thrice', 'old');
    await eventually(() => expect(ivy.seqs('thrice').at(-1)).toBe(8));
    const positions = ivy.client.positions();
    ivy.client.close();
    for (let i = 0; i < 2; i += 1) {
      await owner.client.request('delete_group', { group_id: 'thrice' });
      await owner.client.create('thrice', 'public');
    }
    using again = await connect('ivy', { positions });
    expect(await again.client.join('thrice')).toMatchObject({ ok: true, result: { seq: 2 } });
    for (let seq = 3; seq <= 12; seq += 1) await owner.say('thrice', 'new');
    await eventually(() => expect(lastLog(again, 'thrice').at(-1)).toBe(12));
    expect(lastLog(again, 'thrice').slice(-11)).toEqual(upTo(2, 12));
    expect(isDense(lastLog(again, 'thrice'))).toBe(true);
    expect(again.resyncs.length).toBeGreaterThan(0);
  });

  test('an applicant gets nothing until the acceptance, then everything', async () => {
    using owner = await connect('owner');
    await owner.client.create('club', 'private');
    using gil = await connect('gil');
    expect(await gil.client.join('club')).toMatchObject({ ok: true, result: { status: 'pending' } });
    await owner.say('club', 'before');
    await owner.client.request('accept_member', { group_id: 'club', user_id: 'gil' });
    await owner.say('club', 'after');
    await gil.untilTexts('club', ['after']);
    expect(isDense(gil.seqs('club'))).toBe(true);
  });

  test('more groups than fit into a handshake all continue from their positions', async () => {
    using owner = await connect('hoarder');
    const groupIds = Array.from({ length: 300 }, (_, i) => `many-${i}`);
    await Promise.all(groupIds.slice(0, 150).map((groupId) => owner.client.create(groupId, 'public')));
    await Promise.all(groupIds.slice(150).map((groupId) => owner.client.create(groupId, 'public')));
    using other = await connect('hoarder');
    owner.client.close();
    for (const groupId of groupIds) await other.say(groupId, 'missed');
    expect(await owner.client.connect()).toBe(true);
    await owner.untilTexts('many-299', ['missed']);
    for (const groupId of groupIds) await owner.untilTexts(groupId, ['missed']);
    for (const groupId of groupIds) expect(owner.seqs(groupId)).toEqual([1, 2]);
    expect(owner.resyncs).toEqual([]);
  });
});
