/** Custom middleware refuses a message or passes it on, once and in time. */
import { expect, test } from 'vitest';
import { PlenumError } from '../src/outcome/outcome.ts';
import type { SendMiddleware, SendOutcome } from '../src/send/custom-middleware.ts';
import { appended, type PipelineSceneOptions, pipelineScene } from './pipeline-scene.ts';

const sceneOf = (own: SendMiddleware, options: PipelineSceneOptions = {}) =>
  pipelineScene({ middleware: { own }, order: ['own', 'rate_limit'], ...options });
const refused = (failure: object) => ({ type: 'refused', failure });

test('one that passes on sees the message and its outcome', async () => {
  const seen: unknown[] = [];
  const scene = sceneOf(async ({ groupId, userId, requestId, message }, next) => {
    seen.push({ groupId, userId, requestId, message });
    const outcome = await next();
    seen.push(outcome);
    return outcome;
  });
  expect(await scene.send()).toEqual(appended);
  expect(seen).toEqual([
    { groupId: 'room', userId: 'ann', requestId: 'r1', message: 'hello' },
    { ok: true, result: expect.objectContaining({ status: 'relayed', seq: 2 }) },
  ]);
  expect(scene.asked).toEqual(['admit', 'append+rate']);
});

test('one that returns a failure refuses the message with it', async () => {
  const failure = { code: 'moderation_blocked', details: { reason: 'no shouting' } } as const;
  const scene = sceneOf(async () => ({ ok: false, failure }));
  expect(await scene.send()).toEqual(refused(failure));
  expect(scene.asked).toEqual(['admit']);
});

const nonsense: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['success', { ok: true, result: {} }],
  ['an unknown code', { ok: false, failure: { code: 'toString' } }],
  ['no failure', { ok: false }],
];
test.each(nonsense)('one that returns %s without going on is a bug', async (_, answer) => {
  const scene = sceneOf(() => Promise.resolve(JSON.parse(JSON.stringify(answer ?? null))));
  expect(await scene.send()).toEqual(refused({ code: 'internal' }));
  expect(scene.logged).toEqual(['bug: a middleware neither called next nor returned a failure']);
});

test('one that throws before it passes on is a bug, and nothing is stored', async () => {
  const scene = sceneOf(() => {
    throw new Error('broken');
  });
  expect(await scene.send()).toEqual(refused({ code: 'internal' }));
  expect(scene.logged).toEqual(['bug: a middleware threw an error']);
  expect(scene.asked).toEqual(['admit']);
});

test('one that throws after it went on does not take the stored message back', async () => {
  const scene = sceneOf(async (_, next) => {
    await next();
    throw new Error('broken');
  });
  expect(await scene.send()).toEqual(appended);
});

test('one that returns another answer after it went on does not change what was stored', async () => {
  const scene = sceneOf(async (_, next) => {
    await next();
    return { ok: false, failure: { code: 'forbidden' } };
  });
  expect(await scene.send()).toEqual(appended);
});

test('one that passes on twice sends once', async () => {
  const scene = sceneOf(async (_, next) => {
    await next();
    return next();
  });
  expect(await scene.send()).toEqual(appended);
  expect(scene.asked).toEqual(['admit', 'append+rate']);
});

test('one that thinks too long refuses the message, and going on later stores nothing', async () => {
  let goOn: () => Promise<SendOutcome> = () => Promise.reject(new Error('not asked yet'));
  let signal: AbortSignal | undefined;
  const scene = sceneOf((context, next) => {
    goOn = next;
    signal = context.signal;
    return new Promise(() => {});
  });
  const sent = scene.send();
  await new Promise((resolve) => setImmediate(resolve));
  scene.clock.move(2000);
  expect(await sent).toEqual(refused({ code: 'unavailable' }));
  expect(signal?.aborted).toBe(true);
  expect(await goOn()).toEqual({ ok: false, failure: { code: 'unavailable' } });
  expect(scene.asked).toEqual(['admit']);
});

test('the time that the steps behind it take is not its own', async () => {
  let store = () => {};
  const appends = () =>
    new Promise<typeof appended>((resolve) => {
      store = () => resolve(appended);
    });
  const scene = sceneOf((_, next) => next(), { appends });
  const sent = scene.send();
  await new Promise((resolve) => setImmediate(resolve));
  scene.clock.move(60_000);
  store();
  expect(await sent).toEqual(appended);
});

test('a store that is away is no bug of a middleware', async () => {
  const appends = () => Promise.reject(PlenumError.of('unavailable'));
  const waiting = sceneOf((_, next) => next(), { appends });
  await expect(waiting.send()).rejects.toMatchObject({ failure: { code: 'unavailable' } });
  expect(waiting.logged).toEqual([]);
  const careless = sceneOf(
    (_, next) => {
      void next();
      return new Promise(() => {});
    },
    { appends },
  );
  await expect(careless.send()).rejects.toMatchObject({ failure: { code: 'unavailable' } });
});
