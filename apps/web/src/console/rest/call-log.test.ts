import { beforeEach, expect, test } from 'vitest';
import { callLog, isAct } from './call-log.ts';

beforeEach(() => callLog.clear());

const read = { method: 'GET', path: '/v1/nodes' } as const;
const act = { method: 'POST', path: '/v1/groups/team/invite_links', body: {} } as const;

test('many reads push out no act', () => {
  callLog.begin(act);
  for (let made = 0; made < 300; made += 1) callLog.begin(read);
  const calls = callLog.calls.get();
  expect(calls.filter(isAct)).toHaveLength(1);
  expect(calls.length).toBeLessThanOrEqual(101);
});

test('codes and tokens of answers are not kept, whatever the depth', () => {
  const id = callLog.begin(act);
  callLog.end(id, 201, { code: 'secret-code', link: { token: 'secret-token' }, link_id: 'l1' });
  const [call] = callLog.calls.get();
  expect(call?.answer).not.toContain('secret');
  expect(call?.answer).toContain('l1');
});

test('a long answer is cut', () => {
  const id = callLog.begin(read);
  callLog.end(id, 200, { text: 'x'.repeat(100_000) });
  expect(callLog.calls.get()[0]?.answer?.length).toBeLessThan(21_000);
});
