/** An adapter cannot harm its caller, whatever it does. */
import { channel } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { Guard, type ReadAnswer } from '../src/adapters/guarded-call.ts';
import { HandClock } from './hand-clock.ts';

const readText: ReadAnswer<string> = (answer) => (typeof answer === 'string' ? { value: answer } : null);

function guarded() {
  const clock = new HandClock();
  const logged: object[] = [];
  const note = (fields: object) => void logged.push(fields);
  const logger = { debug: note, info: note, warn: note, error: note };
  const policy = { failuresToOpen: 2, firstPauseMs: 100, longestPauseMs: 100 };
  return { clock, logged, guard: new Guard({ adapter: 'moderation', clock, logger, timeoutMs: 50, policy }) };
}

function watch(event: string): unknown[] {
  const seen: unknown[] = [];
  const note = (payload: unknown) => void seen.push(payload);
  const watched = channel(`plenum:${event}`);
  watched.subscribe(note);
  onTestFinished(() => void watched.unsubscribe(note));
  return seen;
}

test('a good answer is passed on and leaves no timer', async () => {
  const { guard, clock } = guarded();
  expect(await guard.call(async () => 'fine', readText)).toEqual({ ok: true, value: 'fine' });
  expect(clock.pending).toBe(0);
});

const thrower = () => {
  throw new Error('away');
};
test.each([
  ['a synchronous throw', thrower, 'throw'],
  ['a rejection', async () => thrower(), 'throw'],
  ['a throw of nothing', () => Promise.reject(undefined), 'throw'],
  ['a wrong type', async () => 7, 'bad_return'],
  ['no answer at all', () => undefined, 'bad_return'],
])('%s is a failure', async (_, start, failure) => {
  const failures = watch('adapter_failed');
  expect(await guarded().guard.call(start, readText)).toEqual({ ok: false, failure, pauseLeftMs: 0 });
  expect(failures).toEqual([{ adapter: 'moderation', failure }]);
});

test('an answer that throws while it is read is a bad return', async () => {
  const { guard } = guarded();
  const answer = {
    get reason(): string {
      return thrower();
    },
  };
  const outcome = await guard.call(
    () => answer,
    () => ({ value: answer.reason }),
  );
  expect(outcome).toMatchObject({ failure: 'bad_return' });
});

test('a call that hangs is aborted at the timeout, and its late answer is dropped', async () => {
  const { guard, clock } = guarded();
  let answerLate = (_: string) => {};
  let signal: AbortSignal | null = null;
  const asked = guard.call((call) => {
    signal = call.signal;
    return new Promise<string>((resolve) => {
      answerLate = resolve;
    });
  }, readText);
  clock.move(50);
  expect(await asked).toMatchObject({ failure: 'timeout' });
  expect(signal).toMatchObject({ aborted: true });
  answerLate('too late');
  expect(guard.breaker.isOpen).toBe(false);
});

test('a late rejection has no effect', async () => {
  const { guard, clock } = guarded();
  let rejectLate = () => {};
  const asked = guard.call(
    () =>
      new Promise((_, reject) => {
        rejectLate = () => reject(new Error('too late'));
      }),
    readText,
  );
  clock.move(50);
  await asked;
  rejectLate();
  // An unhandled rejection fails the run.
  await new Promise((resolve) => setImmediate(resolve));
});

test('an open breaker answers without a call, a trial after the pause closes it', async () => {
  const { guard, clock } = guarded();
  const changes = watch('breaker_changed');
  await guard.call(thrower, readText);
  await guard.call(thrower, readText);
  let calls = 0;
  const start = () => {
    calls += 1;
    return 'back';
  };
  expect(await guard.call(start, readText)).toEqual({ ok: false, failure: 'not_called', pauseLeftMs: 100 });
  expect(calls).toBe(0);
  clock.move(100);
  expect(await guard.call(start, readText)).toEqual({ ok: true, value: 'back' });
  expect(changes).toEqual([
    { adapter: 'moderation', isOpen: true },
    { adapter: 'moderation', isOpen: false },
  ]);
});

test('a caller that gives up ends the wait and says nothing about the adapter', async () => {
  const { guard, clock } = guarded();
  const failures = watch('adapter_failed');
  const controller = new AbortController();
  const asked = guard.call(() => new Promise(() => {}), readText, controller.signal);
  controller.abort();
  expect(await asked).toMatchObject({ failure: 'aborted' });
  expect(await guard.call(() => 'unasked', readText, controller.signal)).toMatchObject({
    failure: 'aborted',
  });
  expect(failures).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('of an error only name and message are logged', async () => {
  const { guard, logged } = guarded();
  await guard.call(() => {
    throw Object.assign(new TypeError('no row'), { detail: 'the text of a message' });
  }, readText);
  expect(logged).toEqual([{ adapter: 'moderation', failure: 'throw', err: 'TypeError: no row' }]);
});
