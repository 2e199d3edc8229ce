/** The steps of a send when they run: which adapter is asked when, and which answer decides. */
import { expect, test } from 'vitest';
import { PlenumError } from '../src/outcome/outcome.ts';
import type { Moderation } from '../src/ports/adapters.ts';
import { appended, pipelineScene } from './pipeline-scene.ts';

const allowed = async () => ({ isAllowed: true }) as const;
const denied = async () => ({ isAllowed: false, reason: 'no spam' }) as const;
const blocking: Moderation = { check: denied };

test('without adapters a send is the append of the very same draft', async () => {
  const scene = pipelineScene({});
  expect(scene.pipeline.isRateLimited).toBe(true);
  expect(await scene.send()).toBe(appended);
  expect(scene.asked).toEqual(['append+rate']);
});

test('only a send without adapters and middlewares has a form without promises', () => {
  expect(pipelineScene({}).pipeline.sendWith).not.toBe(null);
  expect(pipelineScene({ moderation: blocking }).pipeline.sendWith).toBe(null);
});

test('without rate_limit in the order no draft is rate limited', () => {
  expect(pipelineScene({ order: ['auth', 'moderation'] }).pipeline.isRateLimited).toBe(false);
});

test('an unknown name stops the making of a pipeline', () => {
  expect(() => pipelineScene({ order: ['auth', 'spellcheck'] })).toThrow(
    'middleware "spellcheck" is unknown: there are auth, rate_limit, moderation',
  );
});

test('moderation behind the rate costs a blocked message its token, before the rate it does not', async () => {
  const behind = pipelineScene({ moderation: blocking });
  await behind.send();
  expect(behind.asked).toEqual(['admit+rate']);
  const before = pipelineScene({ moderation: blocking, order: ['moderation', 'rate_limit'] });
  await before.send();
  expect(before.asked).toEqual(['admit']);
});

test('the texts of the metadata are moderated too, after the message', async () => {
  const asked: unknown[] = [];
  const moderation: Moderation = {
    check: async ({ message, field }) => {
      asked.push([field, message]);
      return message.includes('spam') ? { isAllowed: false, reason: 'no spam' } : { isAllowed: true };
    },
  };
  const scene = pipelineScene({ moderation });
  const extras = (metadata: object) => ({
    metadata: JSON.stringify(metadata),
    replyTo: null,
    mentions: [],
    isOpen: false,
    expiresInMs: null,
  });
  expect(await scene.send(extras({ n: [1, null] }))).toEqual(appended);
  expect(await scene.send(extras({ n: [{ deep: 'spam' }] }))).toEqual({
    type: 'refused',
    failure: {
      code: 'moderation_blocked',
      error: 'metadata was blocked by moderation',
      details: { reason: 'no spam', field: 'metadata' },
    },
  });
  expect(await scene.send(extras({}))).toEqual(appended);
  expect(asked.filter((one) => JSON.stringify(one).includes('metadata'))).toEqual([
    ['metadata', 'n'],
    ['metadata', 'n\ndeep\nspam'],
  ]);
  expect(asked).toHaveLength(5);
});

test('auth is asked before the token is taken, moderation after, and the append takes none', async () => {
  const scene = pipelineScene({
    auth: {
      authorize: async (userId, groupId, action) => {
        scene.asked.push(`auth ${userId} ${groupId} ${action}`);
        return { isAllowed: true };
      },
    },
    moderation: {
      check: async ({ from_user_id, group_id, message }) => {
        scene.asked.push(`moderation ${from_user_id} ${group_id} ${message}`);
        return { isAllowed: true };
      },
    },
  });
  expect(await scene.send()).toEqual(appended);
  expect(scene.asked).toEqual([
    'admit',
    'auth ann room send',
    'admit+rate',
    'moderation ann room hello',
    'append',
  ]);
});

test.each([
  ['a stored message', { ...appended, isDuplicate: true }],
  ['a refused sender', { type: 'refused', failure: { code: 'muted' } } as const],
])('%s is answered before an adapter sees it', async (_, admits) => {
  let calls = 0;
  const check = () => {
    calls += 1;
    return allowed();
  };
  const scene = pipelineScene({ moderation: { check }, admits });
  expect(await scene.send()).toEqual(admits);
  expect(calls).toBe(0);
  expect(scene.asked).toEqual(['admit+rate']);
});

test.each([
  ['moderation', { moderation: { check: denied } }, 'moderation_blocked'],
  ['auth', { auth: { authorize: denied } }, 'unauthorized'],
])('a denial of %s is passed on with its reason', async (_, adapters, code) => {
  expect(await pipelineScene(adapters).send()).toEqual({
    type: 'refused',
    failure: { code, details: { reason: 'no spam' } },
  });
});

test.each([
  ['no reason', { isAllowed: false }, 'blocked'],
  ['an empty reason', { isAllowed: false, reason: '' }, 'blocked'],
  ['a broken character', { isAllowed: false, reason: 'x\ud800' }, 'x\ufffd'],
  ['a novel', { isAllowed: false, reason: 'x'.repeat(10_000) }, 'x'.repeat(256)],
])('a denial with %s gives a client text that it can take', async (_, verdict, reason) => {
  const moderation = { check: async () => JSON.parse(JSON.stringify(verdict)) };
  expect(await pipelineScene({ moderation }).send()).toMatchObject({ failure: { details: { reason } } });
});

const garbage: readonly (readonly [string, () => unknown])[] = [
  ['nothing', () => undefined],
  ['true', () => true],
  ['a text', () => 'ok'],
  ['a truthy verdict', () => ({ isAllowed: 1 })],
  ['a reason that is no text', () => ({ isAllowed: false, reason: {} })],
  [
    'a trap',
    () => ({
      get isAllowed() {
        throw new Error('trap');
      },
    }),
  ],
];
/** As a plain JavaScript adapter may answer: the type of the port protects only code that is compiled against it. */
const answering = (check: () => unknown): Moderation => {
  const untyped: object = { check };
  return { check: Reflect.get(untyped, 'check') };
};

test.each(garbage)('an adapter that answers %s is no adapter that allows', async (_, answer) => {
  const scene = pipelineScene({ moderation: answering(answer) });
  expect(await scene.send()).toEqual({ type: 'refused', failure: { code: 'unavailable' } });
  expect(scene.asked).toEqual(['admit+rate']);
});

test.each(garbage)('an open adapter that answers %s lets the message pass', async (_, answer) => {
  const moderation = { ...answering(answer), onFailure: 'open' as const };
  expect(await pipelineScene({ moderation }).send()).toEqual(appended);
});

test('an adapter that hangs is waited for 2 s', async () => {
  const scene = pipelineScene({ moderation: { check: () => new Promise(() => {}) } });
  const sent = scene.send();
  await Promise.resolve();
  await Promise.resolve();
  scene.clock.move(2000);
  expect(await sent).toEqual({ type: 'refused', failure: { code: 'unavailable' } });
});

test('while the breaker is open the sender hears when to come back', async () => {
  const scene = pipelineScene({ moderation: answering(() => 'down') });
  for (let time = 0; time < 5; time += 1) await scene.send();
  expect(await scene.send()).toEqual({
    type: 'refused',
    failure: { code: 'unavailable', retryAfterMs: 1000 },
  });
});

test('what the store throws passes through the steps', async () => {
  const scene = pipelineScene({
    moderation: { check: allowed },
    appends: () => Promise.reject(PlenumError.of('timeout')),
  });
  await expect(scene.send()).rejects.toMatchObject({ failure: { code: 'timeout' } });
});
