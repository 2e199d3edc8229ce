import type { UnreadSums } from '@plenum/gateway';
import { ManualClock } from '@plenum/testkit';
import { expect, test } from 'vitest';
import { UnreadExchange } from './unread-exchange.ts';

const sums = (bytes: number): UnreadSums => ({
  bytes,
  each: [bytes],
  users: new Map([['eve', bytes]]),
  addresses: new Map(),
});

test('each worker learns what the others hold, once, and when it is over', async () => {
  const clock = new ManualClock();
  const heard: string[] = [];
  const exchange = new UnreadExchange<string>(
    (worker, others) =>
      heard.push(`${worker}: ${others.users.get('eve') ?? 0} of ${others.bytes}, ${others.each}`),
    clock,
  );
  const next = async () => {
    await clock.advance(100);
    return heard.splice(0);
  };
  for (const worker of ['one', 'two', 'three']) exchange.joined(worker);
  expect(await next()).toEqual([]);
  exchange.report('one', sums(5));
  exchange.report('two', sums(7));
  expect(await next()).toEqual(['one: 7 of 7, 7', 'two: 5 of 5, 5', 'three: 12 of 12, 5,7']);
  exchange.report('two', sums(7));
  expect(await next()).toEqual([]);
  exchange.left('two');
  expect(await next()).toEqual(['one: 0 of 0, ', 'three: 5 of 5, 5']);
});
