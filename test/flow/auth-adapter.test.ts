/** What a team's authorization is asked about, and that nothing goes around it. */
import { recordingAuthorization } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { relay, room, startRoom } from '../support/cluster/room.ts';
import { engines, Service } from '../support/cluster/service.ts';

describe.each(engines)('auth on %s', (engine) => {
  test('auth guards create, join, subscribe, send and history, each by its own name', async () => {
    const denied = new Set<string>();
    const auth = recordingAuthorization(({ action }) =>
      denied.has(action) ? { isAllowed: false, reason: `no ${action}` } : { isAllowed: true },
    );
    await using scene = await startRoom(engine, { adapters: { auth } });
    const asks = {
      create: { request_type: 'create_group', args: { group_id: 'other', group_type: 'public' } },
      join: { request_type: 'join_group', args: { group_id: room } },
      send: relay('hello'),
      history: { request_type: 'history', args: { group_id: room } },
    };
    const bob = await scene.service.device('bob');
    for (const [action, envelope] of Object.entries(asks)) {
      denied.add(action);
      expect(await bob.ask(envelope)).toMatchObject(
        action === 'create' || action === 'join'
          ? { code: 'unauthorized', details: { reason: `no ${action}` } }
          : { success: false },
      );
      denied.delete(action);
      expect(await bob.ask(envelope)).toMatchObject({ success: true });
      denied.add(action);
      if (action === 'send' || action === 'history') {
        const again = action === 'send' ? relay('again') : envelope;
        expect(await bob.ask(again)).toMatchObject({
          code: 'unauthorized',
          details: { reason: `no ${action}` },
        });
      }
      denied.delete(action);
    }
    denied.add('subscribe');
    const answer = await bob.must('subscribe', { groups: [{ group_id: room }] });
    expect(answer).toMatchObject({ groups: [{ code: 'unauthorized', reason: 'no subscribe' }] });
    expect(new Set(auth.asked.map(({ action }) => action))).toEqual(
      new Set(['create', 'join', 'subscribe', 'send', 'history']),
    );
  });

  test('a device that auth does not let subscribe is not attached by connecting either', async () => {
    const auth = recordingAuthorization(({ userId, action }) =>
      userId === 'bob' && action === 'subscribe'
        ? { isAllowed: false, reason: 'denied' }
        : { isAllowed: true },
    );
    await using scene = await startRoom(engine, { adapters: { auth } });
    await scene.service.plenum.join(room, 'bob');
    const bob = await scene.service.device('bob');
    expect(await scene.ann.ask(relay('hello'))).toMatchObject({ success: true });
    await scene.ann.until('relay_message', { result: { message: 'hello' } });
    await bob.must('list_groups', {});
    expect(bob.arrivals.filter(({ event }) => event === 'relay_message')).toEqual([]);
  });

  test('auth is not asked about what the rules refuse, nor more often than a user has tokens', async () => {
    const auth = recordingAuthorization(() => ({ isAllowed: false, reason: 'nobody' }));
    const engineSettings = { membershipRatePerSec: 0.001, membershipRateBurst: 4 };
    await using service = await Service.start(engine, { adapters: { auth }, engineSettings });
    const bob = await service.device('bob');
    const join = { request_type: 'join_group', args: { group_id: 'none' } };
    expect(await bob.ask(join)).toMatchObject({ code: 'group_not_found' });
    expect(auth.asked).toEqual([]);
    const creates = Array.from({ length: 8 }, (_, n) =>
      bob.ask({ request_type: 'create_group', args: { group_id: `room:${n}`, group_type: 'public' } }),
    );
    const codes = (await Promise.all(creates)).map((answer) => Object(answer).code);
    expect(codes.sort()).toEqual([...Array(5).fill('rate_limited'), ...Array(3).fill('unauthorized')]);
    expect(auth.asked).toHaveLength(3);
  });

  test('what the service itself does is not asked about', async () => {
    const auth = recordingAuthorization(() => ({ isAllowed: false, reason: 'nobody' }));
    await using service = await Service.start(engine, { adapters: { auth } });
    const body = { group_id: room, group_type: 'public', creator_id: 'ann' };
    expect(await service.rest('POST', '/v1/groups', { body })).toMatchObject({
      status: 403,
      body: { code: 'unauthorized', details: { reason: 'nobody' } },
    });
    const asked = auth.asked.length;
    expect(await service.rest('GET', '/v1/groups')).toMatchObject({ status: 200 });
    expect(auth.asked).toHaveLength(asked);
  });
});
