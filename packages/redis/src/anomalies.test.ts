import { ManualClock } from '@plenum/testkit';
import { expect, test, vi } from 'vitest';
import { Anomalies } from './anomalies.ts';

test('a flood of one type is counted in full and logged once, until it is quiet for ten seconds', async () => {
  const clock = new ManualClock();
  const warn = vi.fn();
  const silent = () => undefined;
  const logger = { debug: silent, info: silent, warn, error: silent };
  const anomalies = new Anomalies({ clock, logger });
  for (let i = 0; i < 1000; i += 1) anomalies.note('malformed_entry', { groupId: 'g1' });
  anomalies.note('malformed_nudge');
  expect(anomalies.count('malformed_entry')).toBe(1000);
  expect(warn).toHaveBeenCalledTimes(2);
  await clock.advance(10_000);
  anomalies.note('malformed_entry');
  expect(warn).toHaveBeenLastCalledWith({ anomaly: 'malformed_entry', total: 1001 }, expect.any(String));
});
