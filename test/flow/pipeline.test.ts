/** The way of a message past moderation and the rate, through socket and REST on both engines. */
import { eventually } from '@plenum/testkit';
import { describe, expect, test } from 'vitest';
import { invalidVerdicts } from '../support/adapters/invalid-verdicts.ts';
import { messagesOf, noSpam, relay, room, startRoom } from '../support/cluster/room.ts';
import { engines, Service } from '../support/cluster/service.ts';

const oneToken = { ratePerSec: 0.001, rateBurst: 1 };

describe.each(engines)('pipeline on %s', (engine) => {
  test('a denied message is answered with the reason by socket and REST, and is nowhere', async () => {
    await using scene = await startRoom(engine, { adapters: { moderation: noSpam() } });
    const { service, ann } = scene;
    expect(await ann.ask(relay('buy spam'))).toMatchObject({
      success: false,
      code: 'moderation_blocked',
      can_retry: false,
      details: { reason: 'no spam' },
    });
    const path = `/v1/groups/${room}/messages`;
    const body = { from_user_id: 'ann', message: 'more spam' };
    expect(await service.rest('POST', path, { body })).toMatchObject({
      status: 403,
      body: { code: 'moderation_blocked', details: { reason: 'no spam' } },
    });
    expect(await ann.ask(relay('hello'))).toMatchObject({ success: true });
    expect(await messagesOf(ann)).toEqual(['hello']);
  });

  test.each(Object.entries(invalidVerdicts))(
    'a moderation that %s stores nothing, and the node keeps working',
    async (_, make) => {
      await using scene = await startRoom(engine, { adapters: { moderation: make() } });
      const answers = await Promise.all(['one', 'two'].map((text) => scene.ann.ask(relay(text))));
      for (const answer of answers) expect(answer).toMatchObject({ code: 'unavailable', can_retry: true });
      expect(await messagesOf(scene.ann)).toEqual([]);
    },
  );

  test.each(Object.entries(invalidVerdicts))(
    'a moderation that %s and fails open lets messages pass',
    async (_, make) => {
      const moderation = { ...make(), onFailure: 'open' as const };
      await using scene = await startRoom(engine, { adapters: { moderation } });
      expect(await scene.ann.ask(relay('one'))).toMatchObject({ success: true });
    },
  );

  test('a verdict that comes too late changes nothing', async () => {
    const moderation = noSpam();
    await using scene = await startRoom(engine, { adapters: { moderation } });
    moderation.fault('late');
    expect(await scene.ann.ask(relay('late', 'r1'))).toMatchObject({ code: 'unavailable' });
    moderation.fault(null);
    expect(await messagesOf(scene.ann)).toEqual([]);
    expect(await scene.ann.ask(relay('late', 'r1'))).toMatchObject({ success: true });
  });

  test('a moderation that fails again and again is left alone, and comes back', async () => {
    const moderation = noSpam();
    await using scene = await startRoom(engine, { adapters: { moderation } });
    moderation.fault('throw');
    // Several are refused at once: on a busy machine one may come behind the pause and be asked about.
    const answers = [];
    for (let time = 0; time < 15; time += 1) answers.push(await scene.ann.ask(relay(`${time}`)));
    for (const answer of answers) expect(answer).toMatchObject({ code: 'unavailable' });
    expect(answers).toContainEqual(expect.objectContaining({ retry_after_ms: expect.any(Number) }));
    expect(moderation.asked.length).toBeGreaterThanOrEqual(5);
    expect(moderation.asked.length).toBeLessThan(10);
    moderation.fault(null);
    await eventually(async () => expect(await scene.ann.ask(relay('back'))).toMatchObject({ success: true }));
  });

  test('behind the rate a blocked message costs its token, before the rate it does not', async () => {
    const adapters = { moderation: noSpam() };
    const engineSettings = oneToken;
    await using costly = await startRoom(engine, { adapters, engineSettings });
    expect(await costly.ann.ask(relay('spam'))).toMatchObject({ code: 'moderation_blocked' });
    expect(await costly.ann.ask(relay('hello'))).toMatchObject({ code: 'rate_limited' });
    const middlewares = ['moderation', 'rate_limit'];
    await using free = await startRoom(engine, { adapters, engineSettings, middlewares });
    expect(await free.ann.ask(relay('spam'))).toMatchObject({ code: 'moderation_blocked' });
    expect(await free.ann.ask(relay('hello'))).toMatchObject({ success: true });
    expect(await free.ann.ask(relay('again'))).toMatchObject({ code: 'rate_limited' });
  });

  test('without rate_limit in the order no user runs out of tokens', async () => {
    await using scene = await startRoom(engine, { engineSettings: oneToken, middlewares: ['moderation'] });
    for (let time = 0; time < 3; time += 1) {
      expect(await scene.ann.ask(relay(`${time}`))).toMatchObject({ success: true });
    }
  });

  test('a retry of a stored message is answered before any adapter sees it, and costs nothing', async () => {
    const moderation = noSpam();
    await using scene = await startRoom(engine, { adapters: { moderation }, engineSettings: oneToken });
    const first = await scene.ann.ask(relay('hello', 'r1'));
    moderation.fault('throw');
    expect(await scene.ann.ask(relay('hello', 'r1'))).toEqual(first);
    expect(await scene.ann.ask(relay('other', 'r1'))).toMatchObject({ code: 'conflict' });
    expect(moderation.asked).toHaveLength(1);
  });

  test('one request id sent many times at once past a slow adapter is one message with one answer', async () => {
    const moderation = noSpam();
    await using scene = await startRoom(engine, { adapters: { moderation } });
    moderation.fault('slow');
    const answers = await Promise.all(Array.from({ length: 8 }, () => scene.ann.ask(relay('hello', 'r1'))));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ success: true });
    expect(await messagesOf(scene.ann)).toEqual(['hello']);
  });

  test('a sender who may not send is refused before an adapter is asked', async () => {
    const moderation = noSpam();
    await using scene = await startRoom(engine, { adapters: { moderation } });
    const stranger = await scene.service.device('eve');
    expect(await stranger.ask(relay('hello'))).toMatchObject({ code: 'not_a_member' });
    expect(moderation.asked).toEqual([]);
  });

  test('a sender who is muted during the moderation sends nothing', async () => {
    const moderation = noSpam();
    await using service = await Service.start(engine, { adapters: { moderation } });
    const { groups } = service.plenum;
    await groups.create({ groupId: room, groupType: 'strict_private', creatorId: 'ann' });
    await groups.join({ groupId: room, userId: 'bob', admit: true });
    const bob = await service.device('bob');
    moderation.fault('late');
    const sent = bob.ask(relay('hello'));
    await eventually(() => expect(moderation.asked).toHaveLength(1));
    await groups.mute({ groupId: room, userId: 'bob' });
    moderation.fault(null);
    expect(await sent).toMatchObject({ code: 'muted' });
  });
});
