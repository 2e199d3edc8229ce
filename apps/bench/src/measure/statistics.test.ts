import { expect, test } from 'vitest';
import { cpuUsIn, scriptsIn } from './redis-gauge.ts';
import { slopeOf, spreadOf } from './statistics.ts';

test('the median of an even number of rounds lies between the middle two', () => {
  expect(spreadOf([4, 1, 3, 2])).toEqual({ median: 2.5, min: 1, max: 4 });
  expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
  expect(spreadOf([])).toBeNull();
});

test('the slope is the growth per step, whatever the offset', () => {
  const points = [100, 200, 300].map((x) => ({ x, y: 5000 + 17 * x }));
  expect(slopeOf(points)).toBeCloseTo(17);
  expect(slopeOf(points.slice(0, 1))).toBeNull();
});

test('INFO of Redis is read', () => {
  const cpu = '# CPU\r\nused_cpu_sys:1.500000\r\nused_cpu_user:2.250000\r\nused_cpu_sys_children:9.0\r\n';
  expect(cpuUsIn(cpu)).toBe(3_750_000);
  const commands =
    'cmdstat_evalsha:calls=10,usec=200,usec_per_call=20.00\r\ncmdstat_ping:calls=5,usec=5,usec_per_call=1.00\r\ncmdstat_fcall:calls=1,usec=30,usec_per_call=30.00\r\n';
  expect(scriptsIn(commands)).toEqual({ scriptCalls: 11, scriptUs: 230 });
});
