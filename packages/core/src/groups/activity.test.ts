/** Tests the order of groups by their last message. */
import { groupIdSchema } from '@plenum/protocol';
import { expect, test } from 'vitest';
import { activityCursor, activityPage, type GroupActivity } from './activity.ts';

const group = (id: string, timestampMs: number | null): GroupActivity => ({
  groupId: groupIdSchema.parse(id),
  last: timestampMs === null ? null : { epoch: 'e', seq: 1, timestampMs },
});

const groups = [
  group('quiet', null),
  group('b', 30),
  group('empty', null),
  group('first', 0),
  group('a', 30),
  group('new', 40),
];
const order = ['new', 'a', 'b', 'first', 'empty', 'quiet'];
const idsOf = (rows: readonly GroupActivity[]) => rows.map(({ groupId }): string => groupId);

test.each([1, 2, 3, 5, 6, 200])('pages of %i have every group once, the newest first', (limit) => {
  const seen: string[] = [];
  let cursor: string | null = null;
  do {
    const page: ReturnType<typeof activityPage> = activityPage(groups, { cursor, limit });
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    seen.push(...idsOf(page.rows));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(seen).toEqual(order);
});

test('a group that moves between two pages is not listed twice, and no other is left out', () => {
  const first = activityPage(groups, { cursor: null, limit: 2 });
  const moved = groups.map((one) => (['a', 'quiet'].includes(one.groupId) ? group(one.groupId, 50) : one));
  const second = activityPage(moved, { cursor: first.nextCursor, limit: 200 });
  expect([...idsOf(first.rows), ...idsOf(second.rows)]).toEqual(['new', 'a', 'b', 'first', 'empty']);
});

test('a page begins behind the place of the cursor, also if its group is gone', () => {
  const gone = activityCursor(group('ab', 30));
  expect(idsOf(activityPage(groups, { cursor: gone, limit: 1 }).rows)).toEqual(['b']);
});

test.each(['', 'a', '!', '!1', '!1!', '!x!a', '!-2!a', '!1!a!b', '!1!a b', '1!a', `!${'9'.repeat(17)}!a`])(
  'the cursor %j is refused',
  (cursor) => {
    expect(() => activityPage(groups, { cursor, limit: 1 })).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'invalid_args' }) }),
    );
  },
);
