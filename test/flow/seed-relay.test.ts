/**
 * The first seed's document, rule by rule: PhoenixGenApi.Relay's group types, permission matrix, error texts and
 * implementation notes, as they read in Plenum's names.
 */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { engines, Service } from '../support/cluster/service.ts';

const roomOf = (type: string) => ({ group_id: 'room_1', group_type: type });

describe.each(engines)('seed relay on %s', (engine) => {
  describe('group types', () => {
    test('public: anyone joins at once as active, all send and receive', async () => {
      await using service = await Service.start(engine);
      const admin = await service.device('admin');
      const user = await service.device('any_user');
      expect(
        await admin.must('create_group', { group_id: 'public_room', group_type: 'public' }),
      ).toMatchObject({
        group_id: 'public_room',
        group_type: 'public',
        seq: 1,
      });
      expect(await user.must('join_group', { group_id: 'public_room' })).toMatchObject({ status: 'active' });
      for (const sender of [admin, user]) {
        expect((await sender.send('public_room', 'hi')).success).toBe(true);
      }
      await eventually(() => {
        expect(admin.messages()).toHaveLength(2);
        expect(user.messages()).toHaveLength(2);
      });
    });

    test('private: new members are pending until any active member accepts', async () => {
      await using service = await Service.start(engine);
      const admin = await service.device('admin');
      const first = await service.device('first');
      const second = await service.device('new_user');
      await admin.must('create_group', { group_id: 'private_room', group_type: 'private' });
      expect(await first.must('join_group', { group_id: 'private_room' })).toMatchObject({
        status: 'pending',
      });
      expect(await second.must('join_group', { group_id: 'private_room' })).toMatchObject({
        status: 'pending',
      });
      await admin.must('accept_member', { group_id: 'private_room', user_id: 'first' });
      const accepted = await first.must('accept_member', { group_id: 'private_room', user_id: 'new_user' });
      expect(accepted).toMatchObject({ status: 'active' });
      expect((await second.send('private_room', 'thanks')).success).toBe(true);
    });

    test('strict_private: admins accept and mute; a muted member receives but cannot send', async () => {
      await using service = await Service.start(engine);
      const admin = await service.device('admin');
      const user = await service.device('new_user');
      await admin.must('create_group', { group_id: 'strict_room', group_type: 'strict_private' });
      expect(await user.must('join_group', { group_id: 'strict_room' })).toMatchObject({ status: 'pending' });
      await admin.must('accept_member', { group_id: 'strict_room', user_id: 'new_user' });
      expect(await admin.must('mute_member', { group_id: 'strict_room', user_id: 'new_user' })).toEqual({
        status: 'muted',
      });
      expect(await user.send('strict_room', 'psst')).toMatchObject({ success: false, code: 'muted' });
      expect((await admin.send('strict_room', 'hear me')).success).toBe(true);
      await user.until('relay_message', { result: { message: 'hear me' } });
      expect(await admin.must('unmute_member', { group_id: 'strict_room', user_id: 'new_user' })).toEqual({
        status: 'active',
      });
      expect((await user.send('strict_room', 'free')).success).toBe(true);
    });
  });

  test('the permission matrix of the document holds', async () => {
    await using service = await Service.start(engine);
    const admin = await service.device('admin');
    const member = await service.device('member');
    const outsider = await service.device('outsider');
    const answerCode = async (answer: ReturnType<typeof admin.request>) => {
      const done = await answer;
      return done.success ? 'ok' : done.code;
    };
    const row: Record<string, Record<string, string>> = {};
    for (const type of ['public', 'private', 'strict_private']) {
      const group_id = `room_${type}`;
      await admin.must('create_group', { group_id, group_type: type });
      const joined = await member.must('join_group', { group_id });
      if (type !== 'public') await admin.must('accept_member', { group_id, user_id: 'member' });
      await outsider.must('join_group', { group_id });
      row[type] = {
        join: String(joined['status']),
        'accept by a member': await answerCode(
          member.request('accept_member', { group_id, user_id: 'outsider' }),
        ),
        'accept by an admin': await answerCode(
          admin.request('accept_member', { group_id, user_id: 'outsider' }),
        ),
        send: await answerCode(member.send(group_id, 'x')),
        'mute by an admin': await answerCode(admin.request('mute_member', { group_id, user_id: 'member' })),
        'send when muted': await answerCode(member.send(group_id, 'y')),
        'mute by a member': await answerCode(
          outsider.request('mute_member', { group_id, user_id: 'member' }),
        ),
        'unmute by an admin': await answerCode(
          admin.request('unmute_member', { group_id, user_id: 'member' }),
        ),
      };
    }
    expect(row).toEqual({
      public: {
        join: 'active',
        'accept by a member': 'user_not_pending',
        'accept by an admin': 'user_not_pending',
        send: 'ok',
        'mute by an admin': 'not_strict_private',
        'send when muted': 'ok',
        'mute by a member': 'not_strict_private',
        'unmute by an admin': 'not_strict_private',
      },
      private: {
        join: 'pending',
        'accept by a member': 'ok',
        'accept by an admin': 'user_not_pending',
        send: 'ok',
        'mute by an admin': 'not_strict_private',
        'send when muted': 'ok',
        'mute by a member': 'not_strict_private',
        'unmute by an admin': 'not_strict_private',
      },
      strict_private: {
        join: 'pending',
        'accept by a member': 'not_admin',
        'accept by an admin': 'ok',
        send: 'ok',
        'mute by an admin': 'ok',
        'send when muted': 'muted',
        'mute by a member': 'not_admin',
        'unmute by an admin': 'ok',
      },
    });
  });

  test('error handling: each condition of the document, by its text', async () => {
    await using service = await Service.start(engine);
    const admin = await service.device('admin');
    const user = await service.device('user');
    const text = async (answer: ReturnType<typeof user.request>) => {
      const done = await answer;
      return done.success ? 'ok' : [done.error, done.code];
    };
    const strict = { group_id: 'strict_room', user_id: 'user' };
    expect(await text(user.send('nowhere', 'x'))).toEqual(['Group not found', 'group_not_found']);
    await admin.must('create_group', { group_id: 'strict_room', group_type: 'strict_private' });
    expect(await text(user.send('strict_room', 'x'))).toEqual(['Not a member of this group', 'not_a_member']);
    await user.must('join_group', { group_id: 'strict_room' });
    expect(await text(user.send('strict_room', 'x'))).toEqual([
      'Pending membership: wait for acceptance',
      'pending_membership',
    ]);
    expect((await text(user.request('accept_member', strict)))[1]).toBe('not_admin');
    await admin.must('accept_member', strict);
    expect((await text(user.request('accept_member', strict)))[1]).toBe('not_admin');
    expect((await text(user.request('mute_member', { ...strict, user_id: 'admin' })))[1]).toBe('not_admin');
    expect((await text(user.request('unmute_member', { ...strict, user_id: 'admin' })))[1]).toBe('not_admin');
    await admin.must('mute_member', strict);
    expect(await text(user.send('strict_room', 'x'))).toEqual([
      'You are muted and cannot send messages',
      'muted',
    ]);
    await admin.must('create_group', { group_id: 'open_room', group_type: 'private' });
    expect((await text(admin.request('mute_member', { group_id: 'open_room', user_id: 'user' })))[1]).toBe(
      'not_strict_private',
    );
  });

  describe('implementation notes', () => {
    test('the sender is a recipient, and gets its own copy after its ack', async () => {
      await using service = await Service.start(engine);
      const sender = await service.device('user_1');
      await sender.must('create_group', roomOf('public'));
      const order: string[] = [];
      sender.socket.on('relay_message', () => order.push('copy'));
      await new Promise<void>((resolve) => {
        const args = { group_id: 'room_1', message: 'mine' };
        sender.socket.emit('request', { request_type: 'relay_msg', args }, () => {
          order.push('ack');
          resolve();
        });
      });
      await eventually(() => expect(order).toEqual(['ack', 'copy']));
    });

    test('pending members get nothing, muted ones get everything', async () => {
      await using service = await Service.start(engine);
      const admin = await service.device('admin');
      const muted = await service.device('muted');
      const pending = await service.device('pending');
      await admin.must('create_group', roomOf('strict_private'));
      for (const device of [muted, pending]) await device.must('join_group', { group_id: 'room_1' });
      await admin.must('accept_member', { group_id: 'room_1', user_id: 'muted' });
      await admin.must('mute_member', { group_id: 'room_1', user_id: 'muted' });
      for (let i = 0; i < 3; i += 1) await admin.must('relay_msg', { group_id: 'room_1', message: `m${i}` });
      await eventually(() => expect(muted.messages()).toHaveLength(3));
      expect(pending.messages()).toEqual([]);
      expect(pending.pushes('group_event')).toEqual([]);
      await admin.must('accept_member', { group_id: 'room_1', user_id: 'pending' });
      await admin.must('relay_msg', { group_id: 'room_1', message: 'now you too' });
      await pending.until('relay_message', { result: { message: 'now you too' } });
      expect(pending.messages()).toHaveLength(1);
    });

    test('leaving removes only the one who leaves', async () => {
      await using service = await Service.start(engine);
      const admin = await service.device('admin');
      const leaver = await service.device('leaver');
      const other = await service.device('other');
      await admin.must('create_group', roomOf('public'));
      for (const device of [leaver, other]) await device.must('join_group', { group_id: 'room_1' });
      expect(await leaver.must('leave_group', { group_id: 'room_1' })).toEqual({ status: 'left' });
      await admin.must('relay_msg', { group_id: 'room_1', message: 'after' });
      await other.until('relay_message', { result: { message: 'after' } });
      await admin.until('relay_message', { result: { message: 'after' } });
      expect(leaver.messages()).toEqual([]);
    });

    test('a muted member who asks again becomes pending and is delivered to once after acceptance', async () => {
      await using service = await Service.start(engine);
      const admin = await service.device('admin');
      const user = await service.device('user');
      await admin.must('create_group', roomOf('strict_private'));
      await user.must('join_group', { group_id: 'room_1' });
      await admin.must('accept_member', { group_id: 'room_1', user_id: 'user' });
      await admin.must('mute_member', { group_id: 'room_1', user_id: 'user' });
      expect(await user.must('join_group', { group_id: 'room_1' })).toMatchObject({ status: 'pending' });
      await admin.must('relay_msg', { group_id: 'room_1', message: 'not for applicants' });
      await admin.must('accept_member', { group_id: 'room_1', user_id: 'user' });
      await admin.must('relay_msg', { group_id: 'room_1', message: 'once' });
      await user.until('relay_message', { result: { message: 'once' } });
      expect(user.messages().map(({ message }) => message)).toEqual(['once']);
    });
  });
});
