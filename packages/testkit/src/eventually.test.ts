import { expect, test } from 'vitest';
import { eventually } from './eventually.ts';

test('an assertion that holds after some tries gives its value', async () => {
  let tries = 0;
  const value = await eventually(
    () => {
      tries += 1;
      expect(tries).toBeGreaterThan(2);
      return 'held';
    },
    { everyMs: 1 },
  );
  expect(value).toBe('held');
});

test('an assertion that never holds gives its last failure', async () => {
  const failing = eventually(() => Promise.reject(new Error('never')), { timeoutMs: 20, everyMs: 1 });
  await expect(failing).rejects.toThrow('never');
});
