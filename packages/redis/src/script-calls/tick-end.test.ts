import { expect, test } from 'vitest';
import { sendAtTickEnd, writeAtTickEnd } from './tick-end.ts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

test('all senders run before all writers, at the end of the tick, also of writers that they add', async () => {
  const done: string[] = [];
  writeAtTickEnd(() => done.push('write 1'));
  sendAtTickEnd(() => {
    done.push('send');
    writeAtTickEnd(() => done.push('write 2'));
  });
  expect(done).toEqual([]);
  await tick();
  expect(done).toEqual(['send', 'write 1', 'write 2']);
});

test('what a task adds after its turn runs at the end of the next tick', async () => {
  const done: string[] = [];
  writeAtTickEnd(() => {
    writeAtTickEnd(() => done.push('write'));
    sendAtTickEnd(() => done.push('send'));
  });
  sendAtTickEnd(() => sendAtTickEnd(() => done.push('send first')));
  await tick();
  expect(done).toEqual([]);
  await tick();
  expect(done).toEqual(['send first', 'send', 'write']);
});
