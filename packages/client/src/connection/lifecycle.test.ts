import { expect, test } from 'vitest';
import { idle, type Lifecycle, type LifecycleEvent, next } from './lifecycle.ts';

const context = { nowMs: 0, fraction: 0, backoff: { minMs: 100, maxMs: 1000 }, canGetTokens: true };

/** The state and the last effect after these events. */
function after(events: readonly LifecycleEvent[], given: Partial<typeof context> = {}) {
  let life: Lifecycle = idle;
  let effect = 'nothing';
  for (const event of events) [life, effect] = next(life, event, { ...context, ...given });
  return { ...life.status, effect };
}
const asked = { type: 'asked' } as const;
const opened = { type: 'opened' } as const;
const due = { type: 'due' } as const;
const networkBack = { type: 'network back' } as const;
const lost = { type: 'lost', reason: 'network' } as const;
const refused = (code: Extract<LifecycleEvent, { type: 'refused' }>['code'], retryAfterMs = 0) =>
  ({ type: 'refused', code, retryAfterMs }) as const;

test.each<[string, readonly LifecycleEvent[], object]>([
  ['asked', [asked], { state: 'connecting', effect: 'open' }],
  ['asked twice', [asked, asked], { state: 'connecting', effect: 'nothing' }],
  ['opened', [asked, opened], { state: 'connected', effect: 'nothing' }],
  ['lost', [asked, opened, lost], { state: 'waiting', reason: 'network', retryInMs: 50, effect: 'wait' }],
  ['lost while waiting', [asked, lost, lost], { state: 'waiting', effect: 'nothing' }],
  ['due', [asked, lost, due], { state: 'connecting', effect: 'open' }],
  ['lost again and again', [asked, lost, due, lost, due, lost], { state: 'waiting', retryInMs: 200 }],
  [
    'lost again and again until the network was back',
    [asked, lost, due, lost, due, lost, networkBack],
    { state: 'waiting', reason: 'network', retryInMs: 50, effect: 'wait' },
  ],
  [
    'refused with a time to return while the network changed',
    [asked, refused('too_many_connections', 900), networkBack],
    { state: 'waiting', retryInMs: 900, effect: 'nothing' },
  ],
  [
    'connected when the network was back',
    [asked, opened, networkBack],
    { state: 'connected', effect: 'nothing' },
  ],
  ['refused by a draining node', [asked, refused('draining')], { state: 'waiting', reason: 'draining' }],
  [
    'refused with a time to return',
    [asked, refused('too_many_connections', 900)],
    { state: 'waiting', retryInMs: 900 },
  ],
  [
    'refused for its origin',
    [asked, refused('origin_denied')],
    { state: 'closed', reason: 'origin_denied', effect: 'hang up' },
  ],
  ['refused for its token', [asked, refused('token_expired')], { state: 'connecting', effect: 'open' }],
  [
    'refused for a new token',
    [asked, refused('token_expired'), refused('token_expired')],
    { state: 'waiting', reason: 'token_expired' },
  ],
  [
    'refused for three tokens',
    [asked, refused('unauthenticated'), refused('unauthenticated'), due, refused('unauthenticated')],
    { state: 'closed', reason: 'unauthenticated' },
  ],
  [
    'ended',
    [asked, opened, { type: 'ended' }],
    { state: 'closed', reason: 'application', effect: 'hang up' },
  ],
  ['ended, then lost', [asked, { type: 'ended' }, lost], { state: 'closed', effect: 'nothing' }],
  ['ended, then asked', [asked, { type: 'ended' }, asked], { state: 'connecting', effect: 'open' }],
])('a client that was %s', (_, events, state) => {
  expect(after(events)).toMatchObject(state);
});

test('a token that cannot be replaced is not tried again', () => {
  expect(after([asked, refused('token_expired')], { canGetTokens: false })).toMatchObject({
    state: 'closed',
    reason: 'token_expired',
  });
});

test('the pause begins anew after a connection that held, and grows after one that did not', () => {
  const flapping = [asked, lost, due, lost, due, opened] as const;
  const reached = flapping.reduce<Lifecycle>((life, event) => next(life, event, context)[0], idle);
  const [short] = next(reached, lost, { ...context, nowMs: 100 });
  const [long] = next(reached, lost, { ...context, nowMs: 60_000 });
  expect(short.status).toMatchObject({ retryInMs: 200 });
  expect(long.status).toMatchObject({ retryInMs: 50 });
});

test('a network that comes and goes all the time does not postpone the next attempt', () => {
  const waiting = [asked, lost].reduce<Lifecycle>((life, event) => next(life, event, context)[0], idle);
  const [later, effect] = next(waiting, networkBack, { ...context, nowMs: 40 });
  expect(effect).toBe('nothing');
  expect(later.status).toBe(waiting.status);
});
