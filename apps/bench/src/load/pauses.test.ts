import { expect, test } from 'vitest';
import { PlainPauses } from './pauses.ts';

test('the pauses of a plain client double up to 5 s, and no chance makes one longer', () => {
  for (let client = 0; client < 50; client += 1) {
    const pauses = new PlainPauses();
    const [first, second, ...later] = Array.from({ length: 6 }, () => pauses.after('no answer').pauseMs);
    expect(first).toBeGreaterThanOrEqual(1000);
    expect(first).toBeLessThanOrEqual(3000);
    expect(second).toBeGreaterThanOrEqual(2000);
    expect(Math.max(...later)).toBeLessThanOrEqual(5000);
    expect(Math.min(...later.slice(1))).toBeGreaterThanOrEqual(4000);
  }
});

test('after a connection that was opened and closed they begin again', () => {
  const pauses = new PlainPauses();
  for (let i = 0; i < 5; i += 1) pauses.after('no answer');
  const { pauseMs, isRefused } = pauses.after('it ended: the server sent a close frame');
  expect(pauseMs).toBeLessThanOrEqual(1500);
  expect(isRefused).toBe(true);
});
