import { PlenumError, type Revocations } from '@plenum/core';
import { userIdSchema } from '@plenum/protocol';
import { ManualClock } from '@plenum/testkit';
import type { Socket } from 'socket.io';
import { expect, test } from 'vitest';
import { type Authenticate, authenticateHandshake } from './authenticate.ts';
import { SignInAlarm } from './sign-in-alarm.ts';

const nowMs = 1_700_000_000_000;

/** As a caller in plain JavaScript may answer. */
function judge(answer: unknown, revokedAt: Revocations['revokedAt'] = async () => new Map()) {
  const clock = new ManualClock();
  const errors: string[] = [];
  const log = (fields: object) => errors.push(JSON.stringify(fields));
  const logger = { debug: () => {}, info: () => {}, warn: log, error: log };
  const handshake = { address: '127.0.0.1', headers: { cookie: 'sid=1' }, auth: { subscribe: 'none' } };
  const socket: unknown = { handshake, request: {} };
  const authenticate: unknown = typeof answer === 'function' ? answer : () => answer;
  const decision = authenticateHandshake(socket as Socket, {
    authenticate: authenticate as Authenticate,
    revocations: { revokedAt },
    clientAddress: (peer) => peer,
    clock,
    wallMs: () => nowMs,
    alarm: new SignInAlarm({ clock, logger }),
  });
  return { decision, clock, errors };
}
const admitted = (extra: object = {}) => ({ userId: 'ann', issuedAtMs: nowMs, expiresAtMs: null, ...extra });

test.each<[unknown, object]>([
  ['ann', admitted()],
  [{ userId: 'ann' }, admitted()],
  [{ userId: 'ann', expiresAtMs: undefined, signedInAtMs: undefined }, admitted()],
  [{ userId: 'ann', expiresAtMs: nowMs + 1 }, admitted({ expiresAtMs: nowMs + 1 })],
  [{ userId: 'ann', signedInAtMs: nowMs - 5 }, admitted({ issuedAtMs: nowMs - 5 })],
  [Promise.resolve('ann'), admitted()],
  [null, { code: 'unauthenticated' }],
  [undefined, { code: 'unauthenticated' }],
  [{ userId: 'ann', expiresAtMs: nowMs }, { code: 'token_expired' }],
  [
    { ok: false, failure: { code: 'forbidden', error: 'not today' } },
    { code: 'forbidden', error: 'not today' },
  ],
])('the answer %o decides', async (answer, expected) => {
  const { decision, errors } = judge(answer);
  expect(await decision).toEqual(expected);
  expect(errors).toEqual([]);
});

test.each<[string, unknown]>([
  ['no user id', {}],
  ['an empty id', ''],
  ['an id with a space', 'a b'],
  ['the id of the service', '$service'],
  ['an id of 129 characters', 'x'.repeat(129)],
  ['a number', 7],
  ['true', true],
  ['a list', ['ann']],
  ['an expiry that is a text', { userId: 'ann', expiresAtMs: '9999999999999' }],
  ['an expiry that is a date', { userId: 'ann', expiresAtMs: new Date(nowMs + 1) }],
  ['an expiry that is NaN', { userId: 'ann', expiresAtMs: Number.NaN }],
  ['a sign-in at infinity', { userId: 'ann', signedInAtMs: Number.POSITIVE_INFINITY }],
  ['a failure without a known code', { ok: false, failure: { code: 'nonsense' } }],
  [
    'an answer that throws when it is read',
    {
      get userId() {
        throw new Error('of the caller');
      },
    },
  ],
  [
    'a throw',
    () => {
      throw new Error('the store is away');
    },
  ],
  ['a throw of nothing', () => Promise.reject(undefined)],
  ['a rejection', () => Promise.reject(new Error('the store is away'))],
])('%s refuses with unavailable and is logged once', async (_, answer) => {
  const { decision, errors } = judge(answer);
  expect(await decision).toMatchObject({ code: 'unavailable' });
  expect(errors).toHaveLength(1);
});

test('a PlenumError refuses with its failure', async () => {
  const { decision } = judge(() =>
    Promise.reject(new PlenumError({ code: 'rate_limited', retryAfterMs: 5 })),
  );
  expect(await decision).toEqual({ code: 'rate_limited', retryAfterMs: 5 });
});

test('after 5 s without an answer the signal aborts, and a late rejection is dropped', async () => {
  let reject = (_: Error) => {};
  let isAborted = false;
  const { decision, clock, errors } = judge(({ signal }: { signal: AbortSignal }) => {
    signal.addEventListener('abort', () => {
      isAborted = true;
    });
    return new Promise((_, no) => {
      reject = no;
    });
  });
  await clock.advance(5000);
  expect(await decision).toMatchObject({ code: 'unavailable' });
  reject(new Error('too late'));
  expect([isAborted, errors.length]).toEqual([true, 1]);
});

test('a sign-in before the last revocation is refused, and one after it is not', async () => {
  const revokedAt = async () => new Map([[userIdSchema.parse('ann'), nowMs - 60_000]]);
  const signedIn = (agoMs: number) =>
    judge({ userId: 'ann', signedInAtMs: nowMs - agoMs }, revokedAt).decision;
  expect(await signedIn(70_000)).toEqual({ code: 'unauthenticated' });
  expect(await signedIn(50_000)).toMatchObject({ userId: 'ann' });
  expect(await judge('ann', revokedAt).decision).toMatchObject({ userId: 'ann' });
});

test('while revocations cannot be read no sign-in is refused', async () => {
  const { decision } = judge({ userId: 'ann', signedInAtMs: nowMs }, () =>
    Promise.reject(new PlenumError({ code: 'unavailable' })),
  );
  expect(await decision).toMatchObject({ userId: 'ann' });
});

test('each reason why sign-ins cannot be checked has one line a minute, with their number', async () => {
  const clock = new ManualClock();
  const lines: object[] = [];
  const log = (fields: object) => void lines.push(fields);
  const alarm = new SignInAlarm({ clock, logger: { debug: log, info: log, warn: log, error: log } });
  for (let socket = 0; socket < 1000; socket += 1) {
    alarm.late(5000);
    alarm.thrown('Error: away');
  }
  await clock.advance(60_000);
  alarm.late(5000);
  expect(lines).toEqual([
    { timeout_ms: 5000, handshakes: 1 },
    { cause: 'Error: away', handshakes: 1 },
    { timeout_ms: 5000, handshakes: 1000 },
  ]);
});
